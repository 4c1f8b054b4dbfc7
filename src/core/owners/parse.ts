import { parseDocument } from 'yaml';
import { normLogin } from '../ids.js';
import { pattern, type Pattern } from '../re2.js';

/** What an owners file says about the files that one of its filters matches. Logins are lower case, aliases are expanded. */
export interface OwnersEntry {
  /** undefined: every file. */
  readonly pattern: Pattern | undefined;
  readonly approvers: ReadonlySet<string>;
  readonly reviewers: ReadonlySet<string>;
  readonly requiredReviewers: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

export interface OwnersOptions {
  readonly noParentOwners: boolean;
  readonly autoApproveUnownedSubfolders: boolean;
}

/** One owners file (plugins-policy 2.2). */
export interface OwnersFile {
  readonly options: OwnersOptions;
  readonly entries: readonly OwnersEntry[];
}

export type Aliases = ReadonlyMap<string, ReadonlySet<string>>;

export const noAliases: Aliases = new Map();

type Fields = ReadonlyMap<string, unknown>;

/**
 * The aliases of a file, all or none: an alias that cannot be read would quietly drop people. Undefined where the file is broken.
 */
export function parseAliases(text: string): Aliases | undefined {
  const found = fieldsOf(load(text, 'core'));
  if (!found) return undefined;
  const aliases = found.get('aliases') ?? new Map();
  if (!(aliases instanceof Map)) return undefined;
  const out = new Map<string, ReadonlySet<string>>();
  for (const [name, value] of aliases as Map<unknown, unknown>) {
    const members = membersOf(value);
    if (typeof name !== 'string' || !members) return undefined;
    out.set(normLogin(name), new Set(members.map(normLogin)));
  }
  return out;
}

function membersOf(value: unknown): readonly string[] | undefined {
  if (value === null || value === undefined) return [];
  if (value instanceof Map) {
    const empty = [...(value as Map<unknown, unknown>).values()].every((inner) => inner === null || (inner instanceof Map && inner.size === 0));
    return empty ? allTexts([...(value as Map<unknown, unknown>).keys()]) : undefined;
  }
  return Array.isArray(value) ? allTexts(value) : undefined;
}

function allTexts(values: readonly unknown[]): readonly string[] | undefined {
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length === values.length ? texts : undefined;
}

/**
 * An owners file in its simple form (lists) or, where it has none of the lists, in its full form (filters). Undefined where it is
 * neither; such a file says nothing.
 */
export function parseOwners(text: string, aliases: Aliases): OwnersFile | undefined {
  const fields = fieldsOf(load(text, 'failsafe'));
  if (!fields) return undefined;
  const options = optionsOf(fields.get('options'));
  if (!options) return undefined;
  const simple = entryOf(undefined, fields, aliases);
  if (simple && says(simple)) return { options, entries: [simple] };
  const filters = isNothing(fields.get('filters')) ? new Map<unknown, unknown>() : fields.get('filters');
  if (!(filters instanceof Map)) return simple ? { options, entries: [] } : undefined;
  const entries: OwnersEntry[] = [];
  for (const [key, value] of filters as Map<unknown, unknown>) {
    const inner = isNothing(value) ? new Map<string, unknown>() : fieldsOf(value);
    if (!inner) return undefined;
    const matcher = compiled(String(key));
    if (matcher === 'broken') continue;
    const entry = entryOf(matcher, inner, aliases);
    if (!entry) return undefined;
    entries.push(entry);
  }
  return { options, entries };
}

/** The front matter of a Markdown file as an owners file in its simple form; undefined where there is none. */
export function parseFrontMatter(text: string, aliases: Aliases): OwnersFile | undefined {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  const fields = yaml === undefined ? undefined : fieldsOf(load(yaml, 'failsafe'));
  const options = fields && optionsOf(fields.get('options'));
  const entry = fields && entryOf(undefined, fields, aliases);
  return options && entry ? { options, entries: [entry] } : undefined;
}

/** `.*` means every file; undefined stands for it. */
function compiled(source: string): Pattern | undefined | 'broken' {
  if (source === '.*') return undefined;
  try {
    return pattern(source);
  } catch {
    return 'broken';
  }
}

/** YAML with maps as maps; the failsafe schema leaves every scalar a text, so that `007` is a login. Undefined where it is broken. */
function load(text: string, schema: 'core' | 'failsafe'): unknown {
  try {
    const document = parseDocument(text, { schema, uniqueKeys: false, logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : (document.toJS({ mapAsMap: true }) ?? new Map());
  } catch {
    return undefined;
  }
}

/** The fields of a mapping by name in lower case; names match ignoring case. */
function fieldsOf(value: unknown): Fields | undefined {
  if (value === '') return new Map();
  if (!(value instanceof Map)) return undefined;
  return new Map([...(value as Map<unknown, unknown>)].map(([key, inner]) => [String(key).toLowerCase(), inner]));
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '' || value === '~' || value === 'null';

function optionsOf(value: unknown): OwnersOptions | undefined {
  const fields = isNothing(value) ? new Map<string, unknown>() : fieldsOf(value);
  if (!fields) return undefined;
  const noParentOwners = flag(fields.get('no_parent_owners'));
  const autoApproveUnownedSubfolders = flag(fields.get('auto_approve_unowned_subfolders'));
  return noParentOwners === undefined || autoApproveUnownedSubfolders === undefined ? undefined : { noParentOwners, autoApproveUnownedSubfolders };
}

function flag(value: unknown): boolean | undefined {
  if (isNothing(value)) return false;
  if (typeof value !== 'string') return undefined;
  if (/^(?:true|yes|on|y)$/i.test(value)) return true;
  return /^(?:false|no|off|n)$/i.test(value) ? false : undefined;
}

function entryOf(matcher: Pattern | undefined, fields: Fields, aliases: Aliases): OwnersEntry | undefined {
  const approvers = texts(fields.get('approvers'));
  const reviewers = texts(fields.get('reviewers'));
  const requiredReviewers = texts(fields.get('required_reviewers'));
  const labels = texts(fields.get('labels'));
  if (!approvers || !reviewers || !requiredReviewers || !labels) return undefined;
  const people = (names: readonly string[]) => new Set(names.map(normLogin).flatMap((name) => [...(aliases.get(name) ?? [name])]));
  return { pattern: matcher, approvers: people(approvers), reviewers: people(reviewers), requiredReviewers: people(requiredReviewers), labels: new Set(labels) };
}

function texts(value: unknown): readonly string[] | undefined {
  if (isNothing(value)) return [];
  return Array.isArray(value) ? allTexts(value)?.filter((text) => text !== '') : undefined;
}

function says({ approvers, reviewers, requiredReviewers, labels }: OwnersEntry): boolean {
  return approvers.size + reviewers.size + requiredReviewers.size + labels.size > 0;
}

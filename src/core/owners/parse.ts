import { isMap, isScalar, parseDocument } from 'yaml';
import { normLogin } from '../ids.js';
import { pattern, type Pattern } from '../re2.js';

/** What an owners file says about the files that one of its filters matches. Logins are lower case. */
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

/** Why an owners file cannot be read, and where it says so itself. */
export interface OwnersFault {
  readonly message: string;
  /** Counted from 1; undefined where the fault has no line. */
  readonly line: number | undefined;
}

/** An owners file as it is written, or why it is none. */
export type OwnersReading = Readonly<{ kind: 'read'; file: OwnersFile } | { kind: 'broken'; fault: OwnersFault }>;

/**
 * An owners file as it is written: logins in lower case, aliases as they are. Its simple form (lists) counts where it has anything in
 * a list, else its full form (filters); what is neither says nothing.
 */
export function readOwners(text: string): OwnersReading {
  const document = documentOf(text, 'failsafe');
  const broken = (message: string, key?: string): OwnersReading => ({ kind: 'broken', fault: { message, line: key === undefined ? undefined : lineOf(document, key, text) } });
  const [error] = document.errors;
  if (error) return { kind: 'broken', fault: { message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '', line: error.linePos?.[0].line } };
  const fields = fieldsOf(valueOf(document));
  if (!fields) return broken('it is no mapping of keys');
  const options = optionsOf(fields.get('options'));
  if (!options) return broken('`options` is no mapping of switches that are true or false', 'options');
  const simple = entryOf(undefined, fields);
  if (typeof simple !== 'string' && says(simple)) return { kind: 'read', file: { options, entries: [simple] } };
  const filters = isNothing(fields.get('filters')) ? new Map<unknown, unknown>() : fields.get('filters');
  if (!(filters instanceof Map)) return broken('`filters` is no mapping of patterns', 'filters');
  const entries: OwnersEntry[] = [];
  for (const [key, value] of filters as Map<unknown, unknown>) {
    const inner = isNothing(value) ? new Map<string, unknown>() : fieldsOf(value);
    if (!inner) return broken(`the filter \`${String(key)}\` is no mapping of lists`, 'filters');
    const entry = entryOf(undefined, inner);
    if (typeof entry === 'string') return broken(`\`${entry}\` of the filter \`${String(key)}\` is no list of names`, 'filters');
    const matcher = compiled(String(key));
    if (matcher !== 'broken') entries.push({ ...entry, pattern: matcher });
  }
  return { kind: 'read', file: { options, entries } };
}

/** Members take the place of aliases, once; an alias wins over a login of the same name. */
export function expandAliases({ options, entries }: OwnersFile, aliases: Aliases): OwnersFile {
  const people = (names: ReadonlySet<string>) => new Set([...names].flatMap((name) => [...(aliases.get(name) ?? [name])]));
  return { options, entries: entries.map((entry) => ({ ...entry, approvers: people(entry.approvers), reviewers: people(entry.reviewers), requiredReviewers: people(entry.requiredReviewers) })) };
}

/** As `readOwners`, with aliases expanded; undefined where the file says nothing. */
export function parseOwners(text: string, aliases: Aliases): OwnersFile | undefined {
  const reading = readOwners(text);
  return reading.kind === 'read' ? expandAliases(reading.file, aliases) : undefined;
}

/** The front matter of a Markdown file as an owners file in its simple form, as it is written; undefined where there is none. */
export function readFrontMatter(text: string): OwnersFile | undefined {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  const fields = yaml === undefined ? undefined : fieldsOf(load(yaml, 'failsafe'));
  const options = fields && optionsOf(fields.get('options'));
  const entry = fields && entryOf(undefined, fields);
  return options && entry !== undefined && typeof entry !== 'string' ? { options, entries: [entry] } : undefined;
}

/** As `readFrontMatter`, with aliases expanded. */
export function parseFrontMatter(text: string, aliases: Aliases): OwnersFile | undefined {
  const file = readFrontMatter(text);
  return file && expandAliases(file, aliases);
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

const documentOf = (text: string, schema: 'core' | 'failsafe') => parseDocument(text, { schema, uniqueKeys: false, logLevel: 'silent' });

/** The failsafe schema leaves every scalar a text, so that `007` is a login. Maps stay maps; undefined where it is broken. */
function valueOf(document: ReturnType<typeof documentOf>): unknown {
  try {
    return document.errors.length > 0 ? undefined : (document.toJS({ mapAsMap: true }) ?? new Map());
  } catch {
    return undefined; // aliases of YAML without end
  }
}

const load = (text: string, schema: 'core' | 'failsafe'): unknown => valueOf(documentOf(text, schema));

/** The line of a key at the top of a document. */
function lineOf({ contents }: ReturnType<typeof documentOf>, key: string, text: string): number | undefined {
  if (!isMap(contents)) return undefined;
  const found = contents.items.map((pair) => pair.key).find((one) => isScalar(one) && String(one.value).toLowerCase() === key);
  return isScalar(found) && found.range ? text.slice(0, found.range[0]).split('\n').length : undefined;
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

/** The lists of an entry; the name of the first one that is none. */
function entryOf(matcher: Pattern | undefined, fields: Fields): OwnersEntry | string {
  const approvers = texts(fields.get('approvers'));
  const reviewers = texts(fields.get('reviewers'));
  const requiredReviewers = texts(fields.get('required_reviewers'));
  const labels = texts(fields.get('labels'));
  if (!approvers) return 'approvers';
  if (!reviewers) return 'reviewers';
  if (!requiredReviewers) return 'required_reviewers';
  if (!labels) return 'labels';
  const people = (names: readonly string[]) => new Set(names.map(normLogin));
  return { pattern: matcher, approvers: people(approvers), reviewers: people(reviewers), requiredReviewers: people(requiredReviewers), labels: new Set(labels) };
}

function texts(value: unknown): readonly string[] | undefined {
  if (isNothing(value)) return [];
  return Array.isArray(value) ? allTexts(value)?.filter((text) => text !== '') : undefined;
}

function says({ approvers, reviewers, requiredReviewers, labels }: OwnersEntry): boolean {
  return approvers.size + reviewers.size + requiredReviewers.size + labels.size > 0;
}

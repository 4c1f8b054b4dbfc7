import { inlineCode } from '../../core/escape.js';
import { folderOf } from '../../core/owners/load.js';
import { parseAliases, readOwners, type Aliases, type OwnersFile } from '../../core/owners/parse.js';
import type { Version } from './versions.js';

/** Something in an owners file that keeps it from being merged. */
export interface Problem {
  readonly path: string;
  readonly what: string;
  /** Line of the diff, counted from 1 below its first hunk header; undefined where GitHub shows no diff. */
  readonly position: number | undefined;
  /** Line of the file, where it is known. */
  readonly line: number | undefined;
}

/** What a pull request makes of the owners files. */
export type Examined = Readonly<
  | { kind: 'aliases broken' }
  | {
    kind: 'read';
    problems: readonly Problem[];
    emptyAliases: readonly string[];
    /** People who come new into owners or aliases files, in lower case, with these files. */
    added: ReadonlyMap<string, readonly string[]>;
    /** Files that shut the owners of the folders above out. */
    closed: readonly Readonly<{ path: string; file: OwnersFile }>[];
  }
>;

export interface Examination {
  /** The owners files that the pull request changes. */
  readonly files: readonly Version[];
  readonly aliases: Version;
  /** Whether the pull request touches the aliases. */
  readonly aliasesChanged: boolean;
  readonly deniedLabels: readonly string[];
}

/** Examines changed owners files (plugins-policy 4.11). Names are compared as they are read, however they are written. */
export function examine({ files, aliases: aliasesFile, aliasesChanged, deniedLabels }: Examination): Examined {
  const aliases = aliasesFile.after === undefined ? new Map<string, ReadonlySet<string>>() : parseAliases(aliasesFile.after);
  if (!aliases) return { kind: 'aliases broken' };
  const problems: Problem[] = [];
  const closed: { path: string; file: OwnersFile }[] = [];
  const added = new Map<string, string[]>();
  const add = (names: Iterable<string>, path: string) => { for (const name of names) added.set(name, [...(added.get(name) ?? []), path]); };
  if (aliasesChanged) add(newcomers(membersOf(aliases), membersOf((aliasesFile.before === undefined ? undefined : parseAliases(aliasesFile.before)) ?? new Map())), aliasesFile.path);
  for (const { path, before, after, patch } of files) {
    if (after === undefined) continue;
    const problem = (what: string, line?: number): void => { problems.push({ path, what, line, position: positionOf(patch, line) }); };
    const reading = readOwners(after);
    if (reading.kind === 'broken') {
      problem(`This file cannot be read: ${inlineCode(reading.fault.message.replaceAll('`', ''))}`, reading.fault.line);
      continue;
    }
    const { file } = reading;
    const denied = [...new Set(file.entries.flatMap(({ labels }) => [...labels]))].filter((label) => deniedLabels.includes(label)).sort();
    if (denied.length > 0) problem(`Owners files may not set these labels: ${denied.map(inlineCode).join(', ')}.`);
    else if (folderOf(path) === '' && file.entries.every(({ approvers }) => approvers.size === 0)) problem('The root of the repository needs at least one approver, or nobody could approve anything.');
    else {
      const former = before === undefined ? undefined : readOwners(before);
      add(newcomers(peopleOf(file, aliases), former?.kind === 'read' ? peopleOf(former.file, new Map()) : new Set()), path);
    }
    if (file.options.noParentOwners) closed.push({ path, file });
  }
  return { kind: 'read', problems, emptyAliases: [...aliases].filter(([, members]) => members.size === 0).map(([name]) => name).sort(), added, closed };
}

const membersOf = (aliases: Aliases): ReadonlySet<string> => new Set([...aliases.values()].flatMap((members) => [...members]));
const peopleOf = ({ entries }: OwnersFile, aliases: Aliases): ReadonlySet<string> =>
  new Set(entries.flatMap(({ approvers, reviewers, requiredReviewers }) => [...approvers, ...reviewers, ...requiredReviewers]).filter((name) => !aliases.has(name)));
const newcomers = (now: ReadonlySet<string>, before: ReadonlySet<string>): readonly string[] => [...now].filter((name) => !before.has(name));

/** Where a line that a patch adds stands in it; the patch's first line for others. */
export function positionOf(patch: string | undefined, line: number | undefined): number | undefined {
  if (patch === undefined || patch === '') return undefined;
  let at = 0;
  const lines = patch.split('\n');
  for (let position = 0; position < lines.length; position++) {
    const text = lines[position] ?? '';
    const [, start] = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(text) ?? [];
    if (start !== undefined) at = Number(start);
    else if (text.startsWith('+')) {
      if (at === line) return position;
      at++;
    } else if (text.startsWith(' ') || text === '') at++;
  }
  return 1;
}

/** Why shutting out the owners above may not do what it says (plugins-policy 2.3); undefined where it does. `counts`: who is a collaborator; undefined: everybody counts. */
export function leakOf({ entries }: OwnersFile, aliases: Aliases, counts: ReadonlySet<string> | undefined): string | undefined {
  const expand = (names: ReadonlySet<string>) => [...names].flatMap((name) => [...(aliases.get(name) ?? [name])]);
  const able = entries.filter(({ approvers }) => expand(approvers).some((name) => counts === undefined || counts.has(name)));
  if (able.length === 0) return 'none of its approvers counts';
  return able.every(({ pattern }) => pattern !== undefined) ? 'its filters do not match every file' : undefined;
}

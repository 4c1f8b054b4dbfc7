import { inlineCode } from '../../core/escape.js';
import type { Problem } from './examine.js';
import type { Untrusted } from './trust.js';

export interface Found {
  readonly aliases: 'fine' | 'broken';
  readonly aliasesFile: string;
  readonly emptyAliases: readonly string[];
  readonly problems: readonly Problem[];
  readonly untrusted: readonly Untrusted[];
  readonly leaks: readonly Readonly<{ path: string; why: string }>[];
  readonly joinUrl: string;
  /** The address of a file of the pull request's head. */
  readonly linkTo: (path: string, line: number | undefined) => string;
}

/** Lines of a comment, which GitHub takes only up to 65,536 characters. */
function lines<T>(items: readonly T[], most: number, show: (item: T) => string, indent = ''): string {
  const rest = items.length - most;
  return [...items.slice(0, most).map(show), ...(rest > 0 ? [`${indent}- and ${rest} more`] : [])].join('\n');
}

export const invalidAliases = (file: string): string => `${inlineCode(file)} cannot be read once this is merged, so no alias would count. Every alias needs a list of logins; nothing else has been checked.`;

export const emptyAliases = (file: string, names: readonly string[]): string => `These aliases in ${inlineCode(file)} have no members and stand for nobody: ${names.map(inlineCode).join(', ')}. Consider removing them and their uses.`;

export function untrustedText({ untrusted, joinUrl }: Pick<Found, 'untrusted' | 'joinUrl'>): string {
  return [
    `People are named as owners who are not trusted here. Each of them can [join the organisation](${joinUrl}), or be removed from the files; then comment \`/verify-owners\`.`,
    lines(untrusted, 100, ({ login, why, paths }) => `- ${inlineCode(login)} is ${why}.\n${lines(paths, 3, (path) => `  - ${inlineCode(path)}`, '  ')}`),
  ].join('\n\n');
}

export function problemsText(problems: readonly Problem[]): string {
  const files = new Set(problems.map(({ path }) => path)).size;
  const unseen = problems.filter(({ position }) => position === undefined);
  return [
    `${files === 1 ? 'One owners file of this pull request is invalid' : `${files} owners files of this pull request are invalid`}; mend ${files === 1 ? 'it' : 'them'} and push again.`,
    ...(unseen.length > 0 ? [lines(unseen, 100, ({ path, what }) => `- ${inlineCode(path)}: ${what}`)] : []),
  ].join('\n\n');
}

/** Everything in one comment; empty where there is nothing to say. */
export function wholeText(found: Found): string {
  const { aliases, aliasesFile, problems, untrusted, leaks, linkTo } = found;
  if (aliases === 'broken') return `**Owners files:** ${invalidAliases(aliasesFile)}`;
  const parts = [
    ...(problems.length > 0 ? [[
      problems.length === 1 ? 'This keeps the pull request from merging; mend it and push again:' : 'These keep the pull request from merging; mend them and push again:',
      lines(problems, 100, ({ path, line, what }) => `- [${inlineCode(path)}${line === undefined ? '' : `, line ${line}`}](${linkTo(path, line)}): ${what}`),
    ].join('\n\n')] : []),
    ...(untrusted.length > 0 ? [untrustedText(found)] : []),
    ...(found.emptyAliases.length > 0 ? [emptyAliases(aliasesFile, found.emptyAliases)] : []),
    ...(leaks.length > 0 ? [`These files shut out the owners of the folders above with \`no_parent_owners\`, but those count all the same where nobody else does:\n\n${lines(leaks, 50, ({ path, why }) => `- ${inlineCode(path)}: ${why}.`)}`] : []),
  ];
  return parts.length === 0 ? '' : `**Owners files:** ${parts.join('\n\n')}`;
}

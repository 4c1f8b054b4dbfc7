import { normLogin } from '../ids.js';
import { pattern } from '../re2.js';

/** Where GitHub looks for the file, the first that is there counts. */
export const CODEOWNERS_PATHS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** GitHub takes no larger file. */
export const CODEOWNERS_BYTES = 3_000_000;

/** A team of an organisation; both in lower case. */
export interface Team {
  readonly org: string;
  readonly slug: string;
}

/** A line that says who owns what it matches; of those that match a file, the last one counts. */
export interface CodeRule {
  /** As it is written, without escapes. */
  readonly source: string;
  readonly line: number;
  /** Lower case. */
  readonly people: readonly string[];
  readonly teams: readonly Team[];
  /** Whether the line names anybody, be it an address that says nothing here. A line that names nobody takes owners away. */
  readonly owned: boolean;
  matches(path: string): boolean;
}

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:_[A-Za-z0-9]+)?';
const PERSON = new RegExp(`^@(${NAME})$`);
const TEAM = new RegExp(`^@(${NAME})/([A-Za-z0-9_.-]+)$`);
const ADDRESS = /^[^@\s]+@[^@\s]+$/;

/**
 * A CODEOWNERS file in GitHub's syntax, in order. A line that GitHub skips is skipped: one with `!`, `[`, a `#` that is escaped at its start, or an owner that is neither
 * `@user`, `@org/team` nor an address.
 */
export function parseCodeowners(text: string): readonly CodeRule[] {
  return text.split(/\r?\n/).flatMap((line, n): readonly CodeRule[] => {
    const [first, ...owners] = wordsOf(line);
    if (first === undefined || /^(?:!|\\#)|[[\]]/.test(first)) return [];
    const people: string[] = [];
    const teams: Team[] = [];
    for (const owner of owners) {
      const [, person] = PERSON.exec(owner) ?? [];
      const [, org, slug] = TEAM.exec(owner) ?? [];
      if (person !== undefined) people.push(normLogin(person));
      else if (org !== undefined && slug !== undefined) teams.push({ org: org.toLowerCase(), slug: slug.toLowerCase() });
      else if (!ADDRESS.test(owner)) return [];
    }
    const segments = segmentsOf(first);
    return [{ source: segments.source, line: n + 1, people, teams, owned: owners.length > 0, matches: matcherOf(segments) }];
  });
}

/** Words of a line up to a comment; `\ ` is a space inside of a word. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const word of line.trim().match(/(?:\\.|[^\s\\]|\\$)+/g) ?? []) {
    if (word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}

/** A character of a segment; one that was escaped stands for itself. */
type Sign = Readonly<{ text: string; escaped: boolean }>;

interface Segments {
  readonly source: string;
  readonly anchored: boolean;
  /** Only what is below it counts. */
  readonly folder: boolean;
  readonly parts: readonly (readonly Sign[])[];
}

function segmentsOf(word: string): Segments {
  const signs: Sign[] = [];
  for (let at = 0; at < word.length; at++) {
    const escaped = word[at] === '\\' && at + 1 < word.length;
    signs.push({ text: word[escaped ? ++at : at] ?? '', escaped });
  }
  const parts: Sign[][] = [[]];
  for (const sign of signs) {
    if (sign.text === '/') parts.push([]);
    else parts.at(-1)?.push(sign);
  }
  const folder = parts.length > 1 && parts.at(-1)?.length === 0;
  const rooted = parts.length > 1 && parts[0]?.length === 0;
  const inner = parts.filter((part) => part.length > 0);
  return { source: signs.map(({ text }) => text).join(''), anchored: rooted || inner.length > 1, folder, parts: inner };
}

const isWild = (part: readonly Sign[]): boolean => part.some(({ text, escaped }) => !escaped && (text === '*' || text === '?'));
const isStars = (part: readonly Sign[], stars: string): boolean => part.every(({ escaped }) => !escaped) && part.map(({ text }) => text).join('') === stars;

/** What a pattern matches, as a function of paths from the root. Most patterns are plain paths and need no expression. */
function matcherOf(segments: Segments): (path: string) => boolean {
  const { anchored, folder, parts } = segments;
  if (parts.length === 0) return () => false;
  if (parts.some(isWild)) {
    const expression = pattern(expressionOf(segments));
    return (path) => expression.test(path);
  }
  const plain = parts.map((part) => part.map(({ text }) => text).join('')).join('/');
  const below = `${plain}/`;
  if (anchored) return (path) => path.startsWith(below) || (!folder && path === plain);
  return (path) => path.startsWith(below) || path.includes(`/${below}`) || (!folder && (path === plain || path.endsWith(`/${plain}`)));
}

/**
 * RE2 for a pattern with wildcards. `**` as a whole segment spans folders; `*` and `?` stay within one; a last segment of `*` alone
 * takes the files of that folder but none below it, any other takes what lies below it as well.
 */
function expressionOf({ anchored, folder, parts }: Segments): string {
  const all = anchored || isStars(parts[0] ?? [], '**') ? parts : [[...'**'].map((text) => ({ text, escaped: false })), ...parts];
  const last = all.length - 1;
  let out = '';
  all.forEach((part, n) => {
    if (isStars(part, '**')) {
      if (n === last) out += n === 0 ? '.+' : '.*';
      else out += '(?:.+/)?';
      return;
    }
    out += part.map(({ text, escaped }) => (escaped || !'*?'.includes(text) ? quoted(text) : text === '*' ? '[^/]*' : '[^/]')).join('');
    if (n < last) out += '/';
    else if (folder) out += '/.*';
    else if (!isStars(part, '*')) out += '(?:/.*)?';
  });
  return `(?s)^${out}$`;
}

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The rule that counts for a path; undefined where none matches. */
export function ruleFor(rules: readonly CodeRule[], path: string): CodeRule | undefined {
  return rules.findLast((rule) => rule.matches(path));
}

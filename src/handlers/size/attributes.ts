import { pattern, type Pattern } from '../../core/re2.js';

/** Which files are made by programs, as `.gitattributes` say it: `linguist-generated` (plugins-policy 4.13). */

interface Rule {
  readonly generated: boolean;
  /** Path elements that have to fit; `**` for any number of them. */
  readonly elements: readonly ('**' | Pattern)[];
  /** Without a slash the pattern is about any element of a path, with one about the path from the file's own folder. */
  readonly anywhere: boolean;
}

/** One `.gitattributes` file. */
export interface Attributes {
  /** The folder in which it lies; empty for the root. */
  readonly folder: string;
  readonly rules: readonly Rule[];
  /** Patterns that cannot be read, and why. */
  readonly faults: readonly string[];
}

const SPECIAL = /[\\^$.|?*+()[\]{}]/g;
const escaped = (text: string) => text.replaceAll(SPECIAL, '\\$&');

/** One element of a path as a shell pattern: `*`, `?`, `[a-z]`, `[!a-z]` and `\` before what is meant literally. Throws an Error where it has no end. */
export function elementPattern(glob: string): Pattern {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? '';
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '\\') {
      at++;
      if (at >= glob.length) throw new Error('ends with a backslash');
      source += escaped(glob[at] ?? '');
    } else if (character === '[') {
      const end = classEnd(glob, at);
      source += classSource(glob.slice(at + 1, end));
      at = end;
    } else source += escaped(character);
  }
  return pattern(`^(?s:${source})$`);
}

function classEnd(glob: string, start: number): number {
  // A bracket right behind the opening one, or behind the negation, is a member.
  const first = start + (glob[start + 1] === '!' || glob[start + 1] === '^' ? 2 : 1);
  for (let at = first; at < glob.length; at++) {
    if (glob[at] === '\\') at++;
    else if (glob[at] === ']' && at > first) return at;
  }
  throw new Error('has a bracket without an end');
}

function classSource(members: string): string {
  const negated = members.startsWith('!') || members.startsWith('^');
  const rest = negated ? members.slice(1) : members;
  return `[${negated ? '^/' : ''}${rest.replaceAll(/\\?[^]/g, (one) => (one === '-' ? one : escaped(one.at(-1) ?? '')))}]`;
}

/** What a line says of `linguist-generated`; the last word counts, and undefined means nothing. */
function generatedBy(words: readonly string[]): boolean | undefined {
  switch (words.findLast((word) => /^[-!]?linguist-generated(?:=|$)/.test(word))) {
    case undefined: return undefined;
    case 'linguist-generated': case 'linguist-generated=true': return true;
    default: return false;
  }
}

/** Reads a `.gitattributes` file. What cannot be read is left out and named, so that one bad line does not hide the rest. */
export function readAttributes(folder: string, content: string): Attributes {
  const rules: Rule[] = [];
  const faults: string[] = [];
  for (const line of content.split('\n')) {
    const [glob = '', ...words] = line.trim().split(/[ \t]+/);
    if (glob === '' || glob.startsWith('#')) continue;
    const generated = generatedBy(words);
    if (generated === undefined) continue;
    try {
      rules.push(ruleOf(glob, generated));
    } catch (error) {
      faults.push(`${glob} ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { folder, rules, faults };
}

function ruleOf(glob: string, generated: boolean): Rule {
  if (glob.startsWith('!')) throw new Error('is a negation, which git forbids here');
  if (glob.endsWith('/')) throw new Error('names a folder, which has no attributes');
  const anywhere = !glob.includes('/');
  const elements = glob.replace(/^\//, '').split('/').map((element) => (element === '**' ? '**' : elementPattern(element)));
  return { generated, anywhere, elements };
}

/** Whether elements fit the beginning of a path; what a folder says is said of all in it. */
function fits(elements: Rule['elements'], path: readonly string[]): boolean {
  const [first, ...rest] = elements;
  if (first === undefined) return true;
  if (first !== '**') return path[0] !== undefined && first.test(path[0]) && fits(rest, path.slice(1));
  if (rest.length === 0) return path.length > 0;
  return path.some((_element, at) => fits(rest, path.slice(at)));
}

function matches({ anywhere, elements }: Rule, path: readonly string[]): boolean {
  if (!anywhere) return fits(elements, path);
  const [only] = elements;
  return path.some((element) => only === '**' || only?.test(element));
}

/** Tells generated files: the line that comes last decides, and those of closer folders come after those above. */
export function generatedByAttributes(all: readonly Attributes[]): (path: string) => boolean {
  const byFolder = new Map(all.filter(({ rules }) => rules.length > 0).map(({ folder, rules }) => [folder, rules]));
  return (path) => {
    const elements = path.split('/');
    for (let depth = elements.length - 1; depth >= 0; depth--) {
      const last = byFolder.get(elements.slice(0, depth).join('/'))?.findLast((rule) => matches(rule, elements.slice(depth)));
      if (last) return last.generated;
    }
    return false;
  };
}

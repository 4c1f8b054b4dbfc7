import { problems, type Texts } from './problems.js';

/** A case of a rule: its name, a file in which `¶` stands before whatever is to be blamed, and for each mark `key: message`. A message may end in `…` where a library ends it. */
export type RuleCase = readonly [rule: string, marked: string, ...wants: readonly string[]];

/** A text without its marks, and their places, `line:column`. */
export function unmarked(marked: string): Readonly<{ text: string; places: readonly string[] }> {
  const places: string[] = [];
  const lines = marked.split('\n').map((line, at) => {
    let plain = '';
    for (const character of line) {
      if (character === '¶') places.push(`${at + 1}:${plain.length + 1}`);
      else plain += character;
    }
    return plain;
  });
  return { text: lines.join('\n'), places };
}

/** What the marks of a file promise, and what a load of it says; both in the order of the places. */
export function saidAndPromised(file: keyof Texts, [, marked, ...wants]: RuleCase, others: Texts = {}, kind: 'errors' | 'warnings' = 'errors'): Readonly<{ said: readonly string[]; promised: readonly string[] }> {
  const { text, places } = unmarked(marked);
  if (places.length !== wants.length) throw new Error(`${places.length} marks and ${wants.length} messages`);
  const open = wants.filter((want) => want.endsWith('…')).map((want) => want.slice(0, -1));
  const short = (line: string) => { const start = open.find((one) => line.includes(`: ${one}`)); return start === undefined ? line : `${line.slice(0, line.indexOf(start) + start.length)}…`; };
  const all = problems({ ...others, [file]: text });
  // A file that is refused warns of nothing, and one that is fine has no errors.
  const other = kind === 'errors' ? all.warnings.filter(() => wants.length > 0) : all.errors;
  return { said: [...all[kind], ...other].map(short).sort(), promised: wants.map((want, at) => `${file}.yaml:${places[at] ?? ''}: ${want}`).sort() };
}

import type { ParsedCommand } from '../plugin.js';

export type Verb = 'override' | 'override-sticky' | 'override-cancel';

/** The words of a line: parted at white space outside of double quotes, without the quotes around them. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === ' ' || character === '\t')) {
      words.push(word);
      word = '';
    } else word += character;
  }
  return [...words, word].map((one) => one.replaceAll(/^"+|"+$/g, '')).filter((one) => one !== '');
}

/** All lines of one command together; undefined where the comment has none. `bare`: one of them names nothing. */
export function argumentsOf(commands: readonly ParsedCommand<Verb>[], verb: Verb): Readonly<{ names: readonly string[]; bare: boolean }> | undefined {
  const lines = commands.filter((command) => command.verb === verb).map(({ groups }) => wordsOf(groups[0] ?? ''));
  if (lines.length === 0) return undefined;
  return { names: [...new Set(lines.flat())], bare: lines.some((words) => words.length === 0) };
}

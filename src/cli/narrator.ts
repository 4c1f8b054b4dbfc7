/** Tells a story in a terminal, with times. */
export interface Narrator {
  /** A plain line. */
  say(line: string): void;
  /** A heading. */
  title(line: string): void;
  act(who: string, text: string): void;
  see(text: string): void;
  wait(text: string): void;
  fail(text: string): void;
}

export interface NarratorOptions {
  readonly write: (line: string) => void;
  readonly colours: boolean;
  readonly now: () => number;
}

/** Begins to tell; times count from here. */
export function createNarrator({ write, colours, now }: NarratorOptions): Narrator {
  const begun = now();
  const paint = (code: number, text: string): string => (colours ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  const time = (): string => paint(2, `${((now() - begun) / 1_000).toFixed(1).padStart(6)} s `);
  // Comments may have several lines; what strangers write moves no cursor.
  const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
  return {
    say: (line) => { write(line); },
    title: (line) => { write(paint(1, line)); },
    act: (who, text) => { write(`${time()} ${paint(36, who.padEnd(5))} ${plain(text)}`); },
    see: (text) => { write(`${time()} ${paint(32, '✓'.padEnd(5))} ${plain(text)}`); },
    wait: (text) => { write(`${time()} ${paint(33, '…'.padEnd(5))} ${paint(2, plain(text))}`); },
    fail: (text) => { for (const line of text.split('\n')) write(`${time()} ${paint(31, '✗'.padEnd(5))} ${plain(line)}`); },
  };
}

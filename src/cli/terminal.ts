import { createInterface, type Interface } from 'node:readline';

export interface Terminal extends Disposable {
  /** The next line of standard input; the empty text once there is none. The question goes to standard error. */
  readonly ask: (question: string) => Promise<string>;
}

/** Asks a person, or takes answers that are piped in. Nothing is read before the first question. */
export function openTerminal(): Terminal {
  let input: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;
  return {
    async ask(question) {
      process.stderr.write(question);
      input ??= createInterface({ input: process.stdin });
      lines ??= input[Symbol.asyncIterator]();
      const { value, done } = await lines.next();
      return done === true ? '' : value;
    },
    [Symbol.dispose]() {
      input?.close();
    },
  };
}

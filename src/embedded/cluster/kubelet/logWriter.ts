import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../core/ports/clock.js';

/** Lines longer than this are written in parts, as container runtimes do. */
const PART = 16 * 1024;
const TAIL_BYTES = 2048;

/** A container's log file in the runtimes' format: `TIME stdout|stderr F|P TEXT`. */
export interface LogWriter {
  /** Takes everything from a stream, as fast as the disk takes it. */
  take(source: Readable, name: 'stdout' | 'stderr'): void;
  /** A line of our own. */
  say(text: string): void;
  /** The last bytes that were written, for messages. */
  tail(): string;
  /** Writes what is left, and waits until the file has it. */
  end(): Promise<void>;
}

/** Opens (and makes) a log file. */
export function openLog(path: string, clock: Clock): LogWriter {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let failed = false;
  file.on('error', () => { failed = true; }); // a full disk must not end the pods
  const rests: (() => void)[] = [];
  let tail = '';
  let sequence = 0;
  const write = (name: string, tag: 'F' | 'P', text: string): boolean => {
    tail = (tail + text + (tag === 'F' ? '\n' : '')).slice(-TAIL_BYTES);
    // Milliseconds are all the clock has; the digits after them keep the order of lines visible.
    sequence = (sequence + 1) % 1_000_000;
    const time = new Date(clock.now()).toISOString().replace('Z', `${String(sequence).padStart(6, '0')}Z`);
    return failed || file.write(`${time} ${name} ${tag} ${text}\n`);
  };
  return {
    take(source, name) {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      source.on('data', (chunk: Buffer) => {
        const lines = (rest + decoder.write(chunk)).split('\n');
        rest = lines.pop() ?? '';
        let fine = true;
        for (const line of lines) fine = write(name, 'F', line);
        while (rest.length > PART) { fine = write(name, 'P', rest.slice(0, PART)); rest = rest.slice(PART); }
        if (!fine && !failed) {
          source.pause();
          file.once('drain', () => { source.resume(); });
        }
      });
      source.on('error', () => {});
      rests.push(() => {
        rest += decoder.end();
        if (rest !== '') write(name, 'P', rest);
        rest = '';
      });
    },
    say(text) { write('stderr', 'F', text); },
    tail: () => tail,
    end() {
      for (const flush of rests.splice(0)) flush();
      return new Promise((resolve) => {
        if (failed) { resolve(); return; }
        file.once('error', () => { resolve(); });
        file.end(() => { resolve(); });
      });
    },
  };
}

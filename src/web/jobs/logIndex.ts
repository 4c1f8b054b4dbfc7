import { FAILURE_ANYWHERE } from '../../core/failing.js';

/** Where the lines of a stored log are. */
export interface LogIndex {
  readonly bytes: number;
  readonly lines: number;
  /** Byte offsets of every `EVERY`th line, from the first. */
  readonly offsets: readonly number[];
  /** Numbers (from 0) of lines that say a failure, at most `MOST_FAILING`. */
  readonly failing: readonly number[];
  /** How many there are in all. */
  readonly failures: number;
}

export const EVERY = 200;
const MOST_FAILING = 1_000;
/** So much of a line that goes on is looked at. */
const LINE = 10_000;
const NEWLINE = 10;

/** Walks a log once, in little memory whatever its size. */
export async function indexLog(parts: AsyncIterable<Uint8Array>): Promise<LogIndex> {
  const offsets = [0];
  const failing: number[] = [];
  const every = new RegExp(FAILURE_ANYWHERE.source, 'gm');
  let [bytes, lines, failures, ended] = [0, 0, 0, 0];
  let rest = '';
  const scan = (text: string, first: number): void => {
    every.lastIndex = 0;
    let [line, at] = [first, 0];
    for (let match = every.exec(text); match; match = every.exec(text)) {
      for (let next = text.indexOf('\n', at); next >= 0 && next < match.index; next = text.indexOf('\n', at)) { line++; at = next + 1; }
      failures++;
      if (failing.length < MOST_FAILING) failing.push(line);
      const end = text.indexOf('\n', match.index);
      if (end < 0) return;
      line++;
      at = end + 1;
      every.lastIndex = at;
    }
  };
  for await (const part of parts) {
    const buffer = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const first = lines;
    for (let n = buffer.indexOf(NEWLINE); n >= 0; n = buffer.indexOf(NEWLINE, n + 1)) {
      lines++;
      ended = bytes + n + 1;
      if (lines % EVERY === 0) offsets.push(ended);
    }
    bytes += buffer.length;
    // What the log is marked by is ASCII, whatever the rest is.
    const text = rest + buffer.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    scan(text.slice(0, end), first);
    rest = text.slice(end, end + LINE);
  }
  scan(rest, lines);
  return { bytes, lines: lines + (bytes > ended ? 1 : 0), offsets, failing, failures };
}

/** So many bytes of lines are handed out at once, and of one line. */
const MOST_BYTES = 2 * 1024 * 1024;
const LONGEST = 8_000;

/** `wanted` lines after `skip`, fewer where they are very long; a long line is cut, and says so. */
export async function readLines(parts: AsyncIterable<Uint8Array>, { skip, wanted }: Readonly<{ skip: number; wanted: number }>): Promise<readonly string[]> {
  const lines: string[] = [];
  let held: Buffer[] = [];
  let [line, total, lost] = [0, 0, 0];
  const keep = (piece: Buffer): void => {
    const room = LONGEST - held.reduce((sum, { length }) => sum + length, 0);
    lost += Math.max(0, piece.length - Math.max(0, room));
    if (room > 0 && piece.length > 0) held.push(Buffer.from(piece.subarray(0, room)));
  };
  const end = (): void => {
    if (line >= skip) {
      const text = Buffer.concat(held).toString('utf8');
      lines.push(lost > 0 ? `${text} … (${lost} bytes more)` : text);
    }
    held = [];
    lost = 0;
    line++;
  };
  const full = (): boolean => lines.length >= wanted || total > MOST_BYTES;
  for await (const part of parts) {
    const buffer = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let at = 0;
    while (at < buffer.length && !full()) {
      const next = buffer.indexOf(NEWLINE, at);
      const stop = next < 0 ? buffer.length : next;
      if (line >= skip) { keep(buffer.subarray(at, stop)); total += Math.min(stop - at, LONGEST); }
      at = stop + 1;
      if (next >= 0) end();
    }
    if (full()) return lines;
  }
  if (held.length > 0) end();
  return lines;
}

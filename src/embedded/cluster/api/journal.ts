import { closeSync, createReadStream, createWriteStream, fstatSync, ftruncateSync, openSync, readdirSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from '../../../core/ports/log.js';
import { isFields, type Kobject } from './object.js';

/** What a file of the journal says, line by line. `base` begins a snapshot: everything up to that version is in it. */
export type Read = Readonly<
  | { kind: 'base'; version: number }
  | { kind: 'snapshot'; plural: string; key: string; object: Kobject }
  | { kind: 'put' | 'remove'; version: number; plural: string; key: string; object: Kobject }
>;
export interface Write { readonly version: number; readonly plural: string; readonly key: string; readonly kind: 'put' | 'remove'; readonly json: string }

/**
 * The cluster's memory on disk: numbered append-only files, and one snapshot that stands for all files before its number.
 * A write is handed to the operating system before it is answered, so that it survives the death of the process (not of the machine).
 */
export interface Journal {
  read(): AsyncGenerator<Read, void>;
  append(write: Write): void;
  /** Begins a new file and writes everything into a snapshot beside, when the current files have grown enough. */
  compactIfDue(version: number, everything: () => Iterable<{ readonly plural: string; readonly key: string; readonly json: string }>): void;
  close(): Promise<void>;
}

const FILE = /^(journal|snapshot)-(\d+)$/;
const ENOUGH = 8 * 1024 * 1024;

function parse(line: string): Read | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) && typeof value.kind === 'string' ? (value as unknown as Read) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a file, each with the byte after it; the last one may be torn. */
async function* linesOf(path: string): AsyncGenerator<{ line: string; end: number; whole: boolean }, void> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let n = rest.indexOf(10); n >= 0; n = rest.indexOf(10, from)) {
      yield { line: rest.toString('utf8', from, n), end: offset + n + 1, whole: true };
      from = n + 1;
    }
    offset += from;
    rest = rest.subarray(from);
  }
  if (rest.length > 0) yield { line: rest.toString(), end: offset, whole: false };
}

/** Opens the journal in a folder, which it makes. */
export async function openJournal({ dir, log }: { dir: string; log: Log }): Promise<Journal> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const numbered = (kind: string): readonly number[] => readdirSync(dir).flatMap((name) => { const found = FILE.exec(name); return found?.[1] === kind ? [Number(found[2])] : []; }).sort((a, b) => a - b);
  const path = (kind: string, n: number): string => join(dir, `${kind}-${String(n)}`);
  let number = 0;
  let file: number | undefined;
  let size = 0;
  let snapshotSize = 0;
  let compacting: Promise<void> = Promise.resolve();
  let busy = false;
  const stopper = new AbortController();

  const begin = (n: number): void => {
    if (file !== undefined) closeSync(file);
    number = n;
    file = openSync(path('journal', n), 'a', 0o600);
  };
  const write = (text: string): void => {
    const bytes = Buffer.from(text);
    const fd = file ?? -1;
    const start = fstatSync(fd).size;
    try {
      for (let from = 0; from < bytes.length;) from += writeSync(fd, bytes, from);
    } catch (error) {
      ftruncateSync(fd, start); // half a line would spoil the next one
      throw error;
    }
    size += bytes.length;
  };
  const forget = (before: number): void => {
    for (const kind of ['journal', 'snapshot']) for (const n of numbered(kind)) if (n < before) rmSync(path(kind, n), { force: true });
  };
  return {
    async *read() {
      for (const name of readdirSync(dir)) if (name.endsWith('.tmp')) rmSync(join(dir, name), { force: true });
      const from = numbered('snapshot').at(-1);
      if (from !== undefined) {
        for await (const { line } of linesOf(path('snapshot', from))) {
          const record = parse(line);
          if (!record) throw new Error(`${path('snapshot', from)} is damaged`);
          snapshotSize += line.length;
          yield record;
        }
      }
      const files = numbered('journal').filter((n) => n >= (from ?? 0));
      for (const n of files) {
        for await (const { line, end, whole } of linesOf(path('journal', n))) {
          const record = whole ? parse(line) : undefined;
          if (!record) {
            if (whole || n !== files.at(-1)) throw new Error(`${path('journal', n)} is damaged before byte ${String(end)}`);
            // The process died while it wrote; nobody was answered.
            truncateSync(path('journal', n), end);
            log.warn({ file: path('journal', n) }, 'cut off a write that was not finished');
            break;
          }
          size += line.length;
          yield record;
        }
      }
      begin(files.at(-1) ?? (from ?? 0));
    },
    append({ version, plural, key, kind, json }) {
      write(`{"kind":"${kind}","version":${String(version)},"plural":${JSON.stringify(plural)},"key":${JSON.stringify(key)},"object":${json}}\n`);
    },
    compactIfDue(version, everything) {
      if (busy || size < Math.max(ENOUGH, snapshotSize)) return;
      busy = true;
      const next = number + 1;
      // Taken now, in one go: later writes go to the next file.
      const taken = [...everything()];
      begin(next);
      size = 0;
      const target = path('snapshot', next);
      const lines = function* (): Generator<string> {
        yield `{"kind":"base","version":${String(version)}}\n`;
        let part = '';
        for (const { plural, key, json } of taken) {
          part += `{"kind":"snapshot","plural":${JSON.stringify(plural)},"key":${JSON.stringify(key)},"object":${json}}\n`;
          if (part.length > 1 << 18) { snapshotSize += part.length; yield part; part = ''; }
        }
        snapshotSize += part.length;
        yield part;
      };
      snapshotSize = 0;
      compacting = pipeline(Readable.from(lines()), createWriteStream(`${target}.tmp`, { mode: 0o600 }), { signal: stopper.signal })
        .then(() => { renameSync(`${target}.tmp`, target); forget(next); })
        .catch((err: unknown) => { if (!stopper.signal.aborted) log.error({ err }, 'could not compact the cluster\'s journal; the old files are kept'); })
        .finally(() => { busy = false; });
    },
    async close() {
      stopper.abort();
      await compacting;
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { isCensored } from './globs.js';
import { createFinder, maskStream, maskText, xs } from './mask.js';
import { secretForms, type SecretOptions } from './secrets.js';
import { filesBelow } from './targets.js';
import { into, isGzip } from './bytes.js';
import { inParallel, type Says } from './utility.js';

export interface CensorOptions extends SecretOptions {
  /** Files at once. */
  readonly concurrency: number;
  /** Most bytes of a file in memory. */
  readonly bufferSize: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What may be shown of a file: all of it, its first bytes, or nothing. */
export type Verdict = Readonly<{ kind: 'all' } | { kind: 'first'; bytes: number } | { kind: 'nothing'; why: string }>;

export interface Censored {
  verdict(path: string): Verdict;
  /** Text of our own with secrets masked; undefined when it is not known what they are. */
  text(text: string): string | undefined;
}

const PIECE = 1_048_576;
/** Unpacked bytes of an archive beyond which it is a trap. */
const MOST_UNPACKED = 8 * 2 ** 30;

/**
 * Masks secrets in the logs and in all files of the items, in place (jobs 5.6). Whatever could not be looked at must not be shown: when a
 * secret cannot be read, that is everything (jobs 16, flaw 28). Never rejects.
 */
export async function censor({ logs, items }: Readonly<{ logs: readonly string[]; items: readonly string[] }>, options: CensorOptions, { says }: { says: Says }): Promise<Censored> {
  let forms: readonly Buffer[];
  try {
    forms = await secretForms(options);
  } catch (error) {
    says.error({ error }, 'a secret could not be read, so nothing can be censored and nothing is shown');
    const why = 'secrets could not be read, so nothing can be censored';
    return { verdict: () => ({ kind: 'nothing', why }), text: () => undefined };
  }
  if (forms.length === 0) return { verdict: () => ({ kind: 'all' }), text: (text) => text };
  const verdicts = new Map<string, Verdict>();
  const files = new Set(logs);
  for (const item of items) {
    const found = await lstat(item).catch(() => undefined);
    if (found?.isFile() && isCensored(basename(item), options)) files.add(item);
    if (!found?.isDirectory()) continue;
    try {
      for await (const path of filesBelow(item)) {
        if (isCensored(relative(item, path), options)) files.add(path);
        else if (!files.has(path)) verdicts.set(path, { kind: 'all' });
      }
    } catch (error) {
      says.error({ error, item }, 'a folder could not be read to be censored');
    }
  }
  await inParallel([...files], options.concurrency, async (path) => {
    try {
      if (!(await lstat(path).catch(() => undefined))) return;
      if (await isGzip(path)) await censorGzip(path, forms);
      verdicts.set(path, { kind: 'first', bytes: await censorPlain(path, forms, Math.min(PIECE, options.bufferSize)) });
    } catch (error) {
      says.error({ error, path }, 'a file could not be censored and is not shown');
      verdicts.set(path, { kind: 'nothing', why: 'it could not be censored' });
    }
  });
  return { verdict: (path) => verdicts.get(path) ?? { kind: 'nothing', why: 'it was not there when secrets were looked for' }, text: (text) => maskText(text, forms) };
}

/**
 * Overwrites secrets where they stand, since as many bytes replace them: whoever still writes to the file goes on with the same one.
 * Answers how many bytes were looked at.
 */
async function censorPlain(path: string, forms: readonly Buffer[], piece: number): Promise<number> {
  return withFile(path, async (file) => {
    const finder = createFinder(forms);
    const buffer = Buffer.alloc(Math.max(4_096, piece));
    const packed = await startsAsGzip(file);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return at;
      for (const { start, end } of finder.push(buffer.subarray(0, bytesRead))) {
        // What it unpacks to is clean by now: this stands in a name or behind the end, and cannot be replaced.
        if (packed) throw new Error('holds a secret outside of what it unpacks to');
        await file.write(xs(end - start), 0, end - start, start);
      }
      at += bytesRead;
    }
  });
}

async function startsAsGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW;
  let restore: number | undefined;
  const file = await open(path, flags).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    restore = (await lstat(path)).mode & 0o7777; // read-only, but ours
    await chmod(path, restore | 0o600);
    return open(path, flags);
  });
  try {
    return await work(file);
  } finally {
    if (restore !== undefined) await file.chmod(restore);
    await file.close();
  }
}

/** Unpacks, masks and packs again; an archive of tar is censored as what it is, bytes in a row. Nothing is replaced when nothing is found. */
async function censorGzip(path: string, forms: readonly Buffer[]): Promise<void> {
  const { mode } = await lstat(path);
  const fresh = join(dirname(path), `.censoring-${randomUUID()}`);
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  let found = false;
  let unpacked = 0;
  const counted = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const piece of pieces) {
      unpacked += piece.length;
      if (unpacked > MOST_UNPACKED) throw new Error('unpacks to too much');
      yield piece;
    }
  };
  try {
    const target = await open(fresh, 'wx', mode & 0o777);
    try {
      await pipeline(source.createReadStream(), createGunzip(), (pieces: AsyncIterable<Buffer>) => maskStream(counted(pieces), forms, () => { found = true; }), createGzip(), into(target));
    } finally {
      await target.close();
    }
    if (found) await rename(fresh, path);
  } finally {
    await source.close().catch(() => undefined);
    await rm(fresh, { force: true });
  }
}

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.js';
import type { Storage, StoredFile } from '../../core/ports/storage.js';

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Storage in folders of this machine, `file:///…`. Only what lies below one of the roots can be read or written; links are not followed, since
 * what a job left there may point anywhere.
 */
export function localStorage({ roots }: Readonly<{ roots: readonly string[] }>): Storage {
  const bases = roots.map((root) => resolve(root));

  const inside = (path: string): boolean => bases.some((base) => path === base || path.startsWith(base + sep));

  /** The path of an address; throws a UserError when it leads out of the roots. */
  async function pathOf(at: string): Promise<string> {
    let path: string;
    try {
      path = resolve(fileURLToPath(at));
    } catch {
      throw new UserError(`not an address of a file: ${JSON.stringify(at)}`);
    }
    if (path.includes('\0') || !inside(path)) throw new UserError(`${at} is not in a folder of results`);
    if (bases.includes(path)) return path;
    // A folder in the middle may be a link.
    const parent = await realpath(dirname(path)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    const real = await Promise.all(bases.map((base) => realpath(base).catch(() => base)));
    if (parent !== undefined && !real.some((base) => parent === base || parent.startsWith(base + sep))) throw new UserError(`${at} is not in a folder of results`);
    return path;
  }

  async function stat(at: string): Promise<StoredFile | undefined> {
    const path = await pathOf(at);
    try {
      const found = await lstat(path);
      return found.isFile() ? { at, size: found.size, updatedAt: found.mtimeMs } : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async function* stream(at: string, { signal, start, end }: Parameters<Storage['stream']>[1]): AsyncGenerator<Uint8Array, void> {
    const file = await stat(at);
    if (!file) return;
    const from = start === undefined ? 0 : start < 0 ? Math.max(0, file.size + start) : start;
    const to = Math.min(end ?? file.size, file.size);
    if (from >= to) return;
    const handle = await open(await pathOf(at), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for await (const part of handle.createReadStream({ start: from, end: to - 1, autoClose: false }) as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        yield part;
      }
    } finally {
      await handle.close();
    }
  }

  /** Whole or not at all: `put` gives the finished file its name. */
  async function fill(at: string, signal: AbortSignal, write: (file: FileHandle) => Promise<void>, put: (from: string, to: string) => Promise<void>): Promise<void> {
    signal.throwIfAborted();
    const path = await pathOf(at);
    await mkdir(dirname(path), { recursive: true });
    await pathOf(at);
    const temporary = join(dirname(path), `${TEMPORARY}${randomUUID()}`);
    try {
      const file = await open(temporary, 'wx', 0o644);
      try {
        await write(file);
      } finally {
        await file.close();
      }
      await put(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async function* walk(folder: string, signal: AbortSignal): AsyncGenerator<string, void> {
    signal.throwIfAborted();
    let entries;
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(TEMPORARY)) continue;
      if (entry.isDirectory()) yield* walk(join(folder, entry.name), signal);
      else if (entry.isFile()) yield join(folder, entry.name);
    }
  }

  return {
    stat: (at) => stat(at),
    async read(at, options) {
      if (!(await stat(at))) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of stream(at, options)) parts.push(part);
      return Buffer.concat(parts);
    },
    stream,
    async write(at, bytes, { ifAbsent, signal }) {
      try {
        await fill(at, signal, (file) => file.writeFile(bytes), ifAbsent ? link : rename);
        return 'written';
      } catch (error) {
        if (ifAbsent && (error as NodeJS.ErrnoException).code === 'EEXIST') return 'existed';
        throw error;
      }
    },
    async send(at, pieces, { encoding, signal }) {
      await fill(at, signal, async (file) => {
        const keep = async (plain: AsyncIterable<Uint8Array>): Promise<void> => { for await (const piece of plain) await file.appendFile(piece); };
        // A folder keeps no encodings.
        await (encoding === undefined ? pipeline(pieces, keep, { signal }) : pipeline(pieces, createGunzip(), keep, { signal }));
      }, rename);
    },
    async *list(folder, { signal }) {
      for await (const path of walk(await pathOf(folder), signal)) {
        const file = await stat(pathToFileURL(path).href);
        if (file) yield file;
      }
    },
    async folder(at) {
      const path = await pathOf(at);
      try {
        const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith(TEMPORARY)).sort((a, b) => (a.name < b.name ? -1 : 1));
        const files = await Promise.all(entries.filter((entry) => entry.isFile()).map(({ name }) => stat(pathToFileURL(join(path, name)).href)));
        return { files: files.filter((file) => file !== undefined), folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name) };
      } catch (error) {
        if (isMissing(error)) return { files: [], folders: [] };
        throw error;
      }
    },
  };
}

/** Begins the names of files that are being written. */
const TEMPORARY = '.prow-writing-';

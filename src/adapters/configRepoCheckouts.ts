import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readlink, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/ports/clock.js';
import type { ChosenFile } from './configRepoFiles.js';

/** `current` is what the watcher follows, `good` the last one that could be loaded. */
export type Pointer = 'current' | 'good';

/** Checkouts of a repository's configuration, each in a folder named after its commit; several processes may share them. */
export interface Checkouts {
  /** The path that always leads to the current checkout. */
  readonly link: string;
  /** The commit that a pointer leads to; undefined where there is none. */
  at(pointer: Pointer): Promise<string | undefined>;
  /** Swaps a pointer, as a ConfigMap is swapped: whoever reads by it sees the one or the other. */
  point(pointer: Pointer, sha: string): Promise<void>;
  /** Writes a checkout unless it is there. `read` is asked for the contents that no earlier checkout has; `folder` exists even if it is empty. */
  write(sha: string, files: readonly ChosenFile[], folder: string | undefined, read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>): Promise<void>;
  /** Removes checkouts that no pointer leads to and that are not new, and contents that no checkout has; gives the commits that are left. */
  clean(): Promise<ReadonlySet<string>>;
}

/** Another process may just be about to point to a checkout that is younger. */
const YOUNG_MS = 600_000;
const SHA = /^[0-9a-f]{40,64}$/;

const absent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

/**
 * Opens the checkouts in a folder. Contents lie once in `blobs/`, by object id, and are hard-linked into the checkouts: a file that a commit
 * did not change is the same file as before, so a watcher that compares inodes and times reads only what changed.
 */
export function openCheckouts(dir: string, { clock }: Readonly<{ clock: Clock }>): Checkouts {
  const blobs = join(dir, 'blobs');
  const pathOf = (pointer: Pointer): string => join(dir, pointer);
  const temporary = (): string => join(dir, `new-${process.pid}-${randomUUID()}`);

  const at = async (pointer: Pointer): Promise<string | undefined> => {
    const sha = await readlink(pathOf(pointer)).catch(absent);
    return sha !== undefined && SHA.test(sha) && (await stat(join(dir, sha)).catch(absent)) !== undefined ? sha : undefined;
  };

  /** A power cut may have left a file cut short: its size tells. */
  const isWhole = async ({ id, size }: ChosenFile): Promise<boolean> => (await stat(join(blobs, id)).catch(absent))?.size === size;

  async function place({ id, path }: ChosenFile, root: string): Promise<void> {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await link(join(blobs, id), target).catch(async (error: unknown) => {
      // File systems without hard links, or with too many of one file.
      if (!['EPERM', 'ENOTSUP', 'EMLINK', 'EOPNOTSUPP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await copyFile(join(blobs, id), target);
    });
  }

  return {
    link: pathOf('current'),
    at,
    async point(pointer, sha) {
      const made = temporary();
      await symlink(sha, made);
      await rename(made, pathOf(pointer));
    },
    async write(sha, files, folder, read) {
      await mkdir(blobs, { recursive: true });
      const missing = (await Promise.all(files.map(async (file) => ((await isWhole(file)) ? [] : [file])))).flat();
      const target = join(dir, sha);
      if (missing.length === 0 && (await stat(target).catch(absent)) !== undefined) {
        const now = clock.now() / 1_000;
        await utimes(target, now, now);
        return;
      }
      for (const [id, content] of await read([...new Set(missing.map(({ id }) => id))])) {
        const made = temporary();
        await writeFile(made, content, { flush: true });
        await rename(made, join(blobs, id));
      }
      const made = temporary();
      await mkdir(made);
      if (folder !== undefined) await mkdir(join(made, folder), { recursive: true });
      for (const file of files) await place(file, made);
      // What lies there is cut short, or another process was as quick.
      await rm(target, { recursive: true, force: true });
      await rename(made, target).catch(async (error: unknown) => {
        await rm(made, { recursive: true, force: true });
        if ((await stat(target).catch(absent)) === undefined) throw error;
      });
    },
    async clean() {
      const kept = new Set<string>();
      const pointed = new Set([await at('current'), await at('good')]);
      for (const name of await readdir(dir)) {
        if (!SHA.test(name) && !name.startsWith('new-')) continue;
        const age = clock.now() - ((await stat(join(dir, name)).catch(absent))?.mtimeMs ?? 0);
        if (pointed.has(name) || age < YOUNG_MS) kept.add(name);
        else await rm(join(dir, name), { recursive: true, force: true });
      }
      for (const id of await readdir(blobs).catch(absent) ?? []) {
        const found = await stat(join(blobs, id)).catch(absent);
        if (found?.nlink === 1 && clock.now() - found.ctimeMs > YOUNG_MS) await rm(join(blobs, id), { force: true });
      }
      return new Set([...kept].filter((name) => SHA.test(name)));
    },
  };
}

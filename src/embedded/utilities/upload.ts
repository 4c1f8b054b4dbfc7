import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { into, isGzip, source } from './bytes.js';
import type { Cloud } from './cloud.js';
import type { JobSpec } from './jobSpec.js';
import { jobPath, pointers, storedAs } from './layout.js';
import type { Target } from './targets.js';
import type { UploadOptions } from './uploadOptions.js';
import { inParallel, pause, type Says } from './utility.js';

/** Begins names of files that are being written; whoever lists results leaves them out. */
const TEMPORARY = '.prow-writing-';
/** At the same time, and milliseconds between tries (jobs 5.7). */
const PARALLEL = 4;
const PAUSES: readonly number[] = [1_000, 4_000, 9_000];
/** Another try of these would end in the same way. */
const FINAL = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT', 'ENAMETOOLONG', 'ELOOP', 'ENOTEMPTY', 'EEXIST', 'EINVAL']);

interface UploadDeps {
  readonly says: Says;
}

/** Several files could not be stored; the message has all the reasons. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
}

/** Stores files in the job's folder; all that can be stored is, and the rest is one UploadError. */
export async function upload(targets: readonly Target[], spec: JobSpec, options: UploadOptions, { says }: UploadDeps): Promise<void> {
  const { destination, dryRun, subDir, mediaTypes } = options;
  const top = destination.kind === 'cloud' ? '/' : destination.root;
  const folder = destination.kind === 'local' ? top : join(top, jobPath(spec, options));
  const chosen = new Map<string, Target & Readonly<{ unpack: 'gzip' | undefined }>>();
  for (const target of targets) {
    const { name, unpack } = storedAs(target.name, mediaTypes);
    const path = resolve(folder, subDir, name);
    if (chosen.has(path)) says.warn({ name }, 'two files have one destination; the second one is left out');
    else chosen.set(path, { ...target, unpack });
  }
  if (destination.kind === 'cloud') {
    const cloud = await openCloud(options);
    await storeAll([...chosen].map(([path, target]) => ({ path: destination.url + path, run: () => cloud.store(destination.url + path, target) })), { says, dryRun });
  } else await storeAll([...chosen].map(([path, target]) => ({ path, run: () => store(path, target, destination.root) })), { says, dryRun });
}

/** Writes what points at the job (jobs 4.8). A newer build's number stays, so `latest-build.txt` never goes back. Throws UploadError. */
export async function uploadPointers(spec: JobSpec, options: UploadOptions, { says }: UploadDeps): Promise<void> {
  const { destination, dryRun } = options;
  if (destination.kind === 'local') return;
  const cloud = destination.kind === 'cloud' ? await openCloud(options) : undefined;
  await storeAll(pointers(spec, options, destination.url).map(({ kind, path: name, text }) => {
    const path = destination.kind === 'cloud' ? `${destination.url}/${name}` : join(destination.root, name);
    const target = { name, text, unpack: undefined };
    return { path, async run() {
      const present = kind === 'latest' ? (await (cloud ? cloud.read(path) : readFile(path, 'utf8').catch(() => ''))).trim() : '';
      const isNewer = /^\d+$/.test(present) && /^\d+$/.test(text) && BigInt(present) > BigInt(text);
      if (!isNewer) await (destination.kind === 'cloud' ? cloud?.store(path, target) : store(path, target, destination.root));
    } };
  }), { says, dryRun });
}

/** Loaded when a provider's bucket is the destination: most pods of the embedded cluster have none. */
async function openCloud(options: UploadOptions): Promise<Cloud> {
  return (await import('./cloud.js')).openCloud(options);
}

async function storeAll(jobs: readonly Readonly<{ path: string; run: () => Promise<void> }>[], { says, dryRun }: UploadDeps & Readonly<{ dryRun: boolean }>): Promise<void> {
  const problems: string[] = [];
  await inParallel(jobs, PARALLEL, async ({ path, run }) => {
    if (dryRun) { says.info({ path }, 'would upload'); return; }
    for (let attempt = 0; ; attempt++) {
      try {
        await run();
        return;
      } catch (error) {
        const isFinal = error instanceof UploadError || FINAL.has((error as NodeJS.ErrnoException).code ?? '');
        const wait = isFinal ? undefined : PAUSES[attempt];
        if (wait === undefined) { problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`); return; }
        await pause(wait);
      }
    }
  });
  if (problems.length > 0) throw new UploadError(problems.join('; '));
}

async function store(path: string, target: Target & Readonly<{ unpack: 'gzip' | undefined }>, root: string): Promise<void> {
  // sub_dir and names come from the job's side.
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw new UploadError('leads out of the place for results');
  if ('text' in target) { await write(path, (file) => file.writeFile(target.text)); return; }
  if (target.unpack && (await isGzip(target.file))) {
    try {
      await write(path, async (file) => pipeline(await source(target), createGunzip(), into(file)));
      return;
    } catch (error) {
      // ABORT_ERR: something stands behind the end.
      if (!/^(?:Z_|ABORT_ERR)/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
      // Damaged, or cut off: kept as it is, under its whole name.
      await write(join(dirname(path), target.name.split('/').at(-1) ?? ''), async (file) => pipeline(await source(target), into(file)));
      return;
    }
  }
  await write(path, async (file) => pipeline(await source(target), into(file)));
}

/** Whole or not at all. */
async function write(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `${TEMPORARY}${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await fill(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

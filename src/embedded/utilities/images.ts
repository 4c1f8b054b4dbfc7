import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { imageName, type Images } from '../cluster/images.js';

const NAMES = ['clonerefs', 'initupload', 'entrypoint', 'sidecar'] as const;
/** Loaded only for a provider's bucket, so most pods start without it: a file of its own, and the providers' SDKs beside all of them. */
const APART: Plugin = { name: 'apart', setup(build) { build.onResolve({ filter: /^\.\/cloud\.js$/ }, () => ({ path: './cloud.mjs', external: true })); } };
const SDKS = ['@aws-sdk/*', '@azure/*', '@google-cloud/*'];
/** Builds that no cluster started with for so long are removed. */
const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * The programs that stand for the images of Prow's utilities, whatever their registry and tag. Four of them start for every pod, so from
 * a checkout they are compiled to one file each, when a cluster starts; from a build they run as they are.
 */
export async function utilityImages(): Promise<Images> {
  const file = fileURLToPath(import.meta.url);
  const here = dirname(file);
  const starts = file.endsWith('.ts') ? await fromSources(here) : (name: string) => [join(here, `${name}.js`)];
  const commands = new Map<string, readonly string[]>(NAMES.map((name) => [name, [process.execPath, ...starts(name)]]));
  return (image) => {
    const command = commands.get(imageName(image));
    return command && { command };
  };
}

type Starts = (name: string) => readonly string[];

async function fromSources(here: string): Promise<Starts> {
  const load = createRequire(import.meta.url);
  try {
    const folder = await compiled(here);
    return (name) => [join(folder, `${name}.mjs`)];
  } catch {
    // A folder that is not ours: slower, and all the same.
    const loader = pathToFileURL(load.resolve('tsx')).href;
    return (name) => ['--import', loader, join(here, `${name}.ts`)];
  }
}

/** One file of JavaScript for each utility, in a folder named after their content. */
async function compiled(here: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [...NAMES, 'cloud'].map((name) => join(here, `${name}.ts`)), outdir: here, outExtension: { '.js': '.mjs' }, bundle: true, write: false, external: SDKS, plugins: [APART], format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent',
  });
  const root = join(here, '..', '..', '..');
  const cache = join(root, 'node_modules', '.cache', 'prow-utilities');
  const hash = createHash('sha256');
  for (const { path, text } of outputFiles) hash.update(JSON.stringify([basename(path), text]));
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) {
    const fresh = `${folder}.${String(process.pid)}`;
    await mkdir(fresh, { recursive: true });
    for (const { path, text } of outputFiles) await writeFile(join(fresh, basename(path)), text);
    await rename(fresh, folder).catch(async (error: unknown) => {
      await rm(fresh, { recursive: true, force: true });
      if (!existsSync(folder)) throw error; // else somebody else was faster
    });
  }
  const now = new Date();
  await utimes(folder, now, now);
  for (const other of await readdir(cache)) {
    const path = join(cache, other);
    const age = await stat(path).then(({ mtimeMs }) => now.getTime() - mtimeMs, () => 0);
    if (age > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
  return folder;
}

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** `prow` compiled file by file, as the image's is, in a folder of the checkout, so that it finds its dependencies. */
export interface Built extends Disposable {
  readonly dir: string;
  /** What Node.js runs. */
  readonly entry: readonly string[];
}

/** Compiles the checkout. Types are not checked: what does not fit is no matter of figures. */
export async function buildProw(): Promise<Built> {
  const cache = join('node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(join(cache, 'bench-'));
  const files = ['src', 'queues'].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file)).map((file) => join(folder, file)));
  await build({ entryPoints: files, outdir: dir, outbase: '.', format: 'esm', platform: 'node', target: 'node20', jsx: 'automatic', jsxImportSource: 'hono/jsx', logLevel: 'error' });
  return { dir, entry: [join(dir, 'src', 'cli', 'main.js')], [Symbol.dispose]: () => { rmSync(dir, { recursive: true, force: true }); } };
}

// The command line as one compiled file, made at the first run and whenever a source changed. Starting from TypeScript takes longer
// than most commands do.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';

/** Libraries that are small, that nearly every command needs and that come in many files. All others stay where they are. */
const INCLUDED = /^(?:zod|yaml|js-yaml|re2js|lru-cache)(?:\/|$)/;
/** Builds that no new process uses are kept so long: an old process may still load parts of them. */
const KEPT_MS = 24 * 3_600_000;
/** The steps of files' times may be so large. */
const UNSURE_MS = 2_000;

/** The path of the compiled `src/cli/main.ts`; undefined when it cannot be made, and then the sources are to be run as they are. */
export async function compiledEntry(root) {
  const folder = join(root, 'node_modules', '.cache', 'prow');
  try {
    return current(root, folder) ?? (await build(root, folder));
  } catch {
    return undefined; // a folder that is not ours, or a fault in a source, of which running it tells more
  }
}

const mark = (root, file) => {
  const found = statSync(join(root, file), { throwIfNoEntry: false });
  return [file, found?.size ?? -1, found?.mtimeMs ?? -1];
};

/** The last build, unless anything that went into it changed since. */
function current(root, folder) {
  try {
    const { node, name, inputs } = JSON.parse(readFileSync(join(folder, 'current.json'), 'utf8'));
    const entry = join(folder, name, 'src', 'cli', 'main.js');
    const same = node === process.version && inputs.every((input) => mark(root, input[0]).every((part, at) => part === input[at]));
    return same && existsSync(entry) ? entry : undefined;
  } catch {
    return undefined; // none yet, or a damaged note
  }
}

async function build(root, folder) {
  const start = Date.now();
  const { build: bundle } = await import('esbuild');
  const apart = { name: 'apart', setup: ({ onResolve }) => { onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === 'entry-point' || INCLUDED.test(path) ? undefined : { path, external: true })); } };
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: root, entryPoints: { 'src/cli/main': 'src/cli/main.ts' }, outdir: join(folder, 'out'), bundle: true, splitting: true, write: false, metafile: true, logLevel: 'silent',
    format: 'esm', platform: 'node', target: 'node20', jsx: 'automatic', jsxImportSource: 'hono/jsx', plugins: [apart],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  });
  const sources = Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules/'));
  // What changed while it was read, or so shortly before that its time would not tell, makes the next process build again.
  const inputs = [...sources, 'package.json', 'package-lock.json', relative(root, import.meta.filename)].map((file) => mark(root, file))
    .map(([file, size, time]) => [file, size, time > start - UNSURE_MS ? 0 : time]);
  const name = `build-${createHash('sha256').update(JSON.stringify([process.version, outputFiles.map(({ path, hash }) => [path, hash])])).digest('hex').slice(0, 16)}`;
  const temporary = join(folder, `new-${process.pid}-${Date.now()}`);
  mkdirSync(join(temporary, 'src', 'cli'), { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(temporary, relative(join(folder, 'out'), path)), contents);
  // Names a package of modules, and tells the version.
  writeFileSync(join(temporary, 'package.json'), readFileSync(join(root, 'package.json')));
  if (!moved(temporary, join(folder, name))) rmSync(temporary, { recursive: true, force: true });
  writeFileSync(`${temporary}.json`, JSON.stringify({ node: process.version, name, inputs }));
  renameSync(`${temporary}.json`, join(folder, 'current.json'));
  for (const other of readdirSync(folder)) {
    if (other !== name && other !== 'current.json' && Date.now() - statSync(join(folder, other)).mtimeMs > KEPT_MS) rmSync(join(folder, other), { recursive: true, force: true });
  }
  return join(folder, name, 'src', 'cli', 'main.js');
}

/** Another process may have made the same build at the same time. */
function moved(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (err) {
    if (!existsSync(to)) throw err;
    return false;
  }
}

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build, transformSync } from 'esbuild';

const bin = fileURLToPath(new URL('../../bin/compiled.mjs', import.meta.url));

/** A checkout with a command line of its own, older than any build. */
async function checkout() {
  const root = await mkdtemp(join(tmpdir(), 'compiled-'));
  const write = async (file: string, text: string, minutesAgo = 10) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
    const time = Date.now() / 1_000 - minutesAgo * 60;
    await utimes(join(root, file), time, time);
  };
  await write('package.json', '{"type": "module", "version": "1.2.3"}');
  await write('package-lock.json', '{}');
  await write('src/cli/said.ts', 'export const said: string = "one";\n');
  await write('src/cli/main.ts', 'import { said } from "./said.js";\nconsole.log(said, (await import("./late.js")).late);\n');
  await write('src/cli/late.ts', 'export const late = "late" as const;\n');
  await mkdir(join(root, 'node_modules'));
  return { root, write, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** The entry that a new process finds, and what it prints. */
function run(root: string): Readonly<{ entry: string; said: string }> {
  const script = `const { compiledEntry } = await import(${JSON.stringify(bin)}); const entry = await compiledEntry(${JSON.stringify(root)}); console.log(entry ?? 'none'); if (entry) await import(entry);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const [entry = '', said = ''] = stdout.trim().split('\n');
  return { entry, said };
}

test('the command line is compiled once, and again when something that it is made of changed', async () => {
  await using it = await checkout();
  const first = run(it.root);
  expect(first.said).toBe('one late');
  expect(run(it.root)).toEqual(first);

  await it.write('src/cli/late.ts', 'export const late = "later";\n', 5);
  const second = run(it.root);
  expect(second.said).toBe('one later');
  expect(second.entry).not.toBe(first.entry);
  expect(run(it.root)).toEqual(second);

  // A process that started before goes on with the build that it knows.
  expect(spawnSync(process.execPath, [first.entry], { encoding: 'utf8' }).stdout).toBe('one late\n');
});

test('a source that does not compile is left to be run as it is; so is a folder that cannot be written', async () => {
  await using it = await checkout();
  await it.write('src/cli/said.ts', 'export const said = ;\n');
  expect(run(it.root).entry).toBe('none');
  await it.write('src/cli/said.ts', 'export const said = "mended";\n', 5);
  expect(run(it.root).said).toBe('mended late');
  await rm(join(it.root, 'node_modules'), { recursive: true });
  await writeFile(join(it.root, 'node_modules'), 'not a folder');
  expect(run(it.root).entry).toBe('none');
});

test('a damaged note about the last build only costs a build', async () => {
  await using it = await checkout();
  const { entry } = run(it.root);
  await writeFile(join(it.root, 'node_modules/.cache/prow/current.json'), '{"node": ');
  expect(run(it.root)).toEqual({ entry, said: 'one late' });
});

test('what is built below dist finds the definition of ProwJob, in a checkout and in an image, and starts a cluster', async () => {
  const checkoutRoot = fileURLToPath(new URL('../..', import.meta.url));
  const root = await mkdtemp(join(tmpdir(), 'compiled-'));
  try {
    // As `npm run build` lays it out, without looking at types.
    const files = ['src', 'queues'].flatMap((top) => readdirSync(join(checkoutRoot, top), { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file)).map((file) => join(top, file)));
    await build({ absWorkingDir: checkoutRoot, entryPoints: files, outbase: '.', outdir: join(root, 'dist'), format: 'esm', platform: 'node', target: 'node20', jsx: 'automatic', jsxImportSource: 'hono/jsx', logLevel: 'silent' });
    await cp(join(checkoutRoot, 'package.json'), join(root, 'package.json'));
    await symlink(join(checkoutRoot, 'node_modules'), join(root, 'node_modules'));
    const script = `
      const { startDemoCluster } = await import(${JSON.stringify(join(root, 'dist/src/demo/cluster.js'))});
      await using cluster = await startDemoCluster(${JSON.stringify(join(root, 'state'))});
      console.log(cluster.kubeconfigPath, (await cluster.view.jobs()).length);`;
    const demo = () => spawnSync(process.execPath, ['--input-type=module', '-e', transformSync(script, { format: 'esm', target: 'node20', supported: { 'top-level-await': true } }).code], { encoding: 'utf8', timeout: 60_000 });
    expect(demo()).toMatchObject({ status: 1, stderr: expect.stringMatching(/the definition of ProwJob is missing: .*helm\/crds\/prowjob\.yaml/) });
    for (const place of ['helm/crds', 'dist/helm/crds']) {
      await cp(join(checkoutRoot, 'helm/crds'), join(root, place), { recursive: true });
      expect(demo()).toMatchObject({ status: 0, stderr: '', stdout: `${join(root, 'state', 'kubeconfig')} 0\n` });
      await rm(join(root, place), { recursive: true });
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
});

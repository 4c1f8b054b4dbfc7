import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkconfig } from '../../src/cli/checkconfig.js';
import { CONFIGS, JOB_FILES, LARGE_FILES, type Nasty } from './nastyFiles.js';
import { nastyProcess, type Said } from './nastyProcess.js';
import { soakTest } from '../support/tier.js';

let root = '';
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'nasty-')); });
afterAll(async () => { await rm(root, { recursive: true, force: true }); });

const firstOf = (said: readonly Said[], file: string): unknown => {
  const first = said.find((one) => one.severity === 'error' && one.file === file);
  return first && { place: `${first.line}:${first.column}`, message: first.message };
};
const wanted = ({ want }: Nasty): unknown => (want === 'fine' ? undefined : { place: want[0], message: expect.stringMatching(want[1]) });

async function written(folder: string, files: readonly Nasty[]): Promise<string> {
  const path = join(root, folder);
  await mkdir(path, { recursive: true });
  for (const { name, content } of files) await writeFile(join(path, `${name}.yaml`), content);
  return path;
}

describe('a folder of nasty files of jobs', () => {
  let said: readonly Said[] = [];
  let folder = '';
  beforeAll(async () => {
    folder = await written('small', JOB_FILES);
    await writeFile(join(root, 'config.yaml'), '');
    const ended = await nastyProcess([`--config-path=${join(root, 'config.yaml')}`, `--job-config-path=${folder}`]);
    expect(ended).toMatchObject({ code: 1, signal: null, noise: 'prow: the configuration is refused' });
    said = ended.said;
  });
  test.each(JOB_FILES)('$name', (one) => { expect(firstOf(said, join(folder, `${one.name}.yaml`))).toEqual(wanted(one)); });
});

soakTest('no large file holds the command up', async () => {
  const folder = await written('large', LARGE_FILES);
  const config = join(folder, 'config.yaml');
  await writeFile(config, '');
  for (const one of LARGE_FILES) {
    const file = join(folder, `${one.name}.yaml`);
    const ended = await nastyProcess([`--config-path=${config}`, `--job-config-path=${file}`, '--exclude-warning=non-decorated-jobs']);
    expect({ name: one.name, code: ended.code, signal: ended.signal, first: firstOf(ended.said, file) }).toEqual({ name: one.name, code: one.want === 'fine' ? 0 : 1, signal: null, first: wanted(one) });
  }
});

test.each(CONFIGS)('config.yaml: $name', async (one) => {
  const path = join(await written('configs', [one]), `${one.name}.yaml`);
  const said: Said[] = [];
  const code = await checkconfig([`--config-path=${path}`, '--output=json'], {
    print: (line) => { said.push(JSON.parse(line) as Said); }, note: () => undefined, contextFault: () => undefined, builtIn: new Set<string>(), github: () => { throw new Error('GitHub is not asked here'); },
  });
  expect({ code, first: firstOf(said, path) }).toEqual({ code: one.want === 'fine' ? 0 : 1, first: wanted(one) });
});

test('what is no file, or leads round in a circle, is named or passed over', async () => {
  const folder = await written('links', [{ name: 'good', content: 'periodics: []', want: 'fine' }]);
  await mkdir(join(folder, 'inside'));
  await mkdir(join(folder, 'folder.yaml'));
  await mkdir(join(folder, 'inside', '.prowignore'));
  await symlink('..', join(folder, 'inside', 'up'));
  await symlink('circle.yaml', join(folder, 'circle.yaml'));
  await symlink('/nowhere', join(folder, 'nowhere.yaml'));
  await symlink('/proc/self/mem', join(folder, 'unreadable.yaml'));
  await symlink('inside', join(folder, 'linked.yaml'));
  await pipe(join(folder, 'pipe.yaml'));
  await writeFile(join(root, 'config.yaml'), '');
  const { said, ...ended } = await nastyProcess([`--config-path=${join(root, 'config.yaml')}`, `--job-config-path=${folder}`]);
  expect(ended).toEqual({ code: 1, signal: null, noise: 'prow: the configuration is refused' });
  expect(said.map(({ file, line, message }) => [file.slice(folder.length + 1), line, message.split(',')[0]])).toEqual([
    ['circle.yaml', 1, expect.stringMatching(/^cannot be read: .*ELOOP/)], ['nowhere.yaml', 1, expect.stringMatching(/^cannot be read: .*ENOENT/)], ['unreadable.yaml', 1, expect.stringMatching(/^cannot be read: /)],
  ]);
});

test.each([['a folder', ''], ['nothing', 'absent.yaml']])('config.yaml is %s', async (_, name) => {
  const { said, ...ended } = await nastyProcess([`--config-path=${join(root, name)}`]);
  expect(ended).toEqual({ code: 1, signal: null, noise: 'prow: the configuration is refused' });
  expect(said).toMatchObject([{ line: 1, message: expect.stringMatching(/^cannot be read: /) }]);
});

async function pipe(path: string): Promise<void> {
  const child = spawn('mkfifo', [path], { cwd: fileURLToPath(new URL('.', import.meta.url)) });
  expect(await new Promise((resolve) => { child.on('exit', resolve); })).toBe(0);
}

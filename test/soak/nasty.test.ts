import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HUGE_FILES } from '../cli/nastyFiles.js';
import { nastyProcess } from '../cli/nastyProcess.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nasty-'));
  await writeFile(join(root, 'config.yaml'), '');
});
afterAll(async () => { await rm(root, { recursive: true, force: true }); });

test.each(HUGE_FILES)('a huge file of jobs does not hold the command up: $name', async ({ name, content, want }) => {
  const file = join(root, `${name}.yaml`);
  await writeFile(file, content);
  const { code, signal, said } = await nastyProcess([`--config-path=${join(root, 'config.yaml')}`, `--job-config-path=${file}`, '--exclude-warning=non-decorated-jobs']);
  const [first] = said.filter(({ severity }) => severity === 'error').map(({ line, column, message }) => ({ place: `${line}:${column}`, message }));
  expect({ code, signal, first }).toEqual({ code: want === 'fine' ? 0 : 1, signal: null, first: want === 'fine' ? undefined : { place: want[0], message: expect.stringMatching(want[1]) } });
});

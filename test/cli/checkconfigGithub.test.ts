import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createRepoSurvey } from '../../src/adapters/survey.js';
import { checkconfig } from '../../src/cli/checkconfig.js';
import { startGitHub, type EmbeddedGitHub } from '../../src/embedded/github/server.js';
import { appKey } from '../support/appKey.js';

let hub: EmbeddedGitHub;
let root: string;
beforeAll(async () => {
  hub = await startGitHub({ ...appKey(), manifest: parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')) as object });
  hub.world.org('acme', { admins: ['ada'] });
  hub.world.org('other', { admins: ['ada'] });
  await hub.world.repo({ owner: 'acme', name: 'owned', files: { OWNERS: 'approvers: [ada]\n' } });
  await hub.world.repo({ owner: 'acme', name: 'bare', files: { 'README.md': 'hi\n' } });
  await hub.world.repo({ owner: 'acme', name: 'docs', files: { 'docs/OWNERS': 'approvers: [ada]\n' } });
  await hub.world.repo({ owner: 'acme', name: 'old', files: { 'README.md': 'hi\n' } });
  await hub.world.editRepo('acme/old', { archived: true });
  await hub.world.repo({ owner: 'other', name: 'tool', files: { 'README.md': 'hi\n' } });
  hub.world.install('acme');
  root = await mkdtemp(join(tmpdir(), 'checkconfig-github-'));
  const write = (name: string, text: string) => writeFile(join(root, name), text);
  await write('token', `${hub.world.as('ada').token()}\n`);
  await write('key.pem', hub.appKey);
  await write('config.yaml', 'tide:\n  queries:\n  - {repos: [acme/owned, stranger/x]}\n');
  await write('jobs.yaml', 'presubmits:\n  ACME/owned: [{name: a, agent: jenkins}]\n  other/tool: [{name: a, agent: jenkins}]\n  https://gerrit.example.com/x: [{name: a, agent: jenkins}]\nperiodics: [{name: p, interval: 1h, agent: jenkins}]\n');
  await write('plugins.yaml', 'plugins:\n  acme: {plugins: [approve], excluded_repos: [docs]}\n  acme/docs: {plugins: [blunderbuss]}\n  other/tool: {plugins: [owners-label]}\n  other/gone: {plugins: [approve]}\n  nowhere: {plugins: [approve]}\n');
});
afterAll(async () => {
  await hub.stop();
  await rm(root, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const code = await checkconfig([`--config-path=${root}/config.yaml`, `--job-config-path=${root}/jobs.yaml`, `--plugin-config=${root}/plugins.yaml`, `--github-endpoint=${hub.url}`, ...args.map((arg) => arg.replace('ROOT', root))], {
    print: (line) => { out.push(line.replaceAll(`${root}/`, '')); }, note: () => {}, contextFault: () => undefined, builtIn: new Set(),
    github: ({ endpoint, account }) => createRepoSurvey({
      endpoint, signal: AbortSignal.timeout(20_000), pause: async () => {},
      credentials: account.kind === 'token' ? { kind: 'token', token: readFileSync(account.path, 'utf8').trim() } : { kind: 'app', appId: account.id, privateKey: readFileSync(account.keyPath, 'utf8') },
    }),
  });
  return { code, out };
}
const app = () => [`--github-app-id=${hub.appId}`, '--github-app-private-key-path=ROOT/key.pem'];

test('repositories whose plugins read OWNERS files and that have none are named at the entry that enables the plugin', async () => {
  const { code, out } = await run('--warnings=verify-owners-presence', '--strict', '--github-token-path=ROOT/token');
  expect([...out].sort()).toEqual([
    'plugins.yaml:2:3: plugins.acme: enables approve, but acme/bare has no file OWNERS at its root [verify-owners-presence]',
    'plugins.yaml:3:3: plugins["acme/docs"]: enables blunderbuss, but acme/docs has no file OWNERS at its root [verify-owners-presence]',
    'plugins.yaml:4:3: plugins["other/tool"]: enables owners-label, but other/tool has no file OWNERS at its root [verify-owners-presence]',
    'plugins.yaml:5:3: plugins["other/gone"]: enables approve for other/gone, which GitHub does not show to whoever asks [verify-owners-presence]',
    'plugins.yaml:6:3: plugins.nowhere: GitHub shows no repositories of nowhere to whoever asks [verify-owners-presence]',
  ]);
  expect(code).toBe(1);
});

test('an App is told where it is not installed, once an organisation, as soon as it is given', async () => {
  const { code, out } = await run('--warnings=needs-ok-to-test', ...app());
  expect(out).toEqual([
    'jobs.yaml:3:16: presubmits["other/tool"][0]: the GitHub App is not installed in other [validate-github-app-installation]',
    'config.yaml:3:26: tide.queries[0].repos[1]: the GitHub App is not installed in stranger [validate-github-app-installation]',
  ]);
  expect(code).toBe(0);
  expect((await run('--warnings=needs-ok-to-test', '--exclude-warning=validate-github-app-installation', ...app())).out).toEqual([]);
});

test('an App reads OWNERS files where it is installed; that GitHub gives no answer is a warning of its own', async () => {
  const { code, out } = await run('--warnings=verify-owners-presence', '--exclude-warning=validate-github-app-installation', '--strict', ...app());
  expect(code).toBe(1);
  expect([...out].sort()).toEqual([
    'plugins.yaml:2:3: plugins.acme: enables approve, but acme/bare has no file OWNERS at its root [verify-owners-presence]',
    'plugins.yaml:3:3: plugins["acme/docs"]: enables blunderbuss, but acme/docs has no file OWNERS at its root [verify-owners-presence]',
    'plugins.yaml:4:3: plugins["other/tool"]: enables owners-label for other/tool, which GitHub does not show to whoever asks [verify-owners-presence]',
    'plugins.yaml:5:3: plugins["other/gone"]: enables approve for other/gone, which GitHub does not show to whoever asks [verify-owners-presence]',
    'plugins.yaml:6:3: plugins.nowhere: GitHub shows no repositories of nowhere to whoever asks [verify-owners-presence]',
  ]);
  await writeFile(join(root, 'wrong'), 'ghp_wrong');
  expect((await run('--warnings=verify-owners-presence', '--github-token-path=ROOT/wrong')).out).toEqual([expect.stringMatching(/^cannot be told: GitHub: .* answered 401: Bad credentials \[verify-owners-presence\]$/)]);
});

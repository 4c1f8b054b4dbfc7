import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { runClonerefs } from '../../../src/embedded/utilities/cloneRun.js';
import type { CloneRecord } from '../../../src/embedded/utilities/cloneRecord.js';
import { appToken, fetchJson } from '../../../src/embedded/utilities/githubApp.js';
import { installationToken, startSeeded } from '../github/support/seed.js';
import { folder, git, origin, startUtility, type Folder } from './support/utilities.js';

const optionsIn = (place: Folder, refs: readonly object[], more: object = {}): object => ({ src_root: place.path('go'), log: place.path('logs/clone.json'), git_user_name: 'ci-robot', git_user_email: 'ci-robot@k8s.io', refs, github_api_endpoints: ['https://api.github.com'], ...more });
/** In a process of its own, with HOME in the folder. */
async function clone(place: Folder, refs: readonly object[], more: object = {}, env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; err: string; records: readonly CloneRecord[] }> {
  await mkdir(place.path('home'), { recursive: true });
  const { code, err } = await startUtility('clonerefs', { options: optionsIn(place, refs, more), env: { HOME: place.path('home'), PROW_MOUNTS: JSON.stringify({ '/tmp': place.dir }), ...env } }).ended;
  return { code, err, records: (await place.json('logs/clone.json')) as readonly CloneRecord[] };
}
/** In this process, with short pauses. */
async function cloneHere(place: Folder, refs: readonly object[], more: object = {}, env: Readonly<Record<string, string>> = {}): Promise<{ code: number; records: readonly CloneRecord[] }> {
  await mkdir(place.path('home'), { recursive: true });
  let text = '';
  const code = await runClonerefs({
    env: { PATH: process.env.PATH, HOME: place.path('home'), CLONEREFS_OPTIONS: JSON.stringify(optionsIn(place, refs, more)), ...env }, args: [], knownHosts: place.path('known_hosts'), fetchPauses: [1, 1], fetchJson, now: Date.now, say() {},
    write(_path, said) { text = said; return Promise.resolve(); },
  });
  return { code, records: JSON.parse(text) as readonly CloneRecord[] };
}
const commandsOf = ({ commands = [] }: CloneRecord): readonly string[] => commands.map(({ command }) => command);

test('a base and two pull requests are merged, always to the same commit', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const one = await repo.commit('one', { 'one.txt': '1\n' }, repo.base);
  const two = await repo.commit('two', { 'two.txt': '2\n' }, repo.base);
  const refs = { org: 'org', repo: 'repo', base_ref: 'main', base_sha: repo.base, clone_uri: repo.uri, pulls: [{ number: 1, author: 'a', sha: one }, { number: 2, author: 'b', sha: two, ref: 'two' }] };
  const { code, records } = await clone(place, [refs]);
  const path = place.path('go/src/github.com/org/repo');
  expect(code).toBe(0);
  expect(records).toMatchObject([{ refs, final_sha: expect.stringMatching(/^[0-9a-f]{40}$/), duration: expect.any(Number) }]);
  const [record] = records;
  if (!record) throw new Error('no record');
  expect(record.failed).toBeUndefined();
  expect(commandsOf(record)).toEqual([
    `mkdir -p ${path}`, 'git init', 'git config user.name ci-robot', 'git config user.email ci-robot@k8s.io', `git fetch ${repo.uri} --tags --prune`, `git fetch ${repo.uri} ${repo.base}`,
    `git checkout ${repo.base}`, `git branch --force main ${repo.base}`, 'git checkout main', `git fetch ${repo.uri} ${one}`, `git merge --no-ff ${one}`, `git fetch ${repo.uri} two`, `git merge --no-ff ${two}`, 'git submodule update --init --recursive',
  ]);
  expect(await git(path, 'log', '-2', '--format=%ct %an', '--first-parent')).toBe('1700000002 ci-robot\n1700000001 ci-robot');
  expect(await git(path, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
  expect(await git(path, 'rev-parse', 'HEAD')).toBe(record.final_sha);
  expect((await stat(place.path('logs/clone.json'))).mode & 0o777).toBe(0o755);
  await using again = await folder();
  expect((await cloneHere(again, [refs])).records[0]?.final_sha).toBe(record.final_sha);
});

test('pull requests in conflict: a failed record that says why, and exit code 0 unless it is to fail', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const one = await repo.commit('one', { 'README.md': 'one\n' }, repo.base);
  const two = await repo.commit('two', { 'README.md': 'two\n' }, repo.base);
  const refs = { org: 'org', repo: 'repo', base_ref: 'main', clone_uri: repo.uri, pulls: [{ number: 1, author: 'a', sha: one }, { number: 2, author: 'b', sha: two }] };
  const { code, records } = await clone(place, [refs]);
  expect(code).toBe(0);
  expect(records).toMatchObject([{ failed: true }]);
  expect(records[0]?.final_sha).toBeUndefined();
  expect(records[0]?.commands?.at(-1)).toMatchObject({ command: `git merge --no-ff ${two}`, error: 'exit status 1', output: expect.stringContaining('CONFLICT') });
  await using other = await folder();
  expect((await clone(other, [refs], { fail: true })).code).toBe(1);
});

test('several repositories, a fetch that fails is tried again, and one failure stops no other', async () => {
  await using place = await folder();
  const [a, b] = [await origin(place, 'a'), await origin(place, 'b')];
  const { records } = await cloneHere(place, [
    { org: 'org', repo: 'a', base_ref: 'main', clone_uri: a.uri }, { org: 'org', repo: 'b', base_ref: 'gone', clone_uri: b.uri }, { org: 'org', repo: 'c', base_ref: 'main', repo_link: `file://${place.path('origins/none')}`, skip_fetch_head: true },
  ], { max_parallel_workers: 2 });
  const of = (repo: string): CloneRecord => records.find(({ refs }) => refs.repo === repo) ?? { refs: {} };
  expect(of('a')).toMatchObject({ final_sha: a.base });
  expect(of('b').failed).toBe(true);
  expect(commandsOf(of('b')).filter((command) => command === `git fetch ${b.uri} gone`)).toHaveLength(3);
  expect(of('c').failed).toBe(true);
  expect(commandsOf(of('c')).slice(4)).toEqual(Array<string>(3).fill(`git fetch file://${place.path('origins/none')}.git main`));
});

test('depth, no blobs, sparse checkout and submodules', async () => {
  await using place = await folder();
  const inner = await origin(place, 'inner');
  const outer = await origin(place, 'outer');
  await git(outer.dir, 'submodule', 'add', '-q', inner.uri, 'inner');
  const tip = await outer.commit('main', { 'docs/b.md': 'b\n' });
  await place.write('home/.gitconfig', '[protocol "file"]\n\tallow = always\n');
  const refs = { org: 'org', base_ref: 'main', clone_uri: outer.uri };
  const { records } = await clone(place, [
    { ...refs, repo: 'shallow', clone_depth: 1, skip_fetch_head: true }, { ...refs, repo: 'plain', skip_submodules: true, blobless_fetch: true }, { ...refs, repo: 'sparse', sparse_checkout_files: ['docs'], skip_submodules: true },
  ]);
  expect(records.map(({ failed, final_sha: sha }) => [failed, sha])).toEqual(Array(3).fill([undefined, tip]));
  const at = (repo: string): string => place.path('go/src/github.com/org', repo);
  expect(await git(at('shallow'), 'rev-list', '--count', 'HEAD')).toBe('1');
  expect(await readFile(`${at('shallow')}/inner/README.md`, 'utf8')).toBe('# inner\n');
  expect(await place.tree('go/src/github.com/org/plain').then((names) => names.filter((name) => name.startsWith('inner')))).toEqual([]);
  expect(await place.tree('go/src/github.com/org/sparse').then((names) => names.filter((name) => name.startsWith('docs/')))).toEqual(['docs/a.md', 'docs/b.md']);
  const sparse = records.find((record) => record.refs.repo === 'sparse');
  expect(sparse && commandsOf(sparse).filter((command) => /^git (?:sparse|fetch)/.test(command))).toEqual(['git sparse-checkout init', `git fetch --filter=blob:none --no-tags ${outer.uri} main`, 'git sparse-checkout set docs']);
  const plain = records.find((record) => record.refs.repo === 'plain');
  expect(plain && commandsOf(plain)).toContain(`git fetch --filter=blob:none ${outer.uri} --tags --prune`);
});

test('a private repository over HTTP with the token of the App; the token is nowhere in the records', async () => {
  await using github = await startSeeded();
  await github.world.repo({ owner: 'org', name: 'secret', private: true, files: { 'a.txt': 'a\n' } });
  await using place = await folder();
  const refs = { org: 'org', repo: 'secret', base_ref: 'main', clone_uri: `${github.url}/org/secret.git` };
  const key = await place.write('app/key', github.appKey);
  const app = { github_app_id: String(github.appId), github_app_private_key_file: key, github_api_endpoints: ['http://127.0.0.1:1', `${github.url}/`] };
  const { records } = await clone(place, [refs], app);
  expect(records).toMatchObject([{ final_sha: expect.any(String) }]);
  expect(await place.text('go/src/github.com/org/secret/a.txt')).toBe('a\n');
  expect(JSON.stringify(records)).toContain('http://x-access-token:CENSORED@127.0.0.1');

  await using other = await folder();
  const token = await installationToken(github);
  const file = await other.write('oauth/token', `${token}\n`);
  const answer = await clone(other, [refs], { oauth_token_file: file });
  expect(answer.records).toMatchObject([{ final_sha: expect.any(String) }]);
  expect(JSON.stringify(answer)).not.toContain(token);
  expect(JSON.stringify(answer.records)).toContain('http://CENSORED:x-oauth-basic@127.0.0.1');
});

test.each<{ name: string; more: (place: Folder) => Promise<object>; why: string }>([
  { name: 'a token that is not there', more: async (place) => ({ oauth_token_file: place.path('none') }), why: 'ENOENT' },
  { name: 'an empty token', more: async (place) => ({ oauth_token_file: await place.write('token', ' \n') }), why: 'is empty' },
  { name: 'a key that is none', more: async (place) => ({ github_app_id: '1', github_app_private_key_file: await place.write('key', 'x') }), why: 'error' },
  { name: 'GitHub out of reach', more: async (place) => ({ github_app_id: '1', github_app_private_key_file: await place.write('key', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })), github_api_endpoints: ['http://127.0.0.1:1'] }), why: 'fetch failed' },
  { name: 'a key for ssh that is none', more: async (place) => { await place.write('ssh/id', 'no key'); return { key_files: [place.path('ssh')] }; }, why: 'ssh-add' },
  { name: 'a cookie file that is not there', more: async (place) => ({ cookie_path: place.path('none') }), why: 'ENOENT' },
])('nothing is cloned after $name, and the record has failed', async ({ more, why }) => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const { records } = await clone(place, [{ org: 'org', repo: 'repo', base_ref: 'main', clone_uri: repo.uri }], await more(place));
  expect(records).toMatchObject([{ failed: true, refs: { org: '', repo: '' } }]);
  expect(records[0]?.commands?.at(-1)?.error).toContain(why);
  expect(await stat(place.path('go')).catch(() => undefined)).toBeUndefined();
});

test('ssh keys, fingerprints and cookies reach git, together with HOME', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  await mkdir(place.path('ssh/..data'), { recursive: true });
  await place.write('ssh/..data/id', 'not looked at');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place.path('ssh/id')]);
  await rm(place.path('ssh/id.pub'));
  const cookies = await place.write('cookies', '');
  const refs = { org: 'org', base_ref: 'main', clone_uri: repo.uri };
  const { records } = await clone(place, [{ ...refs, repo: 'a' }, { ...refs, repo: 'b', skip_submodules: true }], { key_files: [place.path('ssh')], host_fingerprints: ['one', 'two'], cookie_path: cookies });
  expect(records.map(({ failed }) => failed)).toEqual([undefined, undefined, undefined]);
  expect(commandsOf(records[0] ?? { refs: {} })).toEqual(['ssh-agent -s', `ssh-add ${place.path('ssh/id')}`, `git config --global http.cookiefile ${cookies}`]);
  expect(await place.text('known_hosts')).toBe('one\ntwo\n');
  expect(await place.text('home/.gitconfig')).toContain(`cookiefile = ${cookies}`);
  expect(await git(place.path('go/src/github.com/org/b'), 'config', 'http.cookiefile')).toBe(cookies);
});

test.each<{ options: object; why: string }>([
  { options: { refs: [] }, why: 'refs: nothing to clone' },
  { options: { refs: [{ org: 'o', repo: 'r', base_ref: 'm' }, { org: 'o', repo: 'r', base_ref: 'n' }] }, why: 'refs: o/r is to be cloned twice' },
  { options: { oauth_token_file: '/a', github_app_id: '1', github_app_private_key_file: '/b' }, why: 'exclude each other' },
  { options: { github_app_id: '1' }, why: 'need each other' },
  { options: { github_app_id: '1', github_app_private_key_file: '/b', github_api_endpoints: [] }, why: 'needs github_api_endpoints' },
  { options: { refs: [{ org: 'o', repo: 'r', base_ref: '--upload-pack=x' }] }, why: 'must not begin with a dash' },
  { options: { src_root: '' }, why: 'CLONEREFS_OPTIONS: src_root: is missing' },
  { options: { refs: [{ org: 'o', repo: 'r', base_ref: 'm', pulls: [{ number: '1' }] }] }, why: 'CLONEREFS_OPTIONS: refs[0]: pulls[0]: number: expected an integer, found "1"' },
])('refused: $why', async ({ options, why }) => {
  await using place = await folder();
  const { code, err } = await startUtility('clonerefs', { options: { ...optionsIn(place, [{ org: 'o', repo: 'r', base_ref: 'm' }]), ...options } }).ended;
  expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('flags do the same; when the variable is there they do not count', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  await place.write('home/.gitconfig', `[url "${repo.uri}"]\n\tinsteadOf = https://github.com/org/repo.git\n`);
  const flags = ['--src-root', place.path('go'), '--log', place.path('clone.json'), `--repo=org,repo=main:${repo.base}`];
  expect((await startUtility('clonerefs', { args: flags, env: { HOME: place.path('home') } }).ended).code).toBe(0);
  expect(await place.json('clone.json')).toMatchObject([{ refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: repo.base }, final_sha: repo.base }]);
  expect((await startUtility('clonerefs', { args: flags, env: { CLONEREFS_OPTIONS: '{' } }).ended).err).toContain('CLONEREFS_OPTIONS: not JSON');
});

test("the App's token is signed so that GitHub takes it", () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [head = '', body = '', signature = ''] = appToken('7', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), 1_700_000_000_500).split('.');
  expect(verify('RSA-SHA256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  expect([head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown)).toEqual([{ alg: 'RS256', typ: 'JWT' }, { iat: 1_699_999_940, exp: 1_700_000_540, iss: '7' }]);
});

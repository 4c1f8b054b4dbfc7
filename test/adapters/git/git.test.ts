import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createGit } from '../../../src/adapters/git/git.js';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { remote, type Remote } from './repository.js';

const repo = { org: 'o', name: 'r' };
const signal = new AbortController().signal;

function open(origin: Pick<Remote, 'scratch' | 'baseUrl'>, over: Partial<Parameters<typeof createGit>[0]> = {}) {
  return createGit({ dir: join(origin.scratch, 'mirrors'), baseUrl: origin.baseUrl, credentials: () => Promise.resolve(undefined), clock: { now: () => Date.now() }, env: process.env, log: silentLog, censor: (text) => text, ...over });
}

test('reads files at a commit, however they are called; no symbolic links', async () => {
  await using origin = await remote();
  const strange = 'ä "b"\n\tc.txt';
  const sha = await origin.commit(undefined, { 'a/x.txt': 'one\n', empty: '', [strange]: 'grüße\n', link: { link: 'a/x.txt' } });
  const git = open(origin);
  expect([...(await git.listFiles(repo, sha, { signal }))].sort()).toEqual(['a/x.txt', 'empty', strange].sort());
  const texts = await git.readFiles(repo, sha, ['a/x.txt', 'empty', strange, 'link', 'a', 'nowhere', 'a/x.txt'], { signal });
  expect([...texts]).toEqual([['a/x.txt', 'one\n'], ['empty', ''], [strange, 'grüße\n']]);
});

test('a commit that nobody had before is fetched, one that is there needs no remote', async () => {
  await using origin = await remote();
  const first = await origin.commit(undefined, { x: '1', old: 'same\nsame\nsame\n' });
  const second = await origin.commit(first, { x: '2', y: '1', old: null, new: 'same\nsame\nsame\n' });
  const git = open(origin);
  expect(await git.changedPaths(repo, first, second, { signal })).toEqual(['new', 'old', 'x', 'y']);
  const third = await origin.commit(second, { z: '1' });
  expect(await git.listFiles(repo, third, { signal })).toContain('z');
  await rm(origin.path, { recursive: true });
  expect((await git.readFiles(repo, first, ['x'], { signal })).get('x')).toBe('1');
});

test('merges between two commits are found, others are not', async () => {
  await using origin = await remote();
  const base = await origin.commit(undefined, { x: '1' });
  const left = await origin.commit(base, { y: '1' });
  const right = await origin.commit(base, { z: '1' });
  await origin.git('merge', '--quiet', '--no-edit', left);
  const merge = await origin.git('rev-parse', 'HEAD');
  const after = await origin.commit(merge, { x: '2' });
  const git = open(origin);
  expect(await git.hasMerges(repo, base, right, { signal })).toBe(false);
  expect(await git.hasMerges(repo, base, after, { signal })).toBe(true);
  expect(await git.hasMerges(repo, merge, after, { signal })).toBe(false);
});

test.each([
  ['a commit that the remote does not have', repo, 'a'.repeat(40)], ['something that is no commit', repo, 'main'], ['an option', repo, '--upload-pack=x'], ['a folder above', { org: '..', name: 'r' }, 'a'.repeat(40)],
])('%s is not found', async (_name, where, sha) => {
  await using origin = await remote();
  await origin.commit(undefined, { x: '1' });
  await expect(open(origin).listFiles(where, sha, { signal })).rejects.toThrow(NotFoundError);
});

test('many at once, of several processes, get along', async () => {
  await using origin = await remote();
  const first = await origin.commit(undefined, { x: '1' });
  const second = await origin.commit(first, { x: '2' });
  const [one, other] = [open(origin), open(origin)];
  const all = await Promise.all([one, other, one, other].flatMap((git) => [first, second].map((sha) => git.readFiles(repo, sha, ['x'], { signal }))));
  expect(all.map((texts) => texts.get('x'))).toEqual(['1', '2', '1', '2', '1', '2', '1', '2']);
  expect((await readdir(join(origin.scratch, 'mirrors', 'o'))).sort()).toEqual(['r.git']);
});

test('the lock of a process that died is taken over', async () => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { x: '1' });
  const folder = join(origin.scratch, 'mirrors', 'o');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'r.git.lock'), '1');
  await utimes(join(folder, 'r.git.lock'), new Date(0), new Date(0));
  expect(await open(origin).listFiles(repo, sha, { signal })).toEqual(['x']);
});

test('whoever waits for a lock can be aborted', async () => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { x: '1' });
  const folder = join(origin.scratch, 'mirrors', 'o');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'r.git.lock'), '1');
  await expect(open(origin).listFiles(repo, sha, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
});

test.each<[name: string, harm: (mirror: string) => Promise<void>]>([
  ['without its objects', async (mirror) => { await rm(join(mirror, 'objects'), { recursive: true }); }],
  ['with nonsense for HEAD', async (mirror) => { await writeFile(join(mirror, 'HEAD'), 'nonsense'); }],
  ['with broken packs', async (mirror) => {
    const objects = join(mirror, 'objects');
    for (const file of await readdir(objects, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      await chmod(path, 0o644);
      await writeFile(path, 'broken');
    }
  }],
])('a mirror %s is made anew', async (_name, harm) => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { x: '1' });
  const git = open(origin);
  await git.listFiles(repo, sha, { signal });
  await harm(join(origin.scratch, 'mirrors', 'o', 'r.git'));
  expect((await git.readFiles(repo, sha, ['x'], { signal })).get('x')).toBe('1');
});

/** A server that asks for a password and never has anything; it remembers what it was given. */
async function locked(answer: 'refuse' | 'hang') {
  const given: (string | undefined)[] = [];
  let asked: () => void = () => {};
  const first = new Promise<void>((resolve) => { asked = resolve; });
  const server = createServer((request, response) => {
    given.push(request.headers.authorization);
    asked();
    if (answer === 'refuse') response.writeHead(403).end('no');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    given, first, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/git`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}

test('credentials go to the server and nowhere else', async () => {
  await using origin = await remote();
  await using server = await locked('refuse');
  const git = open({ ...origin, baseUrl: server.baseUrl }, { credentials: (org) => Promise.resolve({ user: 'x-access-token', password: `secret-of-${org}` }), censor: (text) => text.replaceAll('secret-of-o', 'XXXXXX') });
  const error: unknown = await git.listFiles(repo, 'a'.repeat(40), { signal }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteError);
  expect(String(error)).not.toContain('secret');
  const basic = Buffer.from('x-access-token:secret-of-o').toString('base64');
  expect(server.given).toContain(`Basic ${basic}`);
  const mirror = join(origin.scratch, 'mirrors', 'o', 'r.git');
  for (const file of await readdir(mirror, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toMatch(new RegExp(`secret-of-o|${basic}`));
  }
});

test('a fetch that hangs ends with its signal', async () => {
  await using origin = await remote();
  await using server = await locked('hang');
  const stop = new AbortController();
  const reading = open({ ...origin, baseUrl: server.baseUrl }).listFiles(repo, 'a'.repeat(40), { signal: stop.signal });
  const failed = expect(reading).rejects.toThrow('enough');
  await server.first;
  stop.abort(new Error('enough'));
  await failed;
});

/** A base and three heads of it; `clash` and `edit` change the same line. */
async function fork(origin: Remote) {
  const root = await origin.commit(undefined, { x: 'one\n', y: 'one\n' });
  const edit = await origin.commit(root, { x: 'two\n' });
  const clash = await origin.commit(root, { x: 'three\n' });
  const other = await origin.commit(root, { y: 'two\n' });
  const base = await origin.commit(root, { z: 'new\n' });
  return { root, edit, clash, other, base };
}

test.each(['merge', 'squash', 'rebase'] as const)('%s: heads that fit, in order', async (method) => {
  await using origin = await remote();
  const { base, edit, other } = await fork(origin);
  const git = open(origin);
  const result = await git.tryMerge(repo, base, [edit, other], method, { signal });
  expect(result.kind).toBe('clean');
  if (result.kind !== 'clean') return;
  expect([...(await git.readFiles(repo, result.sha, ['x', 'y', 'z'], { signal })).values()]).toEqual(['two\n', 'two\n', 'new\n']);
  expect(result.tree).toMatch(/^[0-9a-f]{40}$/);
  expect(await readdir(join(origin.scratch, 'mirrors', 'o'))).toEqual(['r.git']);
});

test.each(['merge', 'squash', 'rebase'] as const)('%s: a head that clashes is named', async (method) => {
  await using origin = await remote();
  const { base, edit, clash, other } = await fork(origin);
  const git = open(origin);
  expect(await git.tryMerge(repo, base, [edit, clash, other], method, { signal })).toEqual({ kind: 'conflict', head: clash, files: ['x'] });
  expect(await git.tryMerge(repo, base, [clash], method, { signal })).toMatchObject({ kind: 'clean' });
});

test('squashing what is there already does not succeed', async () => {
  await using origin = await remote();
  const { base, root } = await fork(origin);
  expect(await open(origin).tryMerge(repo, base, [root], 'squash', { signal })).toEqual({ kind: 'conflict', head: root, files: [] });
});

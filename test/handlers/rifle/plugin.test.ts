import { expect, test } from '@jest/globals';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import type { BlameRange, ChangedFile } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { rifle } from '../../../src/handlers/rifle/plugin.js';
import { commentPayload, delivery, noGit, NOW, pullPayload, signal, snapshot, world } from '../fakes.js';

const tree = new Map(Object.entries({ '': 'reviewers: [ann, bob, cid]\napprovers: [zoe]\n', far: 'reviewers: [yves]\n' }).flatMap(([folder, text]) => { const file = parseOwners(text, noAliases); return file ? [[folder, file] as const] : []; }));
const owners = createRepoOwners(tree, undefined, 'OWNERS');
const range = (login: string, from = 1, to = 10): BlameRange => ({ from, to, login, at: new Date(NOW).toISOString() });
const changed = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({ path, previousPath: undefined, status: 'modified', additions: 1, deletions: 1, patch: '@@ -5,2 +5,2 @@', ...more });

function start({ settings = {}, files = [changed('x.go')], bases = () => Promise.resolve(['base-sha']) }: Readonly<{ settings?: object; files?: readonly ChangedFile[]; bases?: () => Promise<readonly string[]> }> = {}) {
  const made = world(snapshot({ enabled: ['rifle'], plugins: { rifle: settings } }), { plugins: [rifle], owners: { load: () => Promise.resolve(owners) }, git: { ...noGit, mergeBases: bases } });
  const { github } = made;
  github.files = () => Promise.resolve(files);
  const blame = github.blame;
  const looked: string[] = [];
  github.blame = (repo, ref, path, options) => { looked.push(`${path}@${ref}`); return blame(repo, ref, path, options); };
  const open = async (more: Partial<Parameters<typeof pullPayload>[0]> = {}) => {
    await createHandling(made.deps).run('rifle', delivery('pull_request', pullPayload({ action: 'opened', ...more })), { signal, attempt: 1 });
    return github.writes;
  };
  return { ...made, open, looked };
}

test('whoever wrote the changed lines is asked first', async () => {
  const { github, open, looked } = start({ settings: { request_count: 1 } });
  github.blames.set('x.go', [range('cid', 1, 5), range('bob', 6, 6), range('ann', 7, 9)]);
  expect(await open()).toEqual([expect.stringMatching(/^review (cid|bob)$/)]);
  expect(looked).toEqual(['x.go@base-sha']);
});

test('people who may not review get no lot, however much they wrote', async () => {
  const { github, open } = start({ settings: { request_count: 2 } });
  github.blames.set('x.go', [range('stranger', 5, 6), range('zoe', 5, 5)]);
  // Nobody of the reviewers wrote anything: by lot among them; strangers are no candidates.
  expect(await open()).toEqual([expect.stringMatching(/^review (ann|bob|cid),(ann|bob|cid)$/)]);
});

test('where owners are too few, anybody of the repository with points is next', async () => {
  const { github, open } = start({ settings: { request_count: 5 } });
  github.blames.set('x.go', [range('yves')]);
  expect(await open()).toEqual([expect.stringMatching(/^review (?:(?:ann|bob|cid),){3}zoe,yves$/)]);
});

test('a renamed file is looked up under its former name, removed ones and ones without a patch are not', async () => {
  const { open, looked } = start({ files: [changed('new.go', { previousPath: 'old.go', status: 'renamed' }), changed('gone.go', { status: 'removed' }), changed('image.png', { patch: undefined })] });
  await open();
  expect(looked).toEqual(['old.go@base-sha']);
});

test.each<{ name: string; bases: () => Promise<readonly string[]> }>([
  { name: 'no history in common', bases: () => Promise.resolve([]) },
  { name: 'git fails', bases: () => Promise.reject(new RemoteError('down', { service: 'git' })) },
])('$name: the branch is looked at', async ({ bases }) => {
  const { open, looked } = start({ bases });
  await open();
  expect(looked).toEqual(['x.go@main']);
});

test('a file without blame is left out', async () => {
  const { github, open } = start({ settings: { request_count: 1 }, files: [changed('new.go', { status: 'added', patch: '@@ -0,0 +1 @@' }), changed('x.go')] });
  const blame = github.blame;
  github.blames.set('x.go', [range('bob')]);
  github.blame = (repo, ref, path, options) => (path === 'new.go' ? Promise.reject(new NotFoundError('no blame', { service: 'github' })) : blame(repo, ref, path, options));
  expect(await open()).toEqual(['review bob']);
});

test('it acts when blunderbuss would, by its own settings', async () => {
  expect(await start().open({ action: 'synchronize' })).toEqual([]);
  expect(await start({ settings: { ignore_drafts: true } }).open({ draft: true })).toEqual([]);
  const { deps, github } = start({ settings: { request_count: 1 } });
  github.blames.set('x.go', [range('cid')]);
  const [opened] = parseEvents(delivery('pull_request', pullPayload({ action: 'opened' })));
  if (opened.kind === 'pull_request') github.pulls.set(1, opened.pull);
  await createHandling(deps).run('rifle', delivery('issue_comment', commentPayload({ body: '/auto-cc' })), { signal, attempt: 1 });
  expect(github.writes).toEqual(['review cid']);
});

import { expect, test } from '@jest/globals';
import type { MergeResult } from '../../../src/core/ports/git.js';
import type { ChangedFile } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { verifyOwners } from '../../../src/handlers/verify-owners/plugin.js';
import { commentPayload, delivery, noGit, pullPayload, signal, snapshot, world } from '../fakes.js';

type Files = Readonly<Record<string, string>>;
interface Given {
  readonly base?: Files;
  readonly head?: Files;
  readonly common?: Files;
  /** What merging gives; it is asked for only where both sides changed a file. */
  readonly merged?: Files | 'conflict';
  readonly bases?: readonly string[];
  readonly files?: readonly Partial<ChangedFile>[];
  readonly plugins?: Readonly<Record<string, unknown>>;
  readonly prow?: Readonly<Record<string, unknown>>;
}

const ROOT = 'approvers: [alice]\n';
const BASE: Files = { OWNERS: ROOT };

function start({ base = BASE, head = {}, common = base, merged, bases = ['common'], files, plugins = {}, prow = {} }: Given = {}) {
  const trees: Readonly<Record<string, Files>> = { 'tip-of-main': base, common, 'head-sha': { ...common, ...head }, ...(merged !== undefined && merged !== 'conflict' ? { 'merge-sha': merged } : {}) };
  const merges: string[] = [];
  const git = {
    ...noGit, mergeBases: () => Promise.resolve(bases),
    idsAt: (_repo: unknown, shas: readonly string[], paths: readonly string[]) => Promise.resolve(shas.map((sha) => new Map(paths.flatMap((path) => { const text = trees[sha]?.[path]; return text === undefined ? [] : [[path, text] as const]; })))),
    readFiles: (_repo: unknown, sha: string, paths: readonly string[]) => Promise.resolve(new Map(paths.flatMap((path) => { const text = trees[sha]?.[path]; return text === undefined ? [] : [[path, text] as const]; }))),
    tryMerge: (_repo: unknown, onto: string, heads: readonly string[]): Promise<MergeResult> => {
      merges.push(`${onto}+${heads.join('+')}`);
      return Promise.resolve(merged === 'conflict' ? { kind: 'conflict', head: 'head-sha', files: ['OWNERS'] } : { kind: 'clean', sha: 'merge-sha', tree: 't' });
    },
  };
  const made = world(snapshot({ enabled: ['verify-owners'], plugins, prow }), { plugins: [verifyOwners], git });
  const { github } = made;
  const list = files ?? Object.keys(head).map((path) => ({ path }));
  github.files = () => { github.reads.push('files'); return Promise.resolve(list.map((one) => ({ path: '', previousPath: undefined, status: 'modified', additions: 1, deletions: 0, patch: '@@ -1 +1 @@\n+x', ...one }))); };
  const [opened] = parseEvents(delivery('pull_request', pullPayload({ action: 'opened' })));
  if (opened.kind === 'pull_request') github.pulls.set(1, opened.pull);
  const handling = createHandling(made.deps);
  const send = async (event: string, payload: object) => {
    github.writes.length = 0;
    github.reads.length = 0;
    await handling.run('verify-owners', delivery(event, payload), { signal, attempt: 1 });
    return [...github.writes];
  };
  return { ...made, merges, send, open: (action = 'opened') => send('pull_request', pullPayload({ action, labels: [...(github.labelsOf.get(1) ?? [])] })), say: (body: string, more: object = {}) => send('issue_comment', commentPayload({ body, ...more })), bodies: () => (github.commentsOf.get(1) ?? []).map(({ body }) => body) };
}

const INVALID = 'do-not-merge/invalid-owners-file';
const label = (github: ReturnType<typeof start>['github']) => { github.labelsOf.set(1, new Set([INVALID])); };

test.each<{ name: string; given: Given; want: readonly string[]; says?: RegExp }>([
  { name: 'nothing of owners', given: { files: [{ path: 'src/a.go' }] }, want: [] },
  { name: 'a file of another name', given: { files: [{ path: 'MYOWNERS' }, { path: 'x/OWNERS_ALIASES' }] }, want: [] },
  { name: 'fine', given: { head: { OWNERS: 'approvers: [alice, carol]\n' } }, want: [] },
  { name: 'removed', given: { files: [{ path: 'OWNERS', status: 'removed' }] }, want: [] },
  { name: 'a stranger', given: { head: { OWNERS: 'approvers: [alice, mallory]\n' } }, want: [`+${INVALID}`, 'comment'], says: /`mallory` is not a member.*collaborator.*\n {2}- `OWNERS`/s },
  { name: 'a stranger in capitals, quoted, as required reviewer', given: { head: { 'x/OWNERS': 'required_reviewers: ["@Mallory"]\n' } }, want: [`+${INVALID}`, 'comment'], says: /`mallory`/ },
  { name: 'a stranger in an alias', given: { head: { OWNERS_ALIASES: 'aliases: {team: [alice, mallory]}\n' } }, want: [`+${INVALID}`, 'comment'], says: /`mallory`/ },
  { name: 'an alias that is renamed away and brings a stranger', given: { files: [{ path: 'OTHER', previousPath: 'OWNERS_ALIASES' }] }, want: [] },
  { name: 'a stranger who was there before', given: { base: { OWNERS: 'approvers: [alice, mallory]\n' }, head: { OWNERS: 'approvers: [mallory, alice]\n' } }, want: [] },
  { name: 'a stranger in a file that moves', given: { base: { ...BASE, 'a/OWNERS': 'approvers: [mallory]\n' }, head: { 'b/OWNERS': 'approvers: [mallory]\n' }, files: [{ path: 'b/OWNERS', previousPath: 'a/OWNERS', status: 'renamed' }] }, want: [] },
  { name: 'nobody is checked', given: { head: { OWNERS: 'approvers: [mallory]\n' }, plugins: { owners: { skip_collaborators: ['o'] } } }, want: [] },
  { name: 'only members count', given: { head: { OWNERS: 'approvers: [carol]\n' }, plugins: { triggers: [{ repos: ['o/r'], only_org_members: true }] } }, want: [`+${INVALID}`, 'comment'], says: /`carol` is not a member/ },
  { name: 'an App that is trusted', given: { head: { OWNERS: 'approvers: ["robot[bot]"]\n' }, plugins: { triggers: [{ repos: ['o/r'], trusted_apps: ['robot'] }] } }, want: [] },
  { name: 'a page of its own to join', given: { head: { OWNERS: 'approvers: [mallory]\n' }, plugins: { triggers: [{ repos: ['o/r'], join_org_url: 'https://join' }] } }, want: [`+${INVALID}`, 'comment'], says: /\(https:\/\/join\)/ },
  { name: 'cannot be read', given: { head: { 'x/OWNERS': 'approvers: [\n' } }, want: [`+${INVALID}`, 'comment'], says: /\[`x\/OWNERS`.*\]\(https:\/\/github\.com\/o\/r\/blob\/head-sha\/x\/OWNERS.*cannot be read/ },
  { name: 'denied labels', given: { head: { 'x/OWNERS': 'labels: [lgtm]\n' } }, want: [`+${INVALID}`, 'comment'], says: /`lgtm`/ },
  { name: 'denied labels of its own', given: { head: { 'x/OWNERS': 'labels: [mine]\n' }, plugins: { owners: { labels_denylist: ['mine'] } } }, want: [`+${INVALID}`, 'comment'], says: /`mine`/ },
  { name: 'a denied folder', given: { head: { 'vendor/x/y/OWNERS': '[' } }, want: [] },
  { name: 'a denied folder of the configuration', given: { head: { 'x/y/OWNERS': '[' }, prow: { owners_dir_denylist: { repos: { o: ['^x'] } } } }, want: [] },
  { name: 'a vendor folder itself', given: { head: { 'vendor/OWNERS': '[' } }, want: [`+${INVALID}`, 'comment'], says: /vendor\/OWNERS/ },
  { name: 'broken aliases', given: { head: { OWNERS_ALIASES: 'aliases: {t: x}\n' } }, want: [`+${INVALID}`, 'comment'], says: /`OWNERS_ALIASES` cannot be read/ },
  { name: 'empty aliases', given: { head: { OWNERS_ALIASES: 'aliases: {t: []}\n' } }, want: ['comment'], says: /no members.*`t`/ },
  { name: 'owners above are let in', given: { head: { 'x/OWNERS': 'options: {no_parent_owners: true}\nfilters: {"\\\\.go$": {approvers: [alice]}}\n' } }, want: ['comment'], says: /no_parent_owners.*`x\/OWNERS`: its filters/s },
  { name: 'other names of the files', given: { head: { LEADS: 'approvers: [mallory]\n' }, plugins: { owners: { filenames: { 'o/r': { owners: 'LEADS' } } } } }, want: [`+${INVALID}`, 'comment'], says: /mallory/ },
  { name: 'an alias that the base got meanwhile', given: { base: { ...BASE, OWNERS_ALIASES: 'aliases: {team: [mallory]}\n' }, common: BASE, head: { 'x/OWNERS': 'approvers: [team]\n' } }, want: [] },
])('$name', async ({ given, want, says }) => {
  const { github, open, bodies, merges } = start(given);
  expect(await open()).toEqual(want);
  expect(bodies()).toEqual(says ? [expect.stringMatching(says)] : []);
  expect(merges).toEqual([]);
  if (given.files?.every(({ path }) => path !== 'OWNERS')) expect(github.reads).toContain('files');
});

test('what both sides changed is merged; in a conflict the pull request counts', async () => {
  const sides = { common: { OWNERS: 'approvers: [alice]\n' }, base: { OWNERS: 'approvers: [alice, x]\n' }, head: { OWNERS: 'approvers: [alice]\nreviewers: [mallory]\n' } };
  const clean = start({ ...sides, merged: { OWNERS: 'approvers: [alice, x]\nreviewers: [mallory]\n' } });
  await clean.open();
  expect(clean.merges).toEqual(['tip-of-main+head-sha']);
  expect(clean.bodies()).toEqual([expect.stringMatching(/`mallory`/)]);
  const conflict = start({ ...sides, merged: 'conflict' });
  expect(await conflict.open()).toEqual([`+${INVALID}`, 'comment']);
  const crossed = start({ ...sides, bases: ['a', 'b'], merged: { OWNERS: 'approvers: [alice]\n' } });
  expect(await crossed.open()).toEqual([]);
  expect(crossed.merges).toHaveLength(1);
});

test('the label and the comment go once everything is well', async () => {
  const head: Record<string, string> = { OWNERS: 'approvers: [mallory]\n' };
  const { github, open, say, bodies } = start({ head });
  expect(await open()).toEqual([`+${INVALID}`, 'comment']);
  expect(await open('synchronize')).toEqual([]); // the same again is not said again
  github.members.add('mallory');
  expect(await say('/verify-owners')).toEqual([`-${INVALID}`, expect.stringMatching(/^delete/)]);
  expect(bodies()).toEqual([]);
  expect(await say('/verify-owners')).toEqual([]);
});

test('whoever asks is not answered from memory', async () => {
  const { github, open, say } = start({ head: { OWNERS: 'approvers: [mallory]\n' } });
  const asked: (boolean | undefined)[] = [];
  github.isMember = (_org, _login, { fresh }) => { asked.push(fresh); return Promise.resolve(fresh === true); };
  expect(await open()).toEqual([`+${INVALID}`, 'comment']);
  expect(await open('synchronize')).toEqual([]);
  expect(asked).toEqual([undefined, undefined]);
  expect(await say('/verify-owners')).toContain(`-${INVALID}`);
  expect(asked).toEqual([undefined, undefined, undefined, true]);
});

test('a label that is left over goes, though nothing of owners is changed any more', async () => {
  const { github, open } = start({ files: [{ path: 'src/a' }] });
  label(github);
  expect(await open('synchronize')).toEqual([`-${INVALID}`]);
});

test('a label that came after the payload was made is seen', async () => {
  const { github, send } = start({ files: [{ path: 'src/a' }] });
  label(github);
  expect(await send('pull_request', pullPayload({ action: 'synchronize' }))).toEqual([`-${INVALID}`]);
});

test.each<[name: string, body: string, more: object]>([['an issue', '/verify-owners', { on: 'issue' }], ['a closed one', '/verify-owners', { state: 'closed' }], ['edited', '/verify-owners', { action: 'edited' }], ['something else', '/verify-owners now', {}]])('/verify-owners: %s', async (_name, body, more) => {
  const { github, say } = start({ head: { OWNERS: '[' } });
  expect(await say(body, more)).toEqual([]);
  expect(github.reads).toEqual([]);
});

test('other events of a pull request cost nothing', async () => {
  const { github, open } = start({ head: { OWNERS: '[' } });
  expect(await open('labeled')).toEqual([]);
  expect(github.reads).toEqual([]);
});

test('more new names than are looked up do not pass', async () => {
  const many = Array.from({ length: 250 }, (_, n) => `user-${n}`);
  const { github, open, bodies } = start({ head: { OWNERS: `approvers: [alice, ${many.join(', ')}]\n` } });
  for (const name of many) github.members.add(name);
  github.collaborators = () => Promise.resolve(['alice']);
  expect(await open()).toEqual([`+${INVALID}`, 'comment']);
  expect(bodies()[0]).toMatch(/not looked up/);
  expect(github.reads.filter((read) => read === 'isMember o')).toHaveLength(200);
});

test('in upstream’s style: a review of the files, a comment on the people, one on the aliases each time', async () => {
  const { github, open, bodies, send } = start({ plugins: { comment_style: 'upstream' }, head: { OWNERS: 'reviewers: [alice]\n', 'x/OWNERS': 'approvers: [mallory]\n', 'big/OWNERS': '[', OWNERS_ALIASES: 'aliases: {t: []}\n' }, files: [{ path: 'OWNERS' }, { path: 'x/OWNERS' }, { path: 'big/OWNERS', patch: undefined }, { path: 'OWNERS_ALIASES' }] });
  expect(await open()).toEqual([`+${INVALID}`, 'comment', 'review of OWNERS:1', 'comment']);
  expect(bodies()).toEqual([expect.stringMatching(/no members/), expect.stringMatching(/`mallory`/)]);
  expect(github.reviewsOf[0]?.body).toMatch(/^@author: 2 owners files .*- `big\/OWNERS`: This file cannot be read/s);
  expect(await open('synchronize')).toEqual(['comment', 'review of OWNERS:1']);
  const broken = start({ plugins: { comment_style: 'upstream' }, head: { OWNERS_ALIASES: '[' } });
  expect(await broken.open()).toEqual([`+${INVALID}`, 'comment']);
  expect(await send('pull_request', pullPayload({ action: 'closed' }))).toEqual([]);
});

test('the opening of a pull request whose text has the command is looked at once', async () => {
  const { send } = start({ head: { OWNERS: 'approvers: [mallory]\n' } });
  expect(await send('pull_request', pullPayload({ action: 'opened', body: '/verify-owners' }))).toEqual([`+${INVALID}`, 'comment']);
});

import { expect, test } from '@jest/globals';
import { plan, type Entry } from '../../../src/handlers/require-matching-label/decide.js';
import { botComment, commentPayload, NOW } from '../fakes.js';
import { pull, ran, texts, type Ran } from '../policy.js';

const KIND = { org: 'o', prs: true, issues: true, regexp: '^kind/', missing_label: 'needs-kind', grace_period: '10ms' };
const SPOKEN = { ...KIND, missing_comment: 'Say what kind it is with /kind.' };

const entry = (regexp: string, missing_label: string): Entry => ({ regexp, missing_label, missing_comment: '' });
const [kind, sig, area] = [entry('^kind/', 'needs-kind'), entry('^sig/', 'needs-sig'), entry('^area/', 'needs-kind')];

test.each<{ name: string; entries?: readonly Entry[]; former?: readonly Entry[]; labels: readonly string[]; add?: readonly string[]; remove?: readonly string[] }>([
  { name: 'nothing there: the label comes', labels: ['x'], add: ['needs-kind'] },
  { name: 'said already', labels: ['Needs-Kind'] },
  { name: 'met', labels: ['kind/bug'] },
  { name: 'met now: the label goes', labels: ['kind/bug', 'needs-kind'], remove: ['needs-kind'] },
  { name: 'each entry for itself', entries: [kind, sig], labels: ['kind/bug', 'needs-kind'], add: ['needs-sig'], remove: ['needs-kind'] },
  { name: 'entries that share a label: it stays while one is not met', entries: [kind, area], labels: ['kind/bug', 'needs-kind'] },
  { name: 'and comes once', entries: [kind, area], labels: [], add: ['needs-kind'] },
  { name: 'and goes once all are met', entries: [kind, area], labels: ['kind/bug', 'area/x', 'needs-kind'], remove: ['needs-kind'] },
  { name: 'the expression is searched', entries: [entry('bug', 'needs-bug')], labels: ['kind/bugfix'] },
  { name: 'what is wanted no more goes', entries: [], former: [kind], labels: ['needs-kind'], remove: ['needs-kind'] },
  { name: 'unless another entry wants it', entries: [area], former: [kind], labels: ['needs-kind'] },
])('$name', ({ entries = [kind], former = [], labels, add = [], remove = [] }) => {
  const names = (list: readonly Entry[]) => list.map((one) => one.missing_label);
  const made = plan(entries, former, labels);
  expect({ add: names(made.add), remove: names(made.remove) }).toEqual({ add, remove });
});

type Over = Partial<Ran> & Readonly<{ had?: readonly string[]; entries?: readonly object[] }>;
const run = (event: string, payload: object, { had = [], entries = [KIND], prepare, ...over }: Over = {}) =>
  ran('require-matching-label', {
    event, payload, plugins: { require_matching_label: entries }, at: NOW - 10,
    prepare: (world) => { world.github.labelsOf.set(1, new Set(had)); prepare?.(world); }, ...over,
  });
const issuePayload = (action: string, label?: string): object => ({
  action, repository: { name: 'r', owner: { login: 'o' } }, sender: { login: 'author' }, ...(label === undefined ? {} : { label: { name: label } }),
  issue: { number: 1, title: 'x', body: '', state: 'open', user: { login: 'author' }, labels: [] },
});
const label = (name: string) => ({ more: { label: { name } } });

test.each<{ name: string; event: string; payload: object; over?: Over; writes: readonly string[] }>([
  { name: 'an issue is opened', event: 'issues', payload: issuePayload('opened'), writes: ['+needs-kind'] },
  { name: 'a pull request is opened', event: 'pull_request', payload: pull({ action: 'opened' }), writes: ['+needs-kind'] },
  { name: 'reopened', event: 'issues', payload: issuePayload('reopened'), over: { had: ['needs-kind', 'kind/bug'] }, writes: ['-needs-kind'] },
  { name: 'labelled meanwhile', event: 'issues', payload: issuePayload('opened'), over: { had: ['kind/bug'] }, writes: [] },
  { name: 'labelled', event: 'issues', payload: issuePayload('labeled', 'kind/bug'), over: { had: ['kind/bug', 'needs-kind'] }, writes: ['-needs-kind'] },
  { name: 'the last one unlabelled', event: 'pull_request', payload: pull({ action: 'unlabeled', ...label('kind/bug') }), writes: ['+needs-kind'] },
  { name: 'another label', event: 'issues', payload: issuePayload('labeled', 'sig/x'), writes: [] },
  { name: 'the missing label itself', event: 'issues', payload: issuePayload('unlabeled', 'needs-kind'), writes: [] },
  { name: 'closed', event: 'issues', payload: issuePayload('closed'), writes: [] },
  { name: 'only issues', event: 'pull_request', payload: pull({ action: 'opened' }), over: { entries: [{ ...KIND, prs: false }] }, writes: [] },
  { name: 'only pull requests', event: 'issues', payload: issuePayload('opened'), over: { entries: [{ ...KIND, issues: false }] }, writes: [] },
  { name: 'another repository', event: 'issues', payload: issuePayload('opened'), over: { entries: [{ ...KIND, repo: 's' }] }, writes: [] },
  { name: 'this repository', event: 'issues', payload: issuePayload('opened'), over: { entries: [{ ...KIND, repo: 'r' }] }, writes: ['+needs-kind'] },
  { name: 'another organisation', event: 'issues', payload: issuePayload('opened'), over: { entries: [{ ...KIND, org: 'p' }] }, writes: [] },
  { name: 'another branch', event: 'pull_request', payload: pull({ action: 'opened' }), over: { entries: [{ ...KIND, branch: 'dev' }] }, writes: [] },
  { name: 'this branch', event: 'pull_request', payload: pull({ action: 'opened' }), over: { entries: [{ ...KIND, branch: 'main' }] }, writes: ['+needs-kind'] },
  { name: 'branches do not matter to issues', event: 'issues', payload: issuePayload('opened'), over: { entries: [{ ...KIND, branch: 'dev' }] }, writes: ['+needs-kind'] },
  { name: 'another base now (K40)', event: 'pull_request', payload: pull({ action: 'edited', base: 'dev', more: { changes: { base: { ref: { from: 'main' } } } } }), over: { had: ['needs-sig'], entries: [{ ...KIND, branch: 'dev' }, { ...KIND, branch: 'main', regexp: '^sig/', missing_label: 'needs-sig' }] }, writes: ['-needs-sig', '+needs-kind'] },
  { name: 'another title', event: 'pull_request', payload: pull({ action: 'edited', base: 'dev', more: { changes: { title: { from: 'x' } } } }), over: { entries: [{ ...KIND, branch: 'dev' }] }, writes: [] },
  { name: 'asked for', event: 'issue_comment', payload: commentPayload({ body: '/check-required-labels', user: 'anybody' }), writes: ['+needs-kind'] },
  { name: 'asked for on an issue, in capitals', event: 'issue_comment', payload: commentPayload({ body: 'ok\r\n/Check-Required-Labels \r\n', on: 'issue' }), writes: ['+needs-kind'] },
  { name: 'asked for where it is closed', event: 'issue_comment', payload: commentPayload({ body: '/check-required-labels', state: 'closed' }), writes: [] },
])('$name', async ({ event, payload, over, writes }) => expect((await run(event, payload, over)).github.writes).toEqual(writes));

test.each<{ name: string; event: string; payload: object; entries: readonly object[]; until: number | undefined }>([
  { name: 'an opened issue', event: 'issues', payload: issuePayload('opened'), entries: [KIND, { ...KIND, missing_label: 'needs-x', regexp: '^x/', grace_period: '20s' }, { ...KIND, org: 'p', grace_period: '1h' }], until: 20_000 },
  { name: 'the default', event: 'issues', payload: issuePayload('opened'), entries: [{ ...KIND, grace_period: undefined }], until: 5_000 },
  { name: 'a command', event: 'issue_comment', payload: commentPayload({ body: '/check-required-labels' }), entries: [{ ...KIND, grace_period: '7s' }], until: 7_000 },
  { name: 'labels do not wait', event: 'issues', payload: issuePayload('unlabeled', 'kind/bug'), entries: [{ ...KIND, grace_period: '7s' }], until: undefined },
])('the grace period holds no worker (K3, K40): $name', async ({ event, payload, entries, until }) => {
  const running = run(event, payload, { at: NOW, entries });
  if (until === undefined) expect((await running).github.writes).toEqual(['+needs-kind']);
  else await expect(running).rejects.toMatchObject({ name: 'NotYet', until: NOW + until });
});

test('nothing is read where no entry is concerned', async () => {
  expect((await run('issues', issuePayload('labeled', 'sig/x'))).github.reads).toEqual([]);
  expect((await run('issues', issuePayload('opened'), { entries: [] })).github.reads).toEqual([]);
});

test('a command costs two reads where branches matter, one elsewhere', async () => {
  const payload = commentPayload({ body: '/check-required-labels' });
  expect((await run('issue_comment', payload, { had: ['needs-kind'] })).github.reads).toEqual(['labels']);
  await expect(run('issue_comment', payload, { entries: [{ ...KIND, branch: 'main' }] })).rejects.toThrow('no such pull request');
});

test('the comment comes with the label and goes with it, by its marker or by its text', async () => {
  const added = await run('issues', issuePayload('opened'), { entries: [SPOKEN] });
  const [text = ''] = texts(added);
  expect(added.github.writes).toEqual(['+needs-kind', 'comment']);
  expect(text).toContain('Say what kind it is');
  const reworded = { ...SPOKEN, missing_comment: 'Other words.' };
  for (const { entry: now, body } of [{ entry: reworded, body: text }, { entry: SPOKEN, body: 'Say what kind it is with /kind.' }]) {
    const gone = await run('issues', issuePayload('labeled', 'kind/bug'), {
      entries: [now], had: ['kind/bug', 'needs-kind'], prepare: ({ github }) => { github.commentsOf.set(1, [botComment(1, body), { ...botComment(2, body), user: { login: 'carol', type: 'User' } }, botComment(3, 'else')]); },
    });
    expect(gone.github.writes).toEqual(['-needs-kind', 'delete 1']);
  }
});

test('two labels have a comment each', async () => {
  const made = await run('issues', issuePayload('opened'), { entries: [SPOKEN, { ...KIND, regexp: '^sig/', missing_label: 'needs sig', missing_comment: 'Say which group.' }] });
  expect(made.github.writes).toEqual(['+needs-kind', '+needs sig', 'comment', 'comment']);
  const gone = await run('issues', issuePayload('labeled', 'sig/x'), {
    entries: [SPOKEN, { ...KIND, regexp: '^sig/', missing_label: 'needs sig', missing_comment: 'Say which group.' }], had: ['needs-kind', 'needs sig', 'sig/x'],
    prepare: ({ github }) => { github.commentsOf.set(1, texts(made).map((body, n) => botComment(n + 1, body))); },
  });
  expect(gone.github.writes).toEqual(['-needs sig', 'delete 2']);
});

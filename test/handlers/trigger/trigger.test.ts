import { expect, test } from '@jest/globals';
import type { Presubmit } from '../../../src/config/jobs/schema.js';
import { RemoteError, UserError } from '../../../src/core/errors.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { BOT, botComment, commentPayload, delivery, noGit, pullPayload, signal, snapshot, world, type World } from '../fakes.js';
import { postsubmits, presubmits } from './jobs.js';

const JOBS = presubmits({ name: 'unit', always_run: true }, { name: 'lint', always_run: true, optional: true }, { name: 'e2e' });
const first = { signal, attempt: 1 };

interface Given {
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly jobs?: readonly Presubmit[];
  readonly labels?: readonly string[];
  readonly states?: Readonly<Record<string, ContextState['state']>>;
  readonly mergeable?: boolean | null;
  readonly style?: 'quiet' | 'upstream';
}

function start({ entry = {}, jobs = JOBS, labels = [], states = {}, mergeable = null, style = 'quiet' }: Given): World {
  const made = world(snapshot({ enabled: ['trigger'], presubmits: jobs, plugins: { triggers: [{ repos: ['o/r'], ...entry }], comment_style: style } }));
  made.github.labelsOf.set(1, new Set(labels));
  made.github.states = Object.entries(states).map(([context, state]) => ({ context, state, description: '', url: '', source: 'status' }));
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened', mergeable })) });
  if (opened.kind === 'pull_request') made.github.pulls.set(1, opened.pull);
  return made;
}

const jobsOf = ({ jobs }: World) => [...jobs.all.values()].map((job) => `${job.spec.job}${job.status.state === 'aborted' ? ' aborted' : ''}`).sort();
const said = ({ github }: World) => (github.commentsOf.get(1) ?? []).map((comment) => comment.body);
const labelsOf = ({ github }: World) => [...(github.labelsOf.get(1) ?? [])].sort();

async function comment(made: World, body: string, over: Partial<Parameters<typeof commentPayload>[0]> = {}): Promise<World> {
  await createHandling(made.deps).run('trigger', delivery('issue_comment', commentPayload({ body, labels: labelsOf(made), ...over })), first);
  return made;
}

async function pull(made: World, payload: Parameters<typeof pullPayload>[0]): Promise<World> {
  await createHandling(made.deps).run('trigger', delivery('pull_request', pullPayload({ labels: labelsOf(made), ...payload })), first);
  return made;
}

test.each<{ name: string; given?: Given; body: string; by?: string; author?: string; jobs: readonly string[]; labels?: readonly string[]; comments?: readonly RegExp[] }>([
  { name: 'by name', body: '/test unit', jobs: ['unit'] },
  { name: 'all', body: '/test all', jobs: ['lint', 'unit'] },
  { name: 'vouched for', given: { labels: ['needs-ok-to-test'] }, author: 'newbie', body: 'looks great, thanks!\n/ok-to-test \r', jobs: ['lint', 'unit'], labels: ['ok-to-test'] },
  { name: 'not a command', author: 'newbie', body: 'not /ok-to-test', jobs: [] },
  { name: 'a stranger vouches for himself', by: 'newbie', author: 'newbie', body: '/ok-to-test', jobs: [], comments: [/^@newbie: I cannot run tests .*not a member of the o organisation and not a collaborator of o\/r/] },
  { name: 'a stranger tests himself', by: 'newbie', author: 'newbie', body: '/test all', jobs: [], comments: [/^@newbie: /] },
  { name: 'approved, but not vouched for', given: { labels: ['approved', 'lgtm'] }, by: 'newbie', author: 'newbie', body: '/retest', jobs: [], comments: [/^@newbie: /] },
  { name: 'a stranger on a trusted pull request', by: 'stranger', author: 'alice', body: '/test all', jobs: ['lint', 'unit'] },
  { name: 'both strangers, vouched for', given: { labels: ['ok-to-test', 'needs-ok-to-test'] }, by: 'newbie', author: 'newbie', body: '/test all', jobs: ['lint', 'unit'], labels: ['ok-to-test'] },
  { name: 'a collaborator', by: 'carol', author: 'newbie', body: '/test all', jobs: ['lint', 'unit'] },
  { name: 'a collaborator where only members count', given: { entry: { only_org_members: true } }, by: 'carol', author: 'newbie', body: '/test all', jobs: [], comments: [/^@carol: .*not a member of the o organisation\. /] },
  { name: 'a trusted app', given: { entry: { trusted_apps: ['helper'] } }, by: 'helper[bot]', author: 'helper[bot]', body: '/test all', jobs: ['lint', 'unit'] },
  { name: 'a person with an app\'s name', given: { entry: { trusted_apps: ['helper'] } }, by: 'helper', author: 'helper', body: '/test all', jobs: [], comments: [/^@helper: /] },
  { name: 'an app whose name goes on', given: { entry: { trusted_apps: ['helper'] } }, by: 'helper[bot]x', author: 'helper[bot]x', body: '/test all', jobs: [], comments: [/./] },
  { name: 'nothing automatic to start', given: { jobs: presubmits({ name: 'e2e' }), labels: ['needs-ok-to-test'] }, author: 'newbie', body: '/ok-to-test', jobs: [], labels: ['ok-to-test'] },
  { name: 'ok-to-test switched off', given: { entry: { ignore_ok_to_test: true }, labels: ['needs-ok-to-test'] }, author: 'newbie', body: '/ok-to-test', jobs: [], labels: ['needs-ok-to-test'] },
  { name: 'ok-to-test switched off, a stranger', given: { entry: { ignore_ok_to_test: true } }, by: 'newbie', author: 'newbie', body: '/test all', jobs: [], comments: [/nobody can lift that/] },
  { name: '4.1.3: anybody vouches on a trusted pull request', by: 'stranger', author: 'alice', body: '/ok-to-test', jobs: ['lint', 'unit'], labels: ['ok-to-test'] },
  { name: '4.1.3: only trusted people are heard where vouching is off, whatever the label (K9)', given: { entry: { ignore_ok_to_test: true }, labels: ['ok-to-test'] }, by: 'newbie', author: 'newbie', body: '/test all', jobs: [], comments: [/nobody can lift that/] },
  { name: '4.1.3: in the upstream style the label counts all the same', given: { entry: { ignore_ok_to_test: true }, labels: ['ok-to-test'], style: 'upstream' }, by: 'newbie', author: 'newbie', body: '/test all', jobs: ['lint', 'unit'] },
  { name: '4.1.4.5: cancelling does nothing where vouching is off', given: { entry: { ignore_ok_to_test: true }, labels: ['ok-to-test'] }, by: 'carol', author: 'newbie', body: '/ok-to-test cancel', jobs: [] },
  { name: '4.1.4.4: any command of somebody who may tidies the labels up', given: { labels: ['needs-ok-to-test', 'OK-to-test'] }, by: 'carol', author: 'newbie', body: '/retest', jobs: ['lint', 'unit'], labels: ['OK-to-test'] },
  { name: '4.1.4.8: help though a custom trigger is in the same comment', given: { jobs: presubmits({ name: 'x', trigger: '(?m)^/deploy$', rerun_command: '/deploy' }) }, body: '/deploy\n/test', jobs: [], comments: [/wants to know/] },
  { name: 'taken back', given: { labels: ['ok-to-test'] }, author: 'newbie', body: '/ok-to-test cancel', jobs: [], labels: ['needs-ok-to-test'] },
  { name: 'taken back by a stranger', given: { labels: ['ok-to-test'] }, by: 'stranger', author: 'newbie', body: '/ok-to-test cancel', jobs: [], labels: ['ok-to-test'], comments: [/^@stranger: Only people whom I trust/] },
  { name: '4.1.4.5: a stranger on a trusted pull request may vouch, and not take back', by: 'stranger', author: 'alice', body: '/ok-to-test\n/ok-to-test cancel', jobs: [], labels: ['ok-to-test'], comments: [/^@stranger: Only people whom I trust/] },
  { name: '4.1.4.4: what is outdated goes, though taking back is refused', given: { labels: ['needs-ok-to-test', 'ok-to-test'] }, by: 'stranger', author: 'newbie', body: '/ok-to-test cancel', jobs: [], labels: ['ok-to-test'], comments: [/^@stranger: Only people/] },
  { name: 'given and taken back at once', author: 'newbie', body: '/ok-to-test\n/ok-to-test cancel', jobs: [], labels: ['needs-ok-to-test'] },
  { name: 'only the failed one', given: { states: { unit: 'failure', lint: 'pending' } }, body: '/retest', jobs: ['unit'] },
  { name: 'retest with a target', body: '/retest FOO', jobs: [], comments: [/`\/retest` takes no target/] },
  { name: 'no target', body: '/test', jobs: [], comments: [/wants to know/] },
  { name: 'help', body: '/test ?', jobs: [], comments: [/^@alice: Required jobs[\s\S]*\/test e2e/] },
  { name: 'help stops the rest', body: '/test ?\n/test unit', jobs: [], comments: [/Required jobs/] },
  { name: 'a wrong name', body: '/test nonsense', jobs: [], comments: [/I know no job/] },
  { name: 'a wrong name beside a right one', body: '/test nonsense\n/test unit', jobs: ['unit'] },
  { name: 'nothing for all', given: { jobs: presubmits({ name: 'e2e' }) }, body: '/test all', jobs: [], comments: [/There is no job that `\/test all`/] },
  { name: 'no jobs at all', given: { jobs: [] }, body: '/test all', jobs: [], comments: [/There are no presubmit jobs for o\/r@main/] },
  { name: 'a context that is no name', given: { jobs: presubmits({ name: 'jeb', context: 'pull-jeb' }) }, body: '/test pull-jeb', jobs: [], comments: [/I know no job/] },
  { name: 'only inside a fence', body: '```\r\n/test all\r\n```\r\n', jobs: [] },
  { name: 'one outside of a fence, one inside', given: { states: { unit: 'failure', lint: 'success' } }, body: '/retest\n```\n/test e2e\n```\n', jobs: ['unit'] },
  { name: 'a custom trigger', given: { jobs: presubmits({ name: 'x', trigger: '^/deploy$', rerun_command: '/deploy' }) }, body: '/deploy', jobs: ['x'] },
  { name: 'the bot itself', by: BOT, body: '/test all', jobs: [] },
  { name: 'a conflict, quietly explained', given: { mergeable: false }, body: '/test all', jobs: [], comments: [/conflicts with its base/] },
  { name: 'a conflict, as upstream has it', given: { mergeable: false, style: 'upstream' }, body: '/test all', jobs: [] },
])('4.1.4 comment: $name', async ({ given = {}, body, by = 'alice', author = 'author', jobs, labels, comments = [] }) => {
  const made = await comment(start(given), body, { user: by, author });
  expect(jobsOf(made)).toEqual(jobs);
  expect(labelsOf(made)).toEqual(labels ?? given.labels ?? []);
  expect(said(made)).toHaveLength(comments.length);
  comments.forEach((wanted, n) => expect(said(made)[n]).toMatch(wanted));
});

test.each([
  { name: 'edited', over: { action: 'edited' } }, { name: 'deleted', over: { action: 'deleted' } }, { name: 'closed', over: { state: 'closed' } }, { name: 'on an issue', over: { on: 'issue' } },
] as const)('4.1.4.1 comment: nothing when $name', async ({ over }) => {
  const made = await comment(start({}), '/test all', over);
  expect([jobsOf(made), made.github.reads, made.github.writes]).toEqual([[], [], []]);
});

test('a comment without a command costs nothing', async () => expect((await comment(start({}), 'Nice!')).github.reads).toEqual([]));

test('a member\'s command costs four reads: who, the pull request, the base, former help', async () => {
  const { github } = await comment(start({}), '/test unit');
  expect(github.reads.sort()).toEqual(['branchSha', 'comments', 'isMember o', 'pull']);
});

test('the first comment of all is not searched for former help', async () => {
  const made = start({});
  const payload = commentPayload({ body: '/test unit' }) as { issue: object };
  await createHandling(made.deps).run('trigger', delivery('issue_comment', { ...payload, issue: { ...payload.issue, comments: 1 } }), first);
  expect(made.github.reads.sort()).toEqual(['branchSha', 'isMember o', 'pull']);
});

test('a job is made of the comment, the pull request and the base as it is now', async () => {
  const made = await comment(start({ states: { unit: 'failure', lint: 'success' } }), '/retest');
  const [job] = [...made.jobs.all.values()];
  expect(job).toMatchObject({
    metadata: { labels: { 'prow.k8s.io/retest': 'true', 'prow.k8s.io/is-optional': 'false', 'prow.k8s.io/type': 'presubmit', 'prow.k8s.io/refs.pull': '1', 'event-GUID': expect.stringMatching(/^d\d+$/) } },
    spec: { type: 'presubmit', job: 'unit', context: 'unit', rerun_command: '/test unit', refs: { org: 'o', repo: 'r', base_ref: 'main', base_sha: 'tip-of-main', pulls: [{ number: 1, author: 'author', sha: 'head-sha', head_ref: 'patch' }] } },
    status: { state: 'triggered' },
  });
  expect(job?.metadata.name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
});

test('a delivery starts a job once, also when it comes back after the base has moved', async () => {
  const made = start({});
  const it = delivery('issue_comment', commentPayload({ body: '/test unit' }));
  const handling = createHandling(made.deps);
  await handling.run('trigger', it, first);
  made.github.branchSha = () => Promise.resolve('another-tip');
  expect(await handling.run('trigger', { ...it, via: 'recovered' }, first)).toEqual([]);
  expect(jobsOf(made)).toEqual(['unit']);
});

test('former help goes when a test is asked for, upstream\'s too, and nothing else', async () => {
  const made = start({});
  const human = { ...botComment(4, 'The `/test` command needs one or more targets.'), user: { login: 'bob', type: 'User' } };
  made.github.commentsOf.set(1, [botComment(1, 'x\n\n<!-- prow:trigger/help/d0 -->'), botComment(2, 'The specified target(s) for `/test` were not found.'), botComment(3, 'else'), human]);
  await comment(made, '/test unit');
  expect(made.github.commentsOf.get(1)?.map(({ id }) => id)).toEqual([3, 4]);
  await comment(made, '/test ?');
  expect(made.github.commentsOf.get(1)).toHaveLength(3);
});

test('one job that cannot be started stops no other', async () => {
  const made = start({});
  const create = made.jobs.create.bind(made.jobs);
  made.jobs.create = (job, options) => (job.spec.job === 'unit' ? Promise.reject(new RemoteError('no room', { service: 'kubernetes' })) : create(job, options));
  await expect(comment(made, '/test all')).rejects.toThrow('no room');
  expect(jobsOf(made)).toEqual(['lint']);
});

test.each([
  { name: 'a stranger\'s jobs end (K32)', author: 'newbie', style: 'quiet', want: ['lint aborted', 'unit aborted'] },
  { name: 'a member\'s go on', author: 'alice', style: 'quiet', want: ['lint', 'unit'] },
  { name: 'in the upstream style all go on', author: 'newbie', style: 'upstream', want: ['lint', 'unit'] },
] as const)('4.1.4.5: /ok-to-test cancel: $name', async ({ author, style, want }) => {
  const made = await comment(start({ style }), '/ok-to-test', { author });
  expect(jobsOf(made)).toEqual(['lint', 'unit']);
  await comment(made, '/ok-to-test cancel', { author });
  expect([jobsOf(made), labelsOf(made)]).toEqual([want, ['needs-ok-to-test']]);
});

test.each([
  { body: '/test unit', prunes: true, retest: undefined }, { body: '/retest', prunes: true, retest: 'true' }, { body: '/retest-required', prunes: true, retest: 'true' },
  { body: '/ok-to-test', prunes: false, retest: undefined }, { body: '/test ?', prunes: false, retest: undefined },
])('4.1.4.9, 4.1.4.11: $body deletes former help: $prunes; its jobs say that they are retests: $retest', async ({ body, prunes, retest }) => {
  const made = start({});
  made.github.commentsOf.set(1, [botComment(1, 'x\n\n<!-- prow:trigger/help/d0 -->')]);
  await comment(made, body);
  expect(made.github.writes.includes('delete 1')).toBe(prunes);
  expect([...new Set([...made.jobs.all.values()].map(({ metadata }) => metadata.labels?.['prow.k8s.io/retest']))]).toEqual(body === '/test ?' ? [] : [retest]);
});

test.each<{ name: string; runs: readonly Readonly<{ state: 'success' | 'failure' | 'pending'; sha?: string; start?: string }>[]; style?: 'upstream'; want: boolean }>([
  { name: 'never ran', runs: [], want: true },
  { name: 'passed', runs: [{ state: 'success' }], want: false },
  { name: 'runs', runs: [{ state: 'pending' }], want: false },
  { name: 'failed', runs: [{ state: 'failure' }], want: true },
  { name: 'failed, then passed', runs: [{ state: 'success', start: '2026-03-01T11:30:00Z' }, { state: 'failure', start: '2026-03-01T11:20:00Z' }], want: false },
  { name: 'passed on an older head', runs: [{ state: 'success', sha: 'older' }], want: true },
  { name: 'passed, in the upstream style', runs: [{ state: 'success' }], style: 'upstream', want: true },
])('K32: /retest of a job that reports nothing and $name: $want', async ({ runs, style, want }) => {
  const made = start({ jobs: presubmits({ name: 'quiet', always_run: true, skip_report: true }), ...(style ? { style } : {}) });
  await comment(made, '/test quiet');
  const [job] = [...made.jobs.all.values()];
  const pulls = job?.spec.refs?.pulls ?? [];
  if (!job?.spec.refs) throw new Error('no job');
  const { refs } = job.spec;
  made.jobs.all.clear();
  runs.forEach(({ state, sha = 'head-sha', start: startTime = '2026-03-01T11:00:00Z' }, n) => made.jobs.all.set(`old-${n}`, {
    ...job, metadata: { ...job.metadata, name: `old-${n}` }, spec: { ...job.spec, refs: { ...refs, pulls: pulls.map((pull) => ({ ...pull, sha })) } },
    status: { state, startTime, ...(state === 'pending' ? {} : { completionTime: startTime }) },
  }));
  await comment(made, '/retest');
  expect(made.jobs.all.size).toBe(runs.length + (want ? 1 : 0));
});

test('4.1.5: contexts that cannot be read fail /retest, and nothing is started', async () => {
  const made = start({});
  made.github.contexts = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(comment(made, '/retest')).rejects.toThrow('away');
  expect(jobsOf(made)).toEqual([]);
  await comment(made, '/test unit');
  expect(jobsOf(made)).toEqual(['unit']);
});

test('4.1.2: changed files that cannot be read fail the command', async () => {
  const made = start({ jobs: presubmits({ name: 'go', run_if_changed: '\\.go$' }, { name: 'unit', always_run: true }) });
  made.github.files = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(comment(made, '/test all')).rejects.toThrow('away');
  expect(jobsOf(made)).toEqual([]);
  await comment(made, '/test go');
  expect(jobsOf(made)).toEqual(['go']);
});

test('a hundred jobs are created some at a time, and what cannot be created is tried again', async () => {
  const names = Array.from({ length: 100 }, (_, n) => `job-${String(n).padStart(3, '0')}`);
  const made = start({ jobs: presubmits(...names.map((name) => ({ name, always_run: true }))) });
  const create = made.jobs.create.bind(made.jobs);
  let [open, most, failing] = [0, 0, true];
  made.jobs.create = async (job, options) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => { setImmediate(resolve); });
    open -= 1;
    if (failing && job.spec.job.endsWith('7')) throw new RemoteError(`no room for ${job.spec.job}`, { service: 'kubernetes' });
    return create(job, options);
  };
  const it = delivery('issue_comment', commentPayload({ body: '/test all' }));
  await expect(createHandling(made.deps).run('trigger', it, first)).rejects.toThrow('no room for job-007; no room for job-017');
  expect([most, made.jobs.all.size]).toEqual([8, 90]);
  failing = false;
  expect(await createHandling(made.deps).run('trigger', it, { signal, attempt: 2 })).toHaveLength(10);
  expect(jobsOf(made)).toEqual(names);
});

test('without a cluster whoever asks is told, and events pass', async () => {
  const made = start({ jobs: presubmits({ name: 'unit', always_run: true }) });
  made.jobs.create = () => Promise.reject(new UserError('There is no cluster to run jobs on.'));
  await comment(made, '/test all');
  expect(said(made)).toEqual([expect.stringMatching(/^@alice: There is no cluster to run jobs on\./)]);
  await pull(made, { action: 'opened', author: 'alice' });
  expect(said(made)).toHaveLength(1);
});

const RUNS = [
  { id: 1, name: 'a', status: 'completed', conclusion: 'failure', event: 'pull_request' }, { id: 2, name: 'b', status: 'completed', conclusion: 'success', event: 'pull_request' },
  { id: 3, name: 'c', status: 'in_progress', conclusion: null, event: 'pull_request' }, { id: 4, name: 'd', status: 'completed', conclusion: 'cancelled', event: 'pull_request_target' },
  { id: 5, name: 'e', status: 'completed', conclusion: 'skipped', event: 'workflow_call' },
];

test.each([
  { name: 'left alone by default', entry: {}, body: '/retest', want: [] },
  { name: 'what did not end well is rerun', entry: { trigger_github_workflows: true }, body: '/retest', want: ['rerun 1', 'rerun 4'] },
  { name: 'also by /test all, without a job of ours and without a lecture', entry: { trigger_github_workflows: true }, body: '/test all', want: ['rerun 1', 'rerun 4'] },
  { name: 'by /retest and by /test all, not by /retest-required', entry: { trigger_github_workflows: true }, body: '/retest-required', want: [] },
  { name: 'not by /test of one', entry: { trigger_github_workflows: true }, body: '/test x', want: ['comment'] },
])('4.1.4.10 workflows: $name', async ({ entry, body, want }) => {
  const made = start({ entry, jobs: [] });
  made.github.runs = RUNS;
  await comment(made, body);
  expect(made.github.writes).toEqual(want);
});

test('workflows that wait for an approval get it with /ok-to-test; one that cannot be approved stops nothing', async () => {
  const made = start({ entry: { trigger_github_workflows: true } });
  const asked: unknown[] = [];
  made.github.workflowRuns = (_repo, filter) => {
    asked.push(filter);
    return Promise.resolve(RUNS.filter((run) => run.event === filter.event).slice(0, 1));
  };
  made.github.approveWorkflow = (_repo, id) => {
    if (id === 1) return Promise.reject(new RemoteError('gone', { service: 'github', status: 403, retry: 'never' }));
    made.github.writes.push(`approve ${id}`);
    return Promise.resolve();
  };
  await comment(made, '/ok-to-test', { author: 'newbie' });
  expect(asked).toEqual(['pull_request', 'pull_request_target'].map((event) => ({ headSha: 'head-sha', branch: 'patch', event, status: 'action_required' })));
  expect(made.github.writes).toEqual(['+ok-to-test', 'approve 4']);
  expect(jobsOf(made)).toEqual(['lint', 'unit']);
});

test.each([
  { name: 'for want of a permission', retry: 'never', attempts: 1 }, { name: 'for a moment, the second time', retry: 'later', attempts: 2 },
] as const)('4.1.4: workflow runs that cannot be listed $name keep no job from starting', async ({ retry, attempts }) => {
  const made = start({ entry: { trigger_github_workflows: true } });
  made.github.workflowRuns = () => Promise.reject(new RemoteError('no', { service: 'github', status: 403, retry }));
  const it = delivery('issue_comment', commentPayload({ body: '/test all' }));
  const handling = createHandling(made.deps);
  for (let attempt = 1; attempt < attempts; attempt++) await expect(handling.run('trigger', it, { signal, attempt })).rejects.toThrow('no');
  await handling.run('trigger', it, { signal, attempt: attempts });
  expect(jobsOf(made)).toEqual(['lint', 'unit']);
});

test.each<{ name: string; given?: Given; event: Parameters<typeof pullPayload>[0]; jobs: readonly string[]; labels?: readonly string[]; comments?: readonly RegExp[] }>([
  { name: 'opened by a member', event: { action: 'opened', author: 'alice' }, jobs: ['lint', 'unit'] },
  { name: 'opened by a member as a draft', event: { action: 'opened', author: 'alice', draft: true }, jobs: [], comments: [/^Tests do not run by themselves while this is a draft[\s\S]*<!-- prow:trigger\/draft\//] },
  { name: 'opened by a stranger', event: { action: 'opened', author: 'newbie' }, jobs: [], labels: ['needs-ok-to-test'], comments: [/^Hi @newbie/] },
  { name: 'opened by a stranger, vouched for already', given: { labels: ['ok-to-test'] }, event: { action: 'opened', author: 'newbie' }, jobs: [], labels: ['ok-to-test'], comments: [/^Hi @newbie/] },
  { name: 'opened by a stranger where vouching is off', given: { entry: { ignore_ok_to_test: true } }, event: { action: 'opened', author: 'newbie' }, jobs: [], comments: [/cannot be marked as trusted/] },
  { name: 'opened by a stranger as a draft', event: { action: 'opened', author: 'newbie', draft: true }, jobs: [], labels: ['needs-ok-to-test'], comments: [/^Hi @newbie/] },
  { name: 'opened by a member of the second organisation', given: { entry: { trusted_org: 'friends' } }, event: { action: 'opened', author: 'friend' }, jobs: ['lint', 'unit'] },
  { name: 'opened with a command', event: { action: 'opened', author: 'alice', body: 'Please.\n\n/test e2e\n/test unit' }, jobs: ['e2e', 'lint', 'unit'] },
  { name: 'opened where there are no jobs', given: { jobs: [] }, event: { action: 'opened', author: 'newbie' }, jobs: [] },
  { name: 'reopened', event: { action: 'reopened', author: 'alice' }, jobs: ['lint', 'unit'] },
  { name: 'reopened by a stranger', given: { labels: ['needs-ok-to-test'] }, event: { action: 'reopened', author: 'newbie' }, jobs: [], labels: ['needs-ok-to-test'] },
  { name: 'reopened, vouched for', given: { labels: ['ok-to-test', 'needs-ok-to-test'] }, event: { action: 'reopened', author: 'newbie' }, jobs: ['lint', 'unit'], labels: ['ok-to-test'] },
  { name: 'reopened as a draft', event: { action: 'reopened', author: 'alice', draft: true }, jobs: [] },
  { name: 'ready for review', event: { action: 'ready_for_review', author: 'alice' }, jobs: ['lint', 'unit'] },
  { name: 'lgtm on a stranger\'s draft', event: { action: 'labeled', author: 'newbie', draft: true, more: { label: { name: 'lgtm' } } }, jobs: [] },
  { name: 'another base commit', event: { action: 'edited', author: 'alice', more: { changes: { base: { sha: { from: 'x' } } } } }, jobs: ['lint', 'unit'] },
  { name: 'ok-to-test by hand where vouching is off (K9)', given: { entry: { ignore_ok_to_test: true } }, event: { action: 'labeled', author: 'newbie', sender: 'alice', more: { label: { name: 'ok-to-test' } } }, jobs: [] },
  { name: 'the same in the upstream style', given: { entry: { ignore_ok_to_test: true }, style: 'upstream' }, event: { action: 'labeled', author: 'newbie', sender: 'alice', more: { label: { name: 'ok-to-test' } } }, jobs: ['lint', 'unit'] },
  { name: 'pushed to where vouching is off, with the label (K9)', given: { entry: { ignore_ok_to_test: true }, labels: ['ok-to-test'] }, event: { action: 'synchronize', author: 'newbie' }, jobs: [], labels: ['ok-to-test'] },
  { name: 'opened while GitHub computes whether it conflicts', event: { action: 'opened', author: 'alice', mergeable: null }, jobs: ['lint', 'unit'] },
  { name: 'opened in conflict', event: { action: 'opened', author: 'alice', mergeable: false }, jobs: [] },
  { name: 'another title', event: { action: 'edited', author: 'alice', more: { changes: { title: { from: 'x' } } } }, jobs: [] },
  { name: 'another base', event: { action: 'edited', author: 'alice', more: { changes: { base: { ref: { from: 'x' } } } } }, jobs: ['lint', 'unit'] },
  { name: 'changes that make no sense', event: { action: 'edited', author: 'alice', more: { changes: 'x' } }, jobs: [] },
  { name: 'pushed to', event: { action: 'synchronize', author: 'alice' }, jobs: ['lint', 'unit'] },
  { name: 'pushed to by a stranger', event: { action: 'synchronize', author: 'newbie' }, jobs: [] },
  { name: 'pushed to, with a conflict', event: { action: 'synchronize', author: 'alice', mergeable: false }, jobs: [] },
  { name: 'lgtm for a stranger', event: { action: 'labeled', author: 'newbie', more: { label: { name: 'lgtm' } } }, jobs: ['lint', 'unit'] },
  { name: 'lgtm for a member', event: { action: 'labeled', author: 'alice', more: { label: { name: 'lgtm' } } }, jobs: [] },
  { name: 'lgtm for somebody vouched for', given: { labels: ['ok-to-test'] }, event: { action: 'labeled', author: 'newbie', more: { label: { name: 'lgtm' } } }, jobs: [] },
  { name: 'ok-to-test by hand', event: { action: 'labeled', author: 'newbie', sender: 'alice', more: { label: { name: 'ok-to-test' } } }, jobs: ['lint', 'unit'] },
  { name: 'ok-to-test by the bot', event: { action: 'labeled', author: 'newbie', sender: BOT, more: { label: { name: 'ok-to-test' } } }, jobs: [] },
  { name: 'another label', event: { action: 'labeled', author: 'alice', more: { label: { name: 'kind/bug' } } }, jobs: [] },
  { name: 'assigned', event: { action: 'assigned', author: 'alice' }, jobs: [] },
])('4.1.8 pull request: $name', async ({ given = {}, event, jobs, labels, comments = [] }) => {
  const made = start(given);
  made.github.members.add('friends:friend');
  await pull(made, event);
  expect(jobsOf(made)).toEqual(jobs);
  expect(labelsOf(made)).toEqual(labels ?? given.labels ?? []);
  expect(said(made)).toHaveLength(comments.length);
  comments.forEach((wanted, n) => expect(said(made)[n]).toMatch(wanted));
});

test.each(['synchronize', 'closed', 'converted_to_draft'])('%s ends what runs for the pull request, and nothing else', async (action) => {
  const made = await pull(start({}), { action: 'opened', author: 'alice' });
  const [unit] = [...made.jobs.all.values()].filter((job) => job.spec.job === 'unit');
  if (!unit) throw new Error('no job');
  const seed = (name: string, over: object) => made.jobs.all.set(name, { ...unit, ...over, metadata: { ...unit.metadata, name, labels: { ...unit.metadata.labels, ...('labels' in over ? (over.labels as object) : {}) } } });
  seed('ended', { status: { ...unit.status, state: 'success', completionTime: '2026-03-01T12:00:00Z' } });
  seed('other', { labels: { 'prow.k8s.io/refs.pull': '2' } });
  seed('batch', { labels: { 'prow.k8s.io/type': 'batch' } });
  await pull(made, { action, author: 'alice', draft: action === 'converted_to_draft' });
  const states = Object.fromEntries([...made.jobs.all.values()].map((job) => [job.metadata.name, job.status.state]));
  expect(states).toMatchObject({ [unit.metadata.name]: 'aborted', ended: 'success', other: 'triggered', batch: 'triggered' });
  expect(made.jobs.all.get(unit.metadata.name)?.status).toMatchObject({ description: 'Aborted by trigger plugin.' });
  expect(made.jobs.all.get(unit.metadata.name)?.status.completionTime).toBeUndefined();
  expect([...made.jobs.all.values()].filter((job) => job.status.state === 'triggered')).toHaveLength(action === 'synchronize' ? 4 : 2);
});

test('a push that comes back later ends neither its own jobs nor those that came after it', async () => {
  const made = start({});
  const pushed = delivery('pull_request', pullPayload({ action: 'synchronize', author: 'alice' }), { at: Date.parse('2026-03-01T11:59:00Z') });
  const handling = createHandling(made.deps);
  await handling.run('trigger', pushed, first);
  await comment(made, '/test e2e');
  await handling.run('trigger', { ...pushed, via: 'recovered' }, first);
  expect(jobsOf(made)).toEqual(['e2e', 'lint', 'unit']);
});

test.each<{ name: string; found: number; entry?: object; type?: string; want: RegExp; searched: boolean }>([
  { name: 'a newcomer', found: 2, want: /If you contribute often/, searched: true },
  { name: 'a regular', found: 3, want: /several pull requests merged here/, searched: true },
  { name: 'a bot', found: 9, type: 'Bot', want: /If you contribute often/, searched: false },
  { name: 'the threshold lowered', found: 0, entry: { org_invite: { prominent: { merged_pr_threshold: 0 } } }, want: /several pull requests merged here/, searched: true },
  { name: 'switched off', found: 9, entry: { org_invite: { prominent: { disabled: true } } }, want: /If you contribute often/, searched: false },
])('4.1.8 invitation: $name', async ({ found, entry = {}, type = 'User', want, searched }) => {
  const made = start({ entry: { ...entry } });
  made.github.found = found;
  await pull(made, { action: 'opened', author: 'newbie', authorType: type });
  expect(said(made)[0]).toMatch(want);
  expect(made.github.reads.includes('countSearch type:pr is:merged org:o author:newbie')).toBe(searched);
});

test('the welcome comes though the search fails, and though the label fails', async () => {
  const made = start({});
  made.github.countSearch = () => Promise.reject(new RemoteError('no', { service: 'github' }));
  made.github.addLabel = () => Promise.reject(new RemoteError('no label', { service: 'github' }));
  await expect(pull(made, { action: 'opened', author: 'newbie' })).rejects.toThrow('no label');
  expect(said(made)[0]).toMatch(/^Hi @newbie/);
});

const POST = postsubmits({ name: 'all' }, { name: 'docs', run_if_changed: '^docs/' }, { name: 'never', always_run: false }, { name: 'release', branches: ['^v'] }, { name: 'code', skip_if_only_changed: '^docs/' });
const push = (over: object = {}) => ({
  ref: 'refs/heads/main', before: 'a'.repeat(40), after: 'b'.repeat(40), deleted: false, created: false, compare: 'https://github.com/o/r/compare/a...b', sender: { login: 'alice' },
  repository: { name: 'r', owner: { login: 'o', name: 'o' }, html_url: 'https://github.com/o/r' }, commits: [{ id: 'b', added: [], removed: ['docs/a'], modified: [] }, { id: 'c', added: [], removed: [], modified: ['docs/b'] }], ...over,
});

test.each<{ name: string; payload: object; changed?: readonly string[]; want: readonly string[] }>([
  { name: 'a branch', payload: push(), want: ['all', 'docs'] },
  { name: 'code', payload: push({ commits: [{ id: 'b', added: ['x.go'], removed: [], modified: [] }] }), want: ['all', 'code'] },
  { name: 'a tag acts as a branch', payload: push({ ref: 'refs/tags/v1' }), want: ['all', 'docs', 'release'] },
  { name: 'a deletion', payload: push({ deleted: true }), want: [] },
  { name: 'a deletion by zeros', payload: push({ after: '0'.repeat(40) }), want: [] },
  { name: 'a list that is cut is read from git', payload: push({ commits: [] }), changed: ['docs/x', 'y'], want: ['all', 'code', 'docs'] },
  { name: 'a new branch without commits of its own', payload: push({ commits: [], created: true, before: '0'.repeat(40) }), want: ['all'] },
])('4.1.9 push: $name', async ({ payload, changed, want }) => {
  const config = snapshot({ enabled: ['trigger'], postsubmits: POST });
  const never = () => Promise.reject(new Error('not asked for'));
  const made = world(config, { git: { ...noGit, changedPaths: changed ? () => Promise.resolve(changed) : never } });
  await createHandling(made.deps).run('trigger', delivery('push', payload), first);
  expect(jobsOf(made)).toEqual(want);
  for (const job of made.jobs.all.values()) {
    expect(job.spec).toMatchObject({ type: 'postsubmit', refs: { org: 'o', repo: 'r', base_sha: 'b'.repeat(40), base_link: 'https://github.com/o/r/compare/a...b' } });
  }
});

test('a push starts its jobs once, and one that cannot start stops no other', async () => {
  const made = world(snapshot({ enabled: ['trigger'], postsubmits: POST }));
  const create = made.jobs.create.bind(made.jobs);
  const it = delivery('push', push());
  const handling = createHandling(made.deps);
  made.jobs.create = (job, options) => (job.spec.job === 'all' ? Promise.reject(new RemoteError('full', { service: 'kubernetes' })) : create(job, options));
  await expect(handling.run('trigger', it, first)).rejects.toThrow('full');
  expect(jobsOf(made)).toEqual(['docs']);
  made.jobs.create = create;
  await handling.run('trigger', it, { signal, attempt: 2 });
  expect(jobsOf(made)).toEqual(['all', 'docs']);
});

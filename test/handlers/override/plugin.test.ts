import { expect, test } from '@jest/globals';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import type { RepoOwners } from '../../../src/core/owners/port.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { commentPayload, delivery, NOW, pullPayload, signal, snapshot, world } from '../fakes.js';
import { presubmits } from '../trigger/jobs.js';

const JOBS = presubmits({ name: 'unit', always_run: true }, { name: 'lint', context: 'ci/lint', optional: true, always_run: true });
const status = (context: string, state: ContextState['state'], description = ''): ContextState => ({ context, state, source: 'status', description, url: `https://x/${context}` });
const check = (context: string, state: ContextState['state'], description = ''): ContextState => ({ ...status(context, state, description), source: 'check' });
const BASE = 'b'.repeat(40);
const FAILING = [status('unit', 'failure'), status('ci/lint', 'failure'), status('external/ci', 'error'), status('fine', 'success'), check('test / Unit Tests', 'failure')];

interface Stage {
  readonly states?: readonly ContextState[];
  readonly required?: readonly string[];
  readonly plugins?: object;
  readonly kind?: 'app' | 'token';
  readonly rootApprovers?: readonly string[];
}

function start({ states = FAILING, required = [], plugins = {}, kind = 'app', rootApprovers = [] }: Stage = {}) {
  const made = world(snapshot({ enabled: ['override'], presubmits: JOBS, plugins: { ...plugins } }));
  const { github } = made;
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened' })) });
  if (opened.kind === 'pull_request') github.pulls.set(1, opened.pull);
  github.states = states;
  github.required = required;
  github.permissions.set('erin', 'admin');
  github.permissions.set('wendy', 'write');
  github.teams.set('overriders', ['Carol']);
  github.branchSha = () => Promise.resolve(BASE);
  github.identity = () => Promise.resolve({ login: 'prow-app[bot]', kind, slug: 'prow-app' });
  const set: Parameters<typeof github.setStatus>[2][] = [];
  github.setStatus = (_repo, _sha, it) => {
    set.push(it);
    github.states = [...github.states.filter((one) => one.source === 'check' || one.context !== it.context), { ...it, source: 'status' }];
    github.writes.push(`status ${it.context}=${it.state}`);
    return Promise.resolve();
  };
  const conclude = github.concludeCheck;
  github.concludeCheck = (repo, sha, it, options) => {
    github.states = [...github.states.filter((one) => one.source === 'status' || one.context !== it.name), { context: it.name, state: it.conclusion, description: it.title, url: '', source: 'check' }];
    return conclude(repo, sha, it, options);
  };
  const owners = { load: () => Promise.resolve({ topLevelApprovers: () => new Set(rootApprovers) } as unknown as RepoOwners) };
  const handling = createHandling({ ...made.deps, owners });
  const say = (body: string, user = 'erin', more: Partial<Parameters<typeof commentPayload>[0]> = {}) => handling.run('override', delivery('issue_comment', commentPayload({ body, user, ...more })), { signal, attempt: 1 });
  const answers = () => (github.commentsOf.get(1) ?? []).map(({ body }) => body);
  return { ...made, set, say, answers, handling };
}

interface Case extends Stage {
  readonly name: string;
  readonly body: string;
  readonly user?: string;
  readonly more?: Partial<Parameters<typeof commentPayload>[0]>;
  readonly writes: readonly string[];
  readonly jobs?: readonly string[];
  readonly says?: readonly string[];
}

const TEAM = { override: { allowed_github_teams: { o: ['gone'], 'o/r': ['overriders'] } } };

test.each<Case>([
  { name: 'a context of a job', body: '/override unit', writes: ['status unit=success', 'comment'], jobs: ['unit'], says: ['@erin: overridden on behalf of `erin`:\n\n- `unit`'] },
  { name: 'by the name of the job', body: '/override lint', writes: ['status ci/lint=success', 'comment'], jobs: ['lint'] },
  { name: 'job and context make one job', body: '/override lint ci/lint', writes: ['status ci/lint=success', 'comment'], jobs: ['lint'] },
  { name: 'somebody else’s status', body: '/override external/ci', writes: ['status external/ci=success', 'comment'] },
  { name: 'several lines', body: '/override lint external/ci\n/override unit', writes: ['status ci/lint=success', 'status external/ci=success', 'status unit=success', 'comment'], jobs: ['lint', 'unit'] },
  { name: 'a check run in quotes', body: '/override "test / Unit Tests" unit', writes: ['check test / Unit Tests', 'status unit=success', 'comment'], jobs: ['unit'] },
  { name: 'a check run of a job, which is not over', body: '/override unit', states: [check('unit', 'pending')], writes: ['check unit', 'comment'], jobs: ['unit'] },
  { name: 'required and never reported', body: '/override never-ran', required: ['never-ran', 'unit'], writes: ['status never-ran=success', 'comment'] },
  { name: 'unknown: nothing is done', body: '/override unit nonsense', writes: ['comment'], says: ['`nonsense`', '- `ci/lint`\n- `external/ci`\n- `lint`\n- `test / Unit Tests`\n- `unit`', 'double quotes'] },
  { name: 'green', body: '/override fine', writes: ['comment'], says: ['no failed context'] },
  { name: 'nothing has failed', body: '/override x', states: [], writes: ['comment'], says: ['Nothing on this head can be overridden'] },
  { name: 'no name', body: '/override', writes: ['comment'], says: ['wants to know'] },
  { name: 'one line without a name stops the others', body: '/override unit\n/override', writes: ['comment'], says: ['wants to know'] },
  { name: 'a token knows no check runs', body: '/override "test / Unit Tests"', kind: 'token', writes: ['comment'], says: ['no failed context'] },
  { name: 'words of strangers stay code', body: '/override `@all`', writes: ['comment'], says: ["- `'@all'`"] },
  { name: 'issues', body: '/override unit', more: { on: 'issue' }, writes: [] },
  { name: 'closed', body: '/override unit', more: { state: 'closed' }, writes: [] },
  { name: 'edited', body: '/override unit', more: { action: 'edited' }, writes: [] },

  { name: 'who may only write may not', body: '/override unit', user: 'wendy', writes: ['comment'], says: ['`wendy` may not use `/override`. Those who may: administrators of the repository.'] },
  { name: 'each command is refused', body: '/override unit\n/override-sticky lint\n/override-cancel', user: 'mallory', writes: ['comment', 'comment', 'comment'], says: ['`/override-cancel`', '`/override-sticky`', '`/override`'] },
  { name: 'a member of a team, in any case (K14)', body: '/override unit', user: 'carol', plugins: TEAM, writes: ['status unit=success', 'comment'], jobs: ['unit'] },
  { name: 'no member of it', body: '/override unit', user: 'bob', plugins: TEAM, writes: ['comment'], says: ['members of the teams `overriders`, `gone`'] },
  { name: 'an approver of the root, where that is allowed', body: '/override unit', user: 'Alice', plugins: { override: { allow_top_level_owners: true } }, rootApprovers: ['alice'], writes: ['status unit=success', 'comment'], jobs: ['unit'] },
  { name: 'where it is not', body: '/override unit', user: 'alice', rootApprovers: ['alice'], writes: ['comment'] },
  { name: 'another one', body: '/override unit', user: 'bob', plugins: { override: { allow_top_level_owners: true } }, rootApprovers: ['alice'], writes: ['comment'], says: ['approvers of the OWNERS file at the root'] },
])('4.6: $name', async (it) => {
  const { github, jobs, say, answers } = start(it);
  await say(it.body, it.user, it.more);
  expect(github.writes).toEqual(it.writes);
  expect([...jobs.all.values()].map(({ spec }) => spec.job)).toEqual(it.jobs ?? []);
  for (const text of it.says ?? []) expect(answers().join('\n')).toContain(text);
});

test('the job is over, GitHub has been told, and the status names the base', async () => {
  const { jobs, set, say } = start();
  await say('/override unit');
  expect([...jobs.all.values()]).toMatchObject([{
    metadata: { labels: { 'prow.k8s.io/job': 'unit', 'prow.k8s.io/type': 'presubmit' } },
    spec: { type: 'presubmit', context: 'unit', refs: { base_sha: BASE, pulls: [{ number: 1, sha: 'head-sha' }] } },
    status: { state: 'success', description: 'Overridden by erin', url: 'https://github.com/o/r/pull/1#issuecomment-500', startTime: new Date(NOW).toISOString().replace('.000', ''), prev_report_states: { 'github-reporter': 'success' } },
  }]);
  expect([...jobs.all.values()][0]?.status.completionTime).toBeDefined();
  expect(set).toMatchObject([{ context: 'unit', state: 'success', url: 'https://x/unit', description: expect.stringMatching(/^Overridden by erin.* BaseSHA:b{40}$/) }]);
});

test('sticky', async () => {
  const { set, say, answers } = start();
  await say('/override-sticky unit');
  expect(set[0]?.description).toMatch(/^Overridden by erin \[prow:skip-retest\].* BaseSHA:b{40}$/);
  expect(answers()[0]).toContain('A push ends it');
});

test('cancelled: what was overridden fails, and nothing else', async () => {
  const { github, set, say, answers } = start();
  await say('/override-sticky unit "test / Unit Tests"');
  await say('/override external/ci');
  github.writes.length = 0;
  await say('/override-cancel unit');
  expect(set.at(-1)).toMatchObject({ context: 'unit', state: 'failure', description: 'Override cancelled by erin' });
  await say('/override-cancel');
  expect(github.writes).toEqual(['status unit=failure', 'comment', 'status external/ci=failure', 'check test / Unit Tests=failure', 'comment']);
  await say('/override-cancel');
  expect(answers().at(-1)).toContain('there is no override to cancel');
});

test('K14: a cancelled override takes the ProwJob with it that had passed for it, and no other one', async () => {
  const { jobs, say } = start();
  await say('/override unit\n/override-sticky lint');
  const [unit] = [...jobs.all.values()].filter(({ spec }) => spec.job === 'unit');
  if (!unit) throw new Error('no job');
  const other = (name: string, over: { sha?: string; description?: string }) => jobs.all.set(name, {
    ...unit, metadata: { ...unit.metadata, name }, spec: { ...unit.spec, refs: { ...unit.spec.refs, pulls: [{ number: 1, author: 'a', ...unit.spec.refs?.pulls?.[0], sha: over.sha ?? 'head-sha' }] } } as typeof unit.spec,
    status: { ...unit.status, description: over.description ?? unit.status.description ?? '' },
  });
  other('of-an-older-head', { sha: 'older' });
  other('that-really-passed', { description: 'Job succeeded.' });
  await say('/override-cancel unit');
  const states = () => Object.fromEntries([...jobs.all.values()].map(({ metadata, spec, status: { state } }) => [metadata.name === unit.metadata.name ? 'unit' : spec.job === 'lint' ? 'lint' : metadata.name, state]));
  expect(states()).toEqual({ 'unit': 'aborted', 'lint': 'success', 'of-an-older-head': 'success', 'that-really-passed': 'success' });
  expect(jobs.all.get(unit.metadata.name)?.status).toMatchObject({ description: 'Override cancelled by erin', completionTime: unit.status.completionTime, prev_report_states: { 'github-reporter': 'aborted' } });
  await say('/override-cancel');
  expect(states()).toMatchObject({ unit: 'aborted', lint: 'aborted' });
});

test('K14: with upstream\'s style the ProwJob of a cancelled override stays', async () => {
  const { jobs, say } = start({ plugins: { comment_style: 'upstream' } });
  await say('/override unit');
  await say('/override-cancel');
  expect([...jobs.all.values()].map(({ status: { state } }) => state)).toEqual(['success']);
});

test('K14: a ProwJob that changes meanwhile is read again; a run that breaks off after it is repeated', async () => {
  const { github, jobs, say, handling } = start();
  await say('/override unit');
  const replace = jobs.replace.bind(jobs);
  let conflicts = 2;
  jobs.replace = (job, options) => (conflicts-- > 0 ? Promise.resolve('conflict') : replace(job, options));
  const it = delivery('issue_comment', commentPayload({ body: '/override-cancel', user: 'erin' }));
  const really = github.setStatus;
  github.setStatus = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(handling.run('override', it, { signal, attempt: 1 })).rejects.toThrow('away');
  expect([...jobs.all.values()].map(({ status: { state } }) => state)).toEqual(['aborted']);
  github.setStatus = really;
  await handling.run('override', it, { signal, attempt: 2 });
  expect(github.states.find(({ context }) => context === 'unit')?.state).toBe('failure');
  conflicts = 100;
  await say('/override lint');
  await expect(say('/override-cancel')).rejects.toThrow('changed all the time');
});

test('cancelled by the name of the job (K14); one that has passed since is left alone (K14)', async () => {
  const { github, say } = start();
  await say('/override lint unit');
  github.states = github.states.map((one) => (one.context === 'unit' ? status('unit', 'success', 'Job succeeded.') : one));
  github.writes.length = 0;
  await say('/override-cancel lint unit');
  expect(github.writes).toEqual(['status ci/lint=failure', 'comment']);
});

test('cancel comes before sticky, sticky before plain', async () => {
  const { github, set, say } = start();
  await say('/override unit');
  github.writes.length = 0;
  await say('/override lint\n/override-sticky unit\n/override-cancel unit');
  expect(github.writes).toEqual(['status unit=failure', 'comment', 'status unit=success', 'comment', 'status ci/lint=success', 'comment']);
  expect(set.filter(({ context }) => context === 'unit').at(-1)?.description).toContain('[prow:skip-retest]');
});

test('a run that breaks off is repeated as a whole: one job, one answer, no refusal for what is done already', async () => {
  const { github, jobs, handling, answers } = start();
  const it = delivery('issue_comment', commentPayload({ body: '/override unit external/ci "test / Unit Tests"', user: 'erin' }));
  const really = github.setStatus;
  let calls = 0;
  github.setStatus = (...args) => (++calls === 2 ? Promise.reject(new RemoteError('away', { service: 'github' })) : really(...args));
  await expect(handling.run('override', it, { signal, attempt: 1 })).rejects.toThrow('away');
  await handling.run('override', it, { signal, attempt: 2 });
  await handling.run('override', it, { signal, attempt: 3 });
  expect(jobs.all.size).toBe(1);
  expect(answers()).toHaveLength(1);
  expect(answers()[0]).toContain('- `external/ci`\n- `test / Unit Tests`\n- `unit`');
  expect(github.writes.filter((write) => write.startsWith('check'))).toHaveLength(1);
});

test.each([
  { name: 'rights', broken: { permission: () => Promise.reject(new RemoteError('away', { service: 'github' })) } },
  { name: 'contexts', broken: { contexts: () => Promise.reject(new RemoteError('away', { service: 'github' })) } },
  { name: 'protection', broken: { requiredContexts: () => Promise.reject(new RemoteError('away', { service: 'github' })) } },
])('$name cannot be read: nothing is done, and it is tried again', async ({ broken }) => {
  const { github, say } = start();
  Object.assign(github, broken);
  await expect(say('/override unit')).rejects.toThrow('away');
  expect(github.writes).toEqual([]);
});

test('a team that cannot be read is no right, and tried again; one that does not exist is nobody', async () => {
  const { github, say } = start({ plugins: TEAM });
  github.teamMembers = (_org, team) => Promise.reject('slug' in team && team.slug === 'gone' ? new NotFoundError('no team', { service: 'github' }) : new RemoteError('away', { service: 'github' }));
  await expect(say('/override unit', 'carol')).rejects.toThrow('away');
  expect(github.writes).toEqual([]);
});

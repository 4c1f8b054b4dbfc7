import { expect, test } from '@jest/globals';
import type { Presubmit } from '../../../src/config/jobs/schema.js';
import { postsubmitProwJob, presubmitProwJob } from '../../../src/config/jobs/build.js';
import type { CheckRun, ContextState } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { pressOf } from '../../../src/handlers/trigger/check.js';
import type { Pull } from '../../../src/core/event.js';
import { pullOf } from '../../../src/handlers/payload.js';
import { BOT, delivery, NOW, pullPayload, signal, snapshot, world } from '../fakes.js';
import { postsubmits, presubmits } from './jobs.js';

test.each([
  ['check_run', 'rerequested', undefined, 'one'], ['check_suite', 'rerequested', undefined, 'all'], ['check_run', 'requested_action', 'retest', 'failed'],
  ['check_run', 'requested_action', 'other', undefined], ['check_run', 'completed', undefined, undefined], ['check_run', 'created', undefined, undefined], ['check_suite', 'requested', undefined, undefined],
  ['workflow_run', 'requested', undefined, undefined],
] as const)('%s %s %s is a press: %s', (kind, action, requestedAction, want) => expect(pressOf({ kind, action, requestedAction })).toBe(want));

const UNIT = '11111111-1111-5111-8111-111111111111';
const LINT = '22222222-2222-5222-8222-222222222222';
const DEPLOY = '33333333-3333-5333-8333-333333333333';
const JOBS: readonly Presubmit[] = presubmits({ name: 'unit', always_run: true, context: 'ci/unit' }, { name: 'lint', always_run: true }, { name: 'unit-old', context: 'ci/unit', branches: ['^release'] });

interface Given {
  readonly by?: string;
  readonly author?: string;
  readonly labels?: readonly string[];
  readonly jobs?: readonly Presubmit[];
  readonly head?: string;
  readonly state?: 'open' | 'closed';
  readonly mergeable?: boolean | null;
  readonly states?: readonly ContextState[];
  readonly runs?: readonly CheckRun[];
  /** ProwJobs that are gone. */
  readonly collected?: boolean;
  readonly found?: readonly number[];
  readonly style?: 'quiet' | 'upstream';
}

const HEAD = 'a'.repeat(40);
function pull(over: Partial<Pull>): Pull {
  const found = pullOf(pullPayload({ action: 'opened' }) as Readonly<Record<string, unknown>>);
  if (!found) throw new Error('no pull request');
  return { ...found, ...over };
}
const run = (name: string, externalId: string, status = 'completed'): CheckRun => ({ id: 1, name, status, conclusion: 'failure', externalId });

async function press(event: 'check_run' | 'check_suite', over: object, { by = 'alice', author = 'author', labels = [], jobs = JOBS, head = HEAD, state = 'open', mergeable = null, states = [], runs = [], collected = false, found = [], style = 'quiet' }: Given = {}) {
  const made = world(snapshot({ enabled: ['trigger'], presubmits: jobs, postsubmits: postsubmits({ name: 'deploy' }), plugins: { comment_style: style } }));
  const { github, jobs: prowjobs } = made;
  const one = pull({ headSha: head, state, mergeable, author: { login: author, type: 'User' } });
  github.pulls.set(1, one);
  github.labelsOf.set(1, new Set(labels));
  github.states = states;
  github.checks = runs;
  github.withCommit.set(HEAD, found);
  const config = snapshot().prow;
  if (!collected) {
    for (const [name, job] of [[UNIT, JOBS[0]], [LINT, JOBS[1]]] as const) if (job) prowjobs.all.set(name, presubmitProwJob(job, { config, pull: { ...one, headSha: HEAD }, baseSha: 'b', now: NOW, labels: {}, name }));
    const [deploy] = postsubmits({ name: 'deploy' });
    const pushed = { repo: { org: 'o', name: 'r' }, ownerName: 'o', repoUrl: 'https://github.com/o/r', ref: 'refs/heads/main', after: HEAD, compareUrl: '' };
    if (deploy) prowjobs.all.set(DEPLOY, postsubmitProwJob(deploy, { config, push: pushed, now: NOW, labels: {}, name: DEPLOY }));
  }
  const before = new Set(prowjobs.all.keys());
  const check = { id: 9, head_sha: HEAD, app: { slug: 'prow-app' }, pull_requests: [], ...over };
  const { action = 'rerequested', requested_action, ...rest } = check as typeof check & { action?: string; requested_action?: object };
  const what = delivery(event, { action, ...(requested_action ? { requested_action } : {}), repository: { name: 'r', full_name: 'o/r', owner: { login: 'o' } }, sender: { login: by, type: 'User' }, [event]: rest });
  const handling = createHandling(made.deps);
  const go = () => handling.run('trigger', what, { signal, attempt: 1 });
  await go();
  const started = () => [...prowjobs.all.values()].filter(({ metadata }) => !before.has(metadata.name));
  return { ...made, go, started, names: started().map(({ spec }) => spec.job).sort(), said: (github.commentsOf.get(1) ?? []).map(({ body }) => body) };
}

const unit = { name: 'ci/unit', external_id: UNIT };

test.each<{ name: string; over?: object; given?: Given; jobs: readonly string[]; said?: RegExp }>([
  { name: 'a member', jobs: ['unit'] },
  { name: 'a collaborator', given: { by: 'carol' }, jobs: ['unit'] },
  { name: 'a stranger on a stranger’s pull request', given: { by: 'mallory' }, jobs: [], said: /^@mallory: I cannot run tests of this pull request yet.*\/ok-to-test/s },
  { name: 'a stranger on a trusted one', given: { by: 'mallory', author: 'alice' }, jobs: ['unit'] },
  { name: 'a stranger on one that somebody vouched for', given: { by: 'mallory', labels: ['ok-to-test'] }, jobs: ['unit'] },
  { name: 'the bot itself', given: { by: BOT }, jobs: [] },
  { name: 'another App’s check', over: { app: { slug: 'other' } }, jobs: [] },
  { name: 'a check of ours that is no job', over: { name: 'tide', external_id: 'fingerprint' }, jobs: [] },
  { name: 'a closed pull request', given: { state: 'closed' }, jobs: [] },
  { name: 'an older commit', given: { head: 'c'.repeat(40) }, jobs: [], said: /no longer the newest.*`\/test NAME`/s },
  { name: 'a job that is configured no more', given: { jobs: presubmits({ name: 'lint', always_run: true }) }, jobs: [], said: /`ci\/unit`.*`\/test \?`/s },
  { name: 'a conflict', given: { mergeable: false }, jobs: [], said: /conflicts with its base/ },
  { name: 'a conflict, as upstream has it', given: { mergeable: false, style: 'upstream' }, jobs: [] },
  { name: 'a ProwJob that is gone, the payload naming the pull request', over: { pull_requests: [{ number: 1 }] }, given: { collected: true }, jobs: ['unit'] },
  { name: 'a ProwJob that is gone, of a fork', given: { collected: true, found: [1] }, jobs: ['unit'] },
  { name: 'a pull request that only contains the commit is left alone', given: { collected: true, found: [1], head: 'c'.repeat(40) }, jobs: [] },
  { name: 'a ProwJob that is gone, and no pull request to be found', given: { collected: true }, jobs: [] },
])('Re-run of a check: $name', async ({ over = {}, given = {}, jobs, said }) => {
  const made = await press('check_run', { ...unit, ...over }, given);
  expect(made.names).toEqual(jobs);
  expect(made.said).toEqual(said ? [expect.stringMatching(said)] : []);
});

test('a press that is delivered twice starts once, and the job is as /test makes it', async () => {
  const made = await press('check_run', unit);
  await made.go();
  expect(made.started().map(({ spec, metadata }) => [spec.type, spec.context, spec.refs?.pulls?.[0]?.sha, spec.refs?.base_sha, metadata.labels?.['prow.k8s.io/retest']])).toEqual([['presubmit', 'ci/unit', HEAD, 'tip-of-main', undefined]]);
});

test('what nobody pressed reads nothing', async () => {
  const made = await press('check_run', { ...unit, action: 'completed' });
  expect([made.github.reads, made.names]).toEqual([[], []]);
});

test('Re-run of all: every finished job of ours, on whichever it ran', async () => {
  const runs = [run('ci/unit', UNIT), run('lint', LINT, 'in_progress'), run('tide', 'x'), run('foreign', ''), run('deploy', DEPLOY)];
  expect((await press('check_suite', {}, { runs })).names).toEqual(['deploy', 'unit']);
});

test('the button on a failed check does what /retest does', async () => {
  const state = (context: string, of: ContextState['state']): ContextState => ({ context, state: of, description: '', url: '', source: 'check' });
  const retest = { ...unit, action: 'requested_action', requested_action: { identifier: 'retest' } };
  const made = await press('check_run', retest, { states: [state('ci/unit', 'success'), state('lint', 'failure')] });
  expect(made.started().map(({ spec, metadata }) => [spec.job, metadata.labels?.['prow.k8s.io/retest']])).toEqual([['lint', 'true']]);
  expect((await press('check_run', retest, { states: [state('ci/unit', 'pending'), state('lint', 'success')] })).names).toEqual([]);
  expect((await press('check_run', { ...retest, requested_action: { identifier: 'other' } }, { states: [state('lint', 'failure')] })).names).toEqual([]);
});

test.each([['alice', ['deploy']], ['mallory', []]] as const)('a postsubmit runs again on its commit when %s asks: %j', async (by, want) => {
  const made = await press('check_run', { name: 'deploy', external_id: DEPLOY }, { by });
  expect(made.names).toEqual(want);
  for (const { spec } of made.started()) expect(spec).toMatchObject({ type: 'postsubmit', refs: { base_ref: 'main', base_sha: HEAD } });
});

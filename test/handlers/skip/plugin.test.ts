import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideSkip } from '../../../src/handlers/skip/decide.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { commentPayload, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';
import { presubmits } from '../trigger/jobs.js';

const state = (context: string, of: ContextState['state'], source: ContextState['source'] = 'status'): ContextState => ({ context, state: of, source, description: 'as it was', url: `https://x/${context}` });

test.each<{ name: string; jobs: readonly Readonly<Record<string, unknown>>[]; states: readonly ContextState[]; started?: readonly string[]; want: readonly string[] }>([
  { name: 'optional and failed', jobs: [{ name: 'a', optional: true }], states: [state('a', 'failure')], want: ['a'] },
  { name: 'optional and pending', jobs: [{ name: 'a', optional: true }], states: [state('a', 'pending')], want: ['a'] },
  { name: 'optional and erroneous', jobs: [{ name: 'a', optional: true }], states: [state('a', 'error')], want: ['a'] },
  { name: 'optional and fine', jobs: [{ name: 'a', optional: true }], states: [state('a', 'success')], want: [] },
  { name: 'never reported', jobs: [{ name: 'a', optional: true }], states: [], want: [] },
  { name: 'required', jobs: [{ name: 'a' }], states: [state('a', 'failure')], want: [] },
  { name: 'one that reports nothing is not required', jobs: [{ name: 'a', skip_report: true }], states: [state('a', 'failure')], want: ['a'] },
  { name: 'nobody’s', jobs: [], states: [state('a', 'failure')], want: [] },
  { name: 'just about to run', jobs: [{ name: 'a', optional: true }, { name: 'b', optional: true }], states: [state('a', 'failure'), state('b', 'failure')], started: ['a'], want: ['b'] },
  { name: 'a job of another branch has no say', jobs: [{ name: 'a', optional: true, branches: ['^release-'] }], states: [state('a', 'failure')], want: [] },
  { name: 'required on another branch only', jobs: [{ name: 'a', context: 'c', optional: true, branches: ['^main$'] }, { name: 'b', context: 'c', branches: ['^release-'] }], states: [state('c', 'failure')], want: ['c'] },
  { name: 'required by one of two', jobs: [{ name: 'a', context: 'c', optional: true }, { name: 'b', context: 'c' }], states: [state('c', 'failure')], want: [] },
])('4.7.4: $name', ({ jobs, states, started = [], want }) =>
  expect(decideSkip({ presubmits: presubmits(...jobs), branch: 'main', states, started: new Set(started) }).map(({ context }) => context)).toEqual(want));

const JOBS = presubmits({ name: 'unit', always_run: true }, { name: 'lint', context: 'ci/lint', optional: true, always_run: true }, { name: 'docs', optional: true, run_if_changed: '^docs/' });

interface Case {
  readonly name: string;
  readonly said?: Partial<Parameters<typeof commentPayload>[0]>;
  readonly states?: readonly ContextState[];
  readonly changed?: readonly string[];
  readonly config?: object;
  readonly writes: readonly string[];
}

function start({ states = [state('unit', 'failure'), state('ci/lint', 'failure'), state('docs', 'pending')], changed = [], config = {} }: Partial<Case>) {
  const made = world(snapshot({ enabled: ['skip'], presubmits: JOBS, plugins: { ...config } }));
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened' })) });
  if (opened.kind === 'pull_request') made.github.pulls.set(1, opened.pull);
  made.github.states = states;
  made.github.changed = changed;
  return made;
}

test.each<Case>([
  { name: 'optional contexts pass', writes: ['status ci/lint=success', 'status docs=success'] },
  { name: 'anybody may', said: { user: 'mallory' }, writes: ['status ci/lint=success', 'status docs=success'] },
  { name: 'a check run of a job gets a check run', states: [state('ci/lint', 'failure', 'check')], writes: ['check ci/lint'] },
  { name: 'both where both are', states: [state('ci/lint', 'failure', 'check'), state('ci/lint', 'failure')], writes: ['check ci/lint', 'status ci/lint=success'] },
  { name: 'what the comment starts is not skipped', said: { body: '/skip\n/test lint' }, writes: ['status docs=success'] },
  { name: 'nor what it retests', said: { body: '/skip\r\n/retest' }, writes: ['status docs=success'] },
  { name: '/test all, where the job would run', said: { body: '/test all\n/skip' }, changed: ['docs/a'], writes: ['comment'] },
  { name: '/test all, where it would not', said: { body: '/test all\n/skip' }, changed: ['src/a'], writes: ['status docs=success'] },
  { name: '/ok-to-test starts them, too', said: { body: '/ok-to-test\n/skip' }, changed: ['docs/a'], writes: ['comment'] },
  { name: 'but not where it has no effect', said: { body: '/ok-to-test\n/skip' }, changed: ['docs/a'], config: { triggers: [{ repos: ['o'], ignore_ok_to_test: true }] }, writes: ['status ci/lint=success', 'status docs=success'] },
  { name: 'nothing to skip is said', states: [state('unit', 'failure')], writes: ['comment'] },
  { name: 'but not in the upstream style', states: [state('unit', 'failure')], config: { comment_style: 'upstream' }, writes: [] },
  { name: 'closed', said: { state: 'closed' }, writes: [] },
  { name: 'on an issue', said: { on: 'issue' }, writes: [] },
  { name: 'edited', said: { action: 'edited' }, writes: [] },
  { name: 'with something behind it', said: { body: '/skip lint' }, writes: [] },
])('4.7: $name', async (it) => {
  const { github, deps } = start(it);
  await createHandling(deps).run('skip', delivery('issue_comment', commentPayload({ body: '/skip', ...it.said })), { signal, attempt: 1 });
  expect(github.writes).toEqual(it.writes);
  expect(github.reads.filter((read) => read !== 'files').length).toBeLessThanOrEqual(2);
});

test("the repository's own jobs count, and a configuration that cannot be used is said", async () => {
  const own = { prow: { in_repo_config: { enabled: { o: true } } } };
  for (const fault of [undefined, { kind: 'conflict', message: 'conflict' } as const]) {
    const { github, deps } = start({});
    const config = { ...snapshot({ enabled: ['skip'], ...own }) };
    const asked: unknown[] = [];
    const jobsAt = (_config: unknown, at: unknown) => {
      asked.push(at);
      return Promise.resolve({ presubmits: JOBS, postsubmits: [], fault });
    };
    await createHandling({ ...deps, config: { current: () => config, problem: () => undefined }, inRepo: { jobsAt } }).run('skip', delivery('issue_comment', commentPayload({ body: '/skip' })), { signal, attempt: 1 });
    expect(asked).toEqual([{ repo: { org: 'o', name: 'r' }, branch: 'main', baseSha: 'tip-of-main', heads: ['head-sha'] }]);
    expect(github.writes).toEqual(fault ? ['comment'] : ['status ci/lint=success', 'status docs=success']);
  }
});

test('4.7.1: a configuration that cannot be used is not mentioned in the upstream style', async () => {
  const { github, deps } = start({});
  const config = snapshot({ enabled: ['skip'], prow: { in_repo_config: { enabled: { o: true } } }, plugins: { comment_style: 'upstream' } });
  const jobsAt = () => Promise.resolve({ presubmits: JOBS, postsubmits: [], fault: { kind: 'conflict', message: 'conflict' } as const });
  await createHandling({ ...deps, config: { current: () => config, problem: () => undefined }, inRepo: { jobsAt } }).run('skip', delivery('issue_comment', commentPayload({ body: '/skip' })), { signal, attempt: 1 });
  expect(github.writes).toEqual([]);
});

test('a state that cannot be set is tried again', async () => {
  const { github, deps } = start({});
  github.setStatus = () => Promise.reject(new RemoteError('away', { service: 'github' }));
  await expect(createHandling(deps).run('skip', delivery('issue_comment', commentPayload({ body: '/skip' })), { signal, attempt: 1 })).rejects.toThrow('away');
});

import { expect, test } from '@jest/globals';
import type { PoolMember } from '../../src/core/ports/merging.js';
import { decideOn, survey } from '../../src/tide/decide.js';
import { explain } from '../../src/tide/answer.js';
import { runPool } from '../../src/tide/pool.js';
import { fingerprint, verdictOf } from '../../src/tide/status.js';
import { fakeDeps, FakeGitHub } from './fakes.js';
import { FakeJobs } from './fakeJobs.js';
import { NOW, OTHER, check, member, presubmit, run, running, snapshot, status, tests, world } from './fixtures.js';

const MAIN = { org: 'acme', name: 'app', branch: 'main' };
const MIN = 60_000;
const UNIT = presubmit('unit', { extra_refs: [], labels: {}, annotations: {}, rerun_command: '/test unit', agent: 'kubernetes', cluster: 'default' });
const stale = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${OTHER}`)], ...facts });

/** Six runs of `unit` that passed, ten minutes each, on a base of long ago. */
function seen(jobs: FakeJobs): FakeJobs {
  for (let n = 0; n < 6; n++) {
    const end = NOW - (n + 1) * 60 * MIN;
    jobs.all.set(`old-${n}`, {
      apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: `old-${n}` }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit', context: 'unit', refs: { org: 'acme', repo: 'app', base_ref: 'main', base_sha: 'd'.repeat(40), pulls: [{ number: 90 + n, author: 'x', sha: 'e'.repeat(40) }] } },
      status: { state: 'success', startTime: new Date(end - 10 * MIN).toISOString(), completionTime: new Date(end).toISOString() },
    });
  }
  return jobs;
}

test('what is being tested is told its place and a range, in the check and on the pages', async () => {
  const github = new FakeGitHub([stale(1), stale(2, { labels: [] })]);
  const deps = { ...fakeDeps(github), jobs: seen(new FakeJobs()) };
  await runPool(MAIN, snapshot({}, { presubmits: [UNIT] }), deps);
  const [first, second] = deps.views.known.get('acme/app@main')?.pulls ?? [];
  expect(first).toMatchObject({ queue: { place: 1, of: 1 }, merge: { from: NOW + 10 * MIN, to: NOW + 10 * MIN, basis: 'runs', count: 6 }, headRef: 'patch-1' });
  expect([second?.queue, second?.merge]).toEqual([undefined, undefined]);
  expect(github.verdicts.find(({ verdict }) => verdict.title.includes('Retesting'))?.verdict.summary).toContain('It is number 1 of 1 in line. It will probably merge by 2030-01-01 12:10 UTC, from the last 6 runs of its jobs.');
});

test('history that cannot be read costs the estimate alone', async () => {
  const github = new FakeGitHub([stale(1)]);
  const deps = { ...fakeDeps(github), jobs: seen(new FakeJobs()) };
  const away = { ...deps, views: { ...deps.views, merges: () => Promise.reject(new Error('Redis is away')) } };
  await runPool(MAIN, snapshot({}, { presubmits: [UNIT] }), away);
  expect(deps.views.known.get('acme/app@main')?.pulls[0]).toMatchObject({ state: 'pending', queue: { place: 1 } });
  expect(deps.views.known.get('acme/app@main')?.pulls[0]?.merge).toBeUndefined();
});

test('since when a job runs is told', () => {
  const of = world([stale(1)], { tests: tests([stale(1)], [run(1, { state: 'running', startedAt: NOW - 4 * MIN })]) }, snapshot({}, { presubmits: [presubmit('unit')] }));
  expect(explain(decideOn(survey(of), undefined), of, undefined).get(1)?.reasons).toMatchObject([{ kind: 'context_pending', since: NOW - 4 * MIN }]);
});

/** What identifies the check of the last of so many that are ready, some minutes later. */
function written(ready: number, later = 0, facts: Partial<PoolMember> = {}): string {
  const members = [...Array.from({ length: ready - 1 }, (_, n) => member(n + 1)), member(99, facts)];
  const of = world(members, { now: NOW + later });
  const decided = decideOn(survey(of), undefined);
  const pace = { merges: [MIN, MIN, MIN, MIN, MIN], runs: new Map(), batchesLost: undefined };
  const judged = decided.judged.find((one) => one.member.number === 99);
  const verdict = judged && verdictOf(judged, of, explain(decided, of, pace).get(99));
  return verdict ? fingerprint(verdict) : '';
}

test.each([
  { name: 'time alone', a: written(5), b: written(5, 7 * MIN), same: true },
  { name: 'moving up far behind', a: written(14), b: written(13), same: true },
  { name: 'coming near', a: written(8), b: written(7), same: false },
  { name: 'coming to the second place', a: written(3), b: written(2), same: false },
  { name: 'another reason', a: written(5), b: written(5, 0, { marks: [check('build', running)] }), same: false },
])('a check is written anew for what matters: $name', ({ a, b, same }) => expect(a === b).toBe(same));

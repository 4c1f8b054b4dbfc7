import { expect, test } from '@jest/globals';
import { createClaims } from '../../src/adapters/claims.js';
import { createMetrics } from '../../src/adapters/metrics.js';
import type { Change } from '../../src/core/ports/kube.js';
import type { Labels } from '../../src/core/ports/metrics.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { countProwJobs, followTransitions, labelsOf } from '../../src/jobs/measure.js';
import { testRedis } from '../support/redis.js';

const refs = { org: 'acme', repo: 'shop', base_ref: 'main' };
const job = (name: string, state: ProwJob['status']['state'], more: Partial<ProwJob['spec']> = {}, labels: Readonly<Record<string, string>> = {}): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels }, spec: { type: 'presubmit', agent: 'kubernetes', namespace: 'pods', cluster: 'default', job: 'unit', refs, ...more }, status: { state },
});
const base = { job_namespace: 'pods', job_name: 'unit', type: 'presubmit', state: 'pending', org: 'acme', repo: 'shop', base_ref: 'main', cluster: 'default', retest: 'false' };
const without = ({ spec: { refs: _refs, ...spec }, ...rest }: ProwJob): ProwJob => ({ ...rest, spec });

test.each<{ name: string; job: ProwJob; want: Labels }>([
  { name: 'a presubmit', job: job('a', 'pending'), want: base },
  { name: 'a retest', job: job('a', 'pending', {}, { 'prow.k8s.io/retest': 'true' }), want: { ...base, retest: 'true' } },
  { name: 'refs of a periodic are its first extra ones', job: without(job('a', 'success', { type: 'periodic', extra_refs: [{ ...refs, repo: 'tools' }, refs] })), want: { ...base, type: 'periodic', state: 'success', repo: 'tools' } },
  { name: 'one without any', job: without(job('a', 'success', { type: 'periodic' })), want: { ...base, type: 'periodic', state: 'success', org: '', repo: '', base_ref: '' } },
])('labels of $name', ({ job: one, want }) => expect(labelsOf(one)).toEqual(want));

test('equal ones are counted together, and what is gone is told no longer', async () => {
  const metrics = createMetrics();
  metrics.replace('prowjobs', countProwJobs([job('a', 'pending'), job('b', 'pending'), job('c', 'success')]));
  const told = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('prowjobs{')).map((line) => [/state="(\w+)"/.exec(line)?.[1], line.split(' ').at(-1)]).sort();
  expect(await told()).toEqual([['pending', '2'], ['success', '1']]);
  metrics.replace('prowjobs', countProwJobs([job('a', 'success')]));
  expect(await told()).toEqual([['success', '1']]);
});

test('each state is counted once in all processes, and nothing that was there before', async () => {
  await using connection = testRedis();
  const counted: string[] = [];
  const pending: Promise<unknown>[] = [];
  let synced = false;
  const listeners: ((change: Change<ProwJob>) => void)[] = [];
  const index = { synced: () => synced, onChange: (listener: (change: Change<ProwJob>) => void) => { listeners.push(listener); return () => { listeners.splice(listeners.indexOf(listener), 1); }; } };
  const stops = [0, 1].map(() => {
    const first = createClaims(connection, 'transition');
    return followTransitions({ index, count: ({ state = '' }) => { counted.push(state); }, failed: (error) => { throw error; }, claim: (identity) => { const claim = first(identity); pending.push(claim); return claim; } });
  });
  const tell = async (old: ProwJob | undefined, now: ProwJob | undefined): Promise<void> => {
    for (const listener of listeners) listener({ key: { namespace: '', name: 'a' }, old, now });
    await Promise.all(pending.splice(0));
    await Promise.resolve();
  };
  await tell(undefined, job('old', 'pending'));
  expect(counted).toEqual([]);
  synced = true;
  await tell(undefined, job('a', 'triggered'));
  await tell(job('a', 'triggered'), job('a', 'triggered', {}, { changed: 'label' }));
  await tell(job('a', 'triggered'), job('a', 'pending'));
  await tell(job('old', 'pending'), job('old', 'success'));
  await tell(job('old', 'success'), undefined);
  expect(counted).toEqual(['triggered', 'pending', 'success']);
  for (const stop of stops) stop();
  expect(listeners).toEqual([]);
});

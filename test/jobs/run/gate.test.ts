import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ProwJob, Refs } from '../../../src/core/prowjob.js';
import { gate, isGated, startable, type Capacities } from '../../../src/jobs/run/gate.js';
import { superseded } from '../../../src/jobs/run/superseded.js';

interface Of { readonly name: string; readonly job?: string; readonly state?: ProwJob['status']['state']; readonly created?: number; readonly limit?: number; readonly queue?: string }
const jobOf = ({ name, job = 'unit', state = 'triggered', created = 0, limit, queue }: Of): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, creationTimestamp: new Date(created * 1_000).toISOString() },
  spec: { type: 'presubmit', agent: 'kubernetes', job, ...(limit && { max_concurrency: limit }), ...(queue && { job_queue_name: queue }) }, status: { state },
});
const free: Capacities = { all: 0, queues: { one: 1, shut: 0, wide: -1 } };

test.each<{ name: string; job: Of; others?: readonly Of[]; all?: number; want: boolean | 'never' }>([
  { name: 'no limits', job: { name: 'a' }, others: [{ name: 'b', state: 'pending' }], want: true },
  { name: 'all are busy', job: { name: 'a' }, others: [{ name: 'b', job: 'other', state: 'pending' }, { name: 'c', job: 'more', state: 'pending' }], all: 2, want: false },
  { name: 'triggered ones do not count for all', job: { name: 'a' }, others: [{ name: 'b', state: 'pending' }, { name: 'c' }], all: 2, want: true },
  { name: 'one of the job runs', job: { name: 'a', limit: 1 }, others: [{ name: 'b', state: 'pending', created: 9 }], want: false },
  { name: 'another job does not count', job: { name: 'a', limit: 1 }, others: [{ name: 'b', job: 'other', state: 'pending' }], want: true },
  { name: 'an older one goes first', job: { name: 'a', limit: 1, created: 2 }, others: [{ name: 'b', created: 1 }], want: false },
  { name: 'a newer one does not', job: { name: 'a', limit: 1, created: 1 }, others: [{ name: 'b', created: 2 }], want: true },
  { name: 'in one second the name decides', job: { name: 'b', limit: 1 }, others: [{ name: 'a' }], want: false },
  { name: 'in one second the name decides, the other way', job: { name: 'a', limit: 1 }, others: [{ name: 'b' }], want: true },
  { name: 'itself does not count', job: { name: 'a', limit: 1 }, others: [{ name: 'a', state: 'pending' }], want: true },
  { name: 'the queue is full of other jobs', job: { name: 'a', queue: 'one' }, others: [{ name: 'b', job: 'other', queue: 'one', state: 'pending' }], want: false },
  { name: 'the queue is closed', job: { name: 'a', queue: 'shut' }, want: false },
  { name: 'the queue has no limit', job: { name: 'a', queue: 'wide' }, others: [{ name: 'b', queue: 'wide', state: 'pending' }], want: true },
  { name: 'nobody knows the queue', job: { name: 'a', queue: 'toString' }, want: 'never' },
])('$name', ({ job, others = [], all = 0, want }) => expect(gate(jobOf(job), others.map(jobOf), { ...free, all }).open).toBe(want));

test('those that are woken are those whose gate is open, the oldest first, and no more than there are free places', () => {
  const seed = Number(process.env.PROW_SEED ?? Date.now() % 1_000_000);
  const one = fc.record({
    job: fc.constantFrom('a', 'b', 'c'), state: fc.constantFrom('triggered' as const, 'pending' as const), created: fc.nat(3),
    limit: fc.constantFrom(undefined, 1, 2, 3), queue: fc.constantFrom(undefined, 'one', 'shut', 'wide'), agent: fc.constantFrom('kubernetes', 'kubernetes', 'jenkins'),
  });
  fc.assert(fc.property(fc.array(one, { maxLength: 14 }), fc.nat(4), (many, all) => {
    const jobs = many.map(({ limit, queue, agent, ...rest }, at) => {
      const made = jobOf({ ...rest, name: `j${String(at).padStart(2, '0')}`, ...(limit && { limit }), ...(queue && { queue }) });
      return { ...made, spec: { ...made.spec, agent } };
    });
    const ours = jobs.filter(({ spec }) => spec.agent === 'kubernetes');
    const open = ours.filter((job) => job.status.state === 'triggered' && isGated(job, { all }) && gate(job, ours, { ...free, all }).open === true)
      .map(({ metadata }) => metadata).sort((x, y) => ((x.creationTimestamp ?? '') < (y.creationTimestamp ?? '') || (x.creationTimestamp === y.creationTimestamp && x.name < y.name) ? -1 : 1)).map(({ name }) => name);
    const places = all === 0 ? open.length : Math.max(0, all - ours.filter(({ status }) => status.state === 'pending').length);
    expect(startable(jobs, { ...free, all })).toEqual(open.slice(0, places));
  }), { seed, numRuns: 1_000 });
});

interface Run { readonly name: string; readonly start: number; readonly pulls?: readonly number[]; readonly base?: string; readonly type?: ProwJob['spec']['type']; readonly state?: ProwJob['status']['state']; readonly done?: true; readonly extra?: readonly string[] }
const refs = (pulls: readonly number[], base: string): Refs => ({ org: 'o', repo: 'r', base_ref: base, base_sha: `sha of ${pulls.join()}`, pulls: pulls.map((number) => ({ number, author: 'x', sha: String(Math.random()) })) });
const runOf = ({ name, start, pulls = [1], base = 'main', type = 'presubmit', state = 'pending', done, extra = [] }: Run): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name },
  spec: { type, agent: 'kubernetes', job: 'unit', refs: refs(pulls, base), extra_refs: extra.map((repo) => ({ org: 'o', repo, base_ref: 'main' })) },
  status: { state, startTime: new Date(start * 1_000).toISOString(), ...(done && { completionTime: new Date(0).toISOString() }) },
});

test.each<{ name: string; runs: readonly Run[]; old: readonly string[] }>([
  { name: 'the older of two', runs: [{ name: 'a', start: 1 }, { name: 'b', start: 2 }], old: ['a'] },
  { name: 'whatever their order', runs: [{ name: 'b', start: 2 }, { name: 'a', start: 1 }, { name: 'c', start: 3 }], old: ['a', 'b'] },
  { name: 'of two at once the first met stays', runs: [{ name: 'a', start: 1 }, { name: 'b', start: 1 }], old: ['b'] },
  { name: 'other base branches are other jobs', runs: [{ name: 'a', start: 1 }, { name: 'b', start: 2, base: 'release' }], old: [] },
  { name: 'other pull requests, too', runs: [{ name: 'a', start: 1 }, { name: 'b', start: 2, pulls: [2] }], old: [] },
  { name: 'the order of pull requests and extra refs does not matter', runs: [{ name: 'a', start: 1, pulls: [1, 2], extra: ['x', 'y'] }, { name: 'b', start: 2, pulls: [2, 1], extra: ['y', 'x'] }], old: ['a'] },
  { name: 'batches never', runs: [{ name: 'a', start: 1, type: 'batch' }, { name: 'b', start: 2, type: 'batch' }], old: [] },
  { name: 'what is complete or being ended does not take part', runs: [{ name: 'a', start: 1 }, { name: 'b', start: 2, done: true }, { name: 'c', start: 3, state: 'aborted' }], old: [] },
])('superseded: $name', ({ runs, old }) => expect(superseded(runs.map(runOf)).map(({ metadata }) => metadata.name).sort()).toEqual(old));

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RemoteError } from '../../src/core/errors.js';
import type { PoolMember } from '../../src/core/ports/merging.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { compileMatchers } from '../../src/config/jobs/match.js';
import { runPool } from '../../src/tide/pool.js';
import { fakeDeps, FakeGitHub } from './fakes.js';
import { FakeJobs, numbers } from './fakeJobs.js';
import { BASE, headOf, member, OTHER, presubmit, snapshot, status } from './fixtures.js';
import { runs } from '../support/tier.js';

const MAIN = { org: 'acme', name: 'app', branch: 'main' };
const UNIT = presubmit('unit', { extra_refs: [], labels: {}, annotations: {}, rerun_command: '/test unit', agent: 'kubernetes', cluster: 'default' });
const config = (tide: object = {}) => snapshot(tide, { presubmits: [UNIT] });
const stale = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${OTHER}`)], ...facts });

function scene(members: readonly PoolMember[]) {
  const github = new FakeGitHub(members);
  github.kind = 'token';
  const jobs = new FakeJobs();
  const deps = { ...fakeDeps(github), jobs };
  const look = (tide: object = {}) => runPool(MAIN, config(tide), deps);
  return { github, jobs, deps, look };
}
/** What the reporter writes. */
function report(github: FakeGitHub, { spec }: ProwJob, state: 'success' | 'failure' | 'pending'): void {
  const [pull] = spec.refs?.pulls ?? [];
  const open = github.open.get(pull?.number ?? 0);
  if (spec.type !== 'presubmit' || !open || open.headSha !== pull?.sha) return;
  github.open.set(open.number, { ...open, marks: [...open.marks.filter(({ name }) => name !== spec.context), status(spec.context ?? '', state, `${state} BaseSHA:${spec.refs?.base_sha ?? ''}`)] });
}

test('a serial test: made once however often it is decided, labelled, on the base as it is; then merged', async () => {
  const { github, jobs, look } = scene([stale(1)]);
  jobs.shown = new Map();
  await look();
  await look();
  jobs.shown = undefined;
  await look();
  const [job, ...more] = jobs.all.values();
  expect(more).toEqual([]);
  expect(job?.metadata.labels).toMatchObject({ 'created-by-tide': 'true', 'prow.k8s.io/type': 'presubmit', 'prow.k8s.io/refs.pull': '1' });
  expect(job?.metadata.labels).not.toHaveProperty('event-GUID');
  expect(job?.spec).toMatchObject({ report: true, refs: { org: 'acme', repo: 'app', base_ref: 'main', base_sha: BASE, repo_link: 'https://github.com/acme/app', base_link: `https://github.com/acme/app/tree/${BASE}`, pulls: [{ number: 1, sha: headOf(1), commit_link: `https://github.com/acme/app/commit/${headOf(1)}`, author_link: 'https://github.com/octocat' }] } });
  if (!job) return;
  jobs.end(job.metadata.name, 'success');
  report(github, job, 'success');
  await look();
  expect(github.merged.get(1)).toMatchObject({ head: headOf(1), ontoBase: BASE });
});

test('a batch: who conflicts is left out, all are in one ProwJob, and they merge in order', async () => {
  const { github, jobs, deps, look } = scene([stale(1), stale(2), stale(3)]);
  jobs.merges = (heads) => !(heads.includes(headOf(1)) && heads.includes(headOf(2)));
  await look();
  expect(jobs.running().map((job) => [job.spec.type, numbers(job), job.spec.refs?.base_sha, job.spec.report])).toEqual([['batch', '1+3', BASE, undefined]]);
  expect(deps.views.known.get('acme/app@main')).toMatchObject({ action: 'TRIGGER_BATCH', target: [1, 3], batchPending: [1, 3] });
  await look();
  expect(jobs.running().map(numbers)).toEqual(['1+3', '1']);
  jobs.end(jobs.running()[0]?.metadata.name ?? '', 'success');
  await look();
  expect([...github.merged].map(([number, { ontoBase }]) => [number, ontoBase])).toEqual([[1, BASE], [3, github.merged.get(1)?.sha]]);
  expect(deps.views.known.get('acme/app@main')).toMatchObject({ action: 'MERGE_BATCH', target: [1, 3] });
});

describe('I5: a batch stops where it can no longer be what was tested', () => {
  const greenBatch = async () => {
    const all = scene([stale(1), stale(2), stale(3)]);
    await all.look();
    all.jobs.end(all.jobs.running()[0]?.metadata.name ?? '', 'success');
    return all;
  };
  test('S8: a member is refused: those behind it do not merge', async () => {
    const { github, jobs, look } = await greenBatch();
    github.answers.push(() => {}, { kind: 'unmergeable', message: 'no' });
    await look();
    expect([...github.merged.keys()]).toEqual([1]);
    await look();
    expect(jobs.running().map(numbers)).not.toContain('2+3');
    expect(github.merged.has(3)).toBe(false);
  });
  test('the base moves in between', async () => {
    const { github, look } = await greenBatch();
    github.before = (call) => { if (call === 'base' && github.merged.size === 1) github.base = 'e'.repeat(40); };
    await look();
    expect([...github.merged.keys()]).toEqual([1]);
  });
  test('GitHub says for a moment that the base was modified: the rest merges afterwards, untested again', async () => {
    const { github, jobs, look } = await greenBatch();
    github.answers.push(() => {}, { kind: 'base_changed', message: 'Base branch was modified' });
    await look();
    expect([...github.merged.keys()]).toEqual([1]);
    await look();
    expect([...github.merged.keys()]).toEqual([1, 2, 3]);
    expect(jobs.all.size).toBe(1);
  });
  test('a worker that dies between two merges: the next one goes on', async () => {
    const { github, jobs, look } = await greenBatch();
    github.before = (call) => { if (call === 'merge 2') throw new Error('killed'); };
    await expect(look()).rejects.toThrow('killed');
    github.before = () => {};
    await look();
    expect([...github.merged.keys()]).toEqual([1, 2, 3]);
    expect(jobs.all.size).toBe(1);
  });
});

test('a batch job that was deleted is created again, and is the same one', async () => {
  const { jobs, look } = scene([stale(1), stale(2)]);
  await look();
  const [name] = jobs.all.keys();
  jobs.all.clear();
  await look();
  expect([...jobs.all.keys()]).toContain(name);
  expect([...jobs.all.values()].filter(({ spec }) => spec.type === 'batch')).toHaveLength(1);
});

test('a job that cannot be run is tried three times, each under a name of its own, and no more', async () => {
  const { github, jobs, look } = scene([stale(1)]);
  for (let n = 0; n < 6; n++) {
    await look();
    for (const job of jobs.running()) { jobs.end(job.metadata.name, 'error'); report(github, job, 'failure'); }
  }
  expect(jobs.all.size).toBe(3);
  expect(github.merged.size).toBe(0);
});

test('a pool whose jobs are not known yet waits, and looks again', async () => {
  const { github, jobs, deps, look } = scene([member(1, { marks: [status('unit', 'success', `ok BaseSHA:${BASE}`)] })]);
  jobs.isSynced = false;
  expect(await look()).toEqual({ lookAgainAt: deps.clock.at + 1_000 });
  expect(github.merged.size).toBe(0);
  expect(deps.views.known.get('acme/app@main')?.error).toContain('which jobs');
  jobs.isSynced = true;
  await look();
  expect(github.merged.size).toBe(1);
});

test('F-27: git being away stops batches, and no single test', async () => {
  const { jobs, deps, look } = scene([stale(1), stale(2)]);
  jobs.merges = () => { throw new RemoteError('git is away', { service: 'git' }); };
  await look();
  expect(jobs.running().map(numbers)).toEqual(['1']);
  expect(deps.views.known.get('acme/app@main')?.error).toContain('git is away');
});

test('changed files are asked for where a job hangs on them, once a head and base', async () => {
  const { jobs, deps } = scene([stale(1)]);
  const facts = { branches: [], skip_branches: [], run_if_changed: '^src/', skip_if_only_changed: '', always_run: false };
  const docs = { ...UNIT, ...facts, compiled: { ...UNIT.compiled, ...compileMatchers(facts) } };
  jobs.paths = ['docs/a.md'];
  for (let n = 0; n < 3; n++) await runPool(MAIN, snapshot({}, { presubmits: [docs] }), deps);
  expect(jobs.calls).toEqual(['files']);
});

test('I21: `read` starts and stops nothing', async () => {
  const { jobs, deps } = scene([stale(1), stale(2)]);
  await runPool(MAIN, config(), { ...deps, mode: 'read' });
  expect(jobs.calls).toEqual([]);
  expect(deps.views.known.get('acme/app@main')).toMatchObject({ action: 'TRIGGER_BATCH', target: [1, 2] });
});

/**
 * A pool of random pull requests, some of which do not go together, under random happenings. Whatever happens, what merges had passed on the
 * very base on which it merged, alone or with those before it, and once the world is calm everybody who can merge has merged.
 */
test('I1, I2, I4, I8, I9, I19: random pools merge what was tested, one batch at a time, and always get on', async () => {
  const step = fc.oneof({ weight: 6, arbitrary: fc.constant('look' as const) }, { weight: 5, arbitrary: fc.constantFrom('end first', 'end last') }, { weight: 1, arbitrary: fc.constantFrom('push base', 'push head', 'delete job', 'label', 'error', 'die', 'race', 'race', 'refuse', 'base changed') });
  const pool = fc.record({ size: fc.integer({ min: 1, max: 6 }), bad: fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), { maxLength: 2 }), steps: fc.array(step, { maxLength: 60 }), limit: fc.constantFrom(0, 0, 2, 3, -1), late: fc.boolean() });
  let batches = 0;
  await fc.assert(fc.asyncProperty(pool, fc.infiniteStream(fc.nat(5)), async ({ size, bad, steps, limit, late }, picks) => {
    const { github, jobs, deps, look } = scene(Array.from({ length: size }, (_, at) => stale(at + 1)));
    const pick = (): number => Number(picks.next().value ?? 0);
    let strangers = 0;
    let dying = false;
    /** Somebody pushes to the base while the so-manieth pull request from now is about to merge. */
    let racing = 0;
    const merged = () => [...github.merged.keys()];
    /** Pairs that do not go together; a pair with itself is fine. */
    const passes = (job: ProwJob) => {
      const together = new Set([...(job.spec.refs?.pulls ?? []).map(({ number }) => number), ...merged()]);
      return !bad.some(([a, b]) => a !== b && together.has(a) && together.has(b));
    };
    const end = (job: ProwJob | undefined, state = job && passes(job) ? 'success' as const : 'failure' as const) => {
      if (!job) return;
      jobs.end(job.metadata.name, state);
      report(github, job, state);
    };
    const proofs = () => [...jobs.all.values()].filter(({ status: { state } }) => state === 'success').map(({ spec: { refs } }) => ({ base: refs?.base_sha, heads: refs?.pulls?.map(({ sha }) => sha) ?? [] }));
    const chain: string[] = [];
    github.before = (call) => {
      if (racing > 0 && call.startsWith('verdict success') && racing-- === 1) github.base = (0xaa00 + strangers++).toString(16).padStart(40, 'c');
      if (dying && call.startsWith('merge')) { dying = false; throw new Error('killed'); }
      const number = /^merge (\d+)$/.exec(call)?.[1];
      const head = number === undefined ? undefined : github.open.get(Number(number))?.headSha;
      if (head === undefined) return;
      // Tested alone on this base, or after exactly those that have merged since its batch began.
      const before = [...github.merged.values()];
      const proved = proofs().some(({ base, heads }) => {
        const at = heads.indexOf(head);
        const start = before.length - at;
        return at >= 0 && start >= 0 && heads.slice(0, at).every((one, n) => before[start + n]?.head === one) && (at === 0 ? github.base : before[start]?.ontoBase) === base && (at === 0 || github.base === before.at(-1)?.sha);
      });
      if (!proved) throw new Error(`#${number} merges untested`);
      chain.push(head);
    };
    const oneLook = async () => {
      jobs.shown = late ? new Map([...jobs.all].slice(0, -1)) : undefined;
      await look({ batch_size_limit: { '*': limit } }).catch((error: unknown) => { if (!(error instanceof Error) || error.message !== 'killed') throw error; });
      const live = jobs.running().filter(({ spec }) => spec.type === 'batch');
      batches += live.length;
      expect(new Set(live.map(numbers)).size).toBeLessThan(2);
      for (const job of jobs.all.values()) expect((job.spec.refs?.pulls?.length ?? 0) > 1).toBe(job.spec.type === 'batch');
    };
    for (const what of steps) {
      const some = [...github.open.keys()][pick() % Math.max(github.open.size, 1)];
      const open = some === undefined ? undefined : github.open.get(some);
      const running = jobs.running();
      if (what === 'look') await oneLook();
      else if (what === 'end first') end(running[0]);
      else if (what === 'end last') end(running.at(-1));
      else if (what === 'error') end(running[0], 'failure');
      else if (what === 'push base') github.base = (0xbb00 + strangers++).toString(16).padStart(40, 'c');
      else if (what === 'push head' && open) github.open.set(open.number, stale(open.number, { headSha: headOf(open.number, ++strangers) }));
      else if (what === 'delete job' && running[0]) jobs.all.delete(running[0].metadata.name);
      else if (what === 'label' && open) github.open.set(open.number, { ...open, labels: open.labels.length > 0 ? [] : ['lgtm', 'approved'] });
      else if (what === 'die') dying = true;
      else if (what === 'race') racing = 1 + (pick() % 3);
      else if (what === 'refuse') github.answers.push(...Array.from({ length: pick() % 2 }, () => () => {}), { kind: 'unmergeable', message: 'no' });
      else if (what === 'base changed') github.answers.push({ kind: 'base_changed', message: 'Base branch was modified' });
    }
    // Calm: labels are back, what runs ends, who is red is tested again by its author.
    dying = false;
    racing = 0;
    github.answers.length = 0;
    for (const open of [...github.open.values()]) github.open.set(open.number, { ...open, labels: ['lgtm', 'approved'] });
    for (let round = 0; round < 60 && github.open.size > 0; round++) {
      await oneLook();
      await oneLook();
      for (const job of jobs.running()) end(job);
      deps.clock.at += 3_600_000;
    }
    const stuck = [...github.open.values()].filter(({ marks }) => !marks.some((mark) => mark.source === 'status' && mark.name === 'unit' && mark.state === 'failure'));
    expect(stuck.map(({ number }) => number)).toEqual([]);
    expect(deps.views.records.length).toBeLessThanOrEqual(size);
  }), { numRuns: runs(1_000) });
  expect(batches).toBeGreaterThan(runs(160));
}, 120_000);

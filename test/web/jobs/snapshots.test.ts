import { gunzipSync } from 'node:zlib';
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { prowJobLookups } from '../../../src/adapters/kube/lookups.js';
import { openMemory } from '../../../src/adapters/kube/memory.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { literal } from '../../../src/web/jobs/gzipParts.js';
import { MOST_TOGETHER, cutAgain, type Segment } from '../../../src/web/jobs/segments.js';
import { openWire, type WireBody } from '../../../src/web/jobs/snapshots.js';
import { orderOf, openView } from '../../../src/web/jobs/view.js';
import { omitOf } from '../../../src/web/jobs/wire.js';
import { jobOf } from './fake.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const USUAL = { omit: omitOf('annotations,labels,decoration_config,pod_spec') };
const ALL = { omit: omitOf('') };

/** The snapshots over an index in memory. `hide` hides the repositories of an organisation. */
function stand({ patienceMs = Number.POSITIVE_INFINITY }: Readonly<{ patienceMs?: number }> = {}) {
  const index = openMemory(prowJobLookups, silentLog);
  let hidden = new Set<string>();
  let now = 0;
  const view = openView({ index, visibility: () => ({ hidden }) });
  const wire = openWire({ view, synced: () => index.synced(), clock: { now: () => now }, patienceMs, log: silentLog });
  return {
    index, view, wire,
    pass: (ms: number): void => { now += ms; },
    hide: (org: string): void => { hidden = new Set([org]); },
    names: async (body: Promise<WireBody>): Promise<readonly string[]> => (JSON.parse(gunzipSync((await body).gzipped(undefined)).toString()) as { items: ProwJob[] }).items.map(({ metadata }) => metadata.name),
    [Symbol.dispose]: (): void => { wire.stop(); view.stop(); },
  };
}
const partsOf = async (parts: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => { const all: Uint8Array[] = []; for await (const part of parts) all.push(part); return all; };

test(`cutting again gives the whole list in order, in parts that are not too large, and touches little (SEED=${seed})`, () => {
  const change = fc.record({ at: fc.integer({ min: 0, max: 3_000 }), many: fc.constantFrom(1, 3, 40, 700), what: fc.constantFrom('come', 'go', 'change') });
  fc.assert(fc.property(fc.integer({ min: 0, max: 3_000 }), fc.array(change, { maxLength: 8 }), (count, changes) => {
    let version = 1;
    let jobs: readonly ProwJob[] = Array.from({ length: count }, (_, n) => jobOf('unit', { name: `job-${n}`, at: 10_000 - n }));
    let segments: readonly Segment[] = [];
    let made = 0;
    const cut = (): number => {
      const before = made;
      segments = cutAgain(jobs, segments).map(({ jobs: some, part }) => { if (!part) made++; return { jobs: some, part: part ?? literal(String(made)) }; });
      const all = segments.flatMap((segment) => segment.jobs);
      expect([all.length, all.findIndex((job, n) => job !== jobs[n])]).toEqual([jobs.length, -1]);
      expect(Math.max(0, ...segments.map((segment) => segment.jobs.length))).toBeLessThanOrEqual(MOST_TOGETHER);
      expect(Math.min(1, ...segments.map((segment) => segment.jobs.length))).toBe(1);
      return made - before;
    };
    cut();
    expect(cut()).toBe(0);
    for (const { at, many, what } of changes) {
      version++;
      const [from, to] = [Math.min(at, jobs.length), Math.min(at + many, jobs.length)];
      const some = what === 'come' ? Array.from({ length: many }, (_, n) => jobOf('unit', { name: `new-${version}-${n}`, at: 10_000 - at })) : jobs.slice(from, to).map((job) => ({ ...job, metadata: { ...job.metadata, resourceVersion: String(version) } }));
      jobs = (what === 'come' ? [...jobs, ...some] : [...jobs.slice(0, from), ...(what === 'go' ? [] : some), ...jobs.slice(to)]).sort(orderOf);
      // A run of neighbours lies in few segments, one more at each end, halved at most.
      expect(cut()).toBeLessThanOrEqual(2 + Math.ceil((many + 2 * MOST_TOGETHER) / (MOST_TOGETHER / 4)));
      expect(cut()).toBe(0);
    }
  }), { seed, numRuns: 60 });
});

test('what is sent is what a list made anew would be, after any change', async () => {
  using it = stand();
  it.index.replaceAll(Array.from({ length: 1_200 }, (_, n) => jobOf(`unit-${n % 7}`, { name: `job-${n}`, at: n })));
  const fresh = (): readonly string[] => it.view.list().map(({ metadata }) => metadata.name);
  expect(await it.names(it.wire.body(ALL))).toEqual(fresh());
  for (const [n, at] of [5_000, 600, -3, 601].entries()) {
    it.index.put(jobOf('new', { name: `new-${n}`, at }));
    it.index.drop(jobOf('old', { name: `job-${n * 300}` }));
    expect(await it.names(it.wire.body(ALL))).toEqual(fresh());
  }
  expect(fresh()).toHaveLength(1_200);
});

test('the tag is of the content: another process gives the same, and what changes elsewhere leaves it', async () => {
  using one = stand();
  using other = stand();
  const jobs = Array.from({ length: 900 }, (_, n) => jobOf('unit', { name: `job-${n}`, at: n, org: n % 2 === 0 ? 'acme' : 'other' }));
  one.index.replaceAll(jobs);
  // The same jobs, cut in other places.
  for (const job of [...jobs].reverse()) { other.index.put(job); if (job.metadata.name.endsWith('00')) await other.wire.body(ALL); }
  const { etag } = await one.wire.body(ALL);
  expect((await other.wire.body(ALL)).etag).toBe(etag);
  const narrow = { ...ALL, org: 'acme' };
  const before = (await one.wire.body(narrow)).etag;
  one.index.put(jobOf('unit', { name: 'job-1', at: 1, org: 'other', version: 2 }));
  expect((await one.wire.body(ALL)).etag).not.toBe(etag);
  expect((await one.wire.body(narrow)).etag).toBe(before);
});

test('what upstream\'s page asks for is ready before anybody asks; later changes are gathered', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  try {
    using it = stand({ patienceMs: 0 });
    it.index.replaceAll([jobOf('a', { at: 1 })]);
    jest.advanceTimersByTime(500);
    await it.wire.idle();
    // It was made without a request: the first one gets it as it was, although there is a change that came since.
    it.index.put(jobOf('b', { at: 2 }));
    expect(await it.names(it.wire.body(USUAL))).toEqual(['a']);
    it.pass(1_000);
    jest.advanceTimersByTime(1_000);
    await it.wire.idle();
    expect(await it.names(it.wire.body(USUAL))).toEqual(['b', 'a']);
    // Once asked for, it is made again soon after a change; many changes are one making.
    for (let n = 0; n < 50; n++) it.index.put(jobOf('c', { name: `c-${n}`, at: 10 + n }));
    it.pass(1_000);
    jest.advanceTimersByTime(1_000);
    await it.wire.idle();
    expect(await it.names(it.wire.body(USUAL))).toHaveLength(52);
  } finally {
    jest.useRealTimers();
  }
});

test('nobody gets what may no longer be shown, however long it takes', async () => {
  using it = stand({ patienceMs: 0 });
  it.index.replaceAll([jobOf('a', { org: 'secret' }), jobOf('b', { at: 1 })]);
  expect(await it.names(it.wire.body(ALL))).toEqual(['b', 'a']);
  it.hide('secret');
  expect(await it.names(it.wire.body(ALL))).toEqual(['b']);
});

test('unpacked it is the same, and ends when its reader does', async () => {
  using it = stand();
  it.index.replaceAll(Array.from({ length: 700 }, (_, n) => jobOf('unit', { name: `job-${n}`, at: n })));
  const body = await it.wire.body(USUAL);
  const { signal } = new AbortController();
  expect(Buffer.concat(await partsOf(body.plain('all', { signal }))).equals(gunzipSync(body.gzipped('all')))).toBe(true);
  const ended = new AbortController();
  ended.abort();
  await expect((async () => { for await (const _part of body.plain(undefined, { signal: ended.signal })) { /* nothing comes */ } })()).rejects.toThrow();
});

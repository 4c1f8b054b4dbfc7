import { expect, test } from '@jest/globals';
import { prowJobLookups } from '../../../src/adapters/kube/lookups.js';
import { openMemory } from '../../../src/adapters/kube/memory.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { filterOf, globOf, queryOf, suitsOf } from '../../../src/web/jobs/filter.js';
import { openView } from '../../../src/web/jobs/view.js';
import { isVisible } from '../../../src/web/jobs/visible.js';
import { asked, omitOf, wireJob } from '../../../src/web/jobs/wire.js';
import { jobOf } from './fake.js';

const nothing = { hidden: new Set<string>() };

test.each<[text: string, glob: string, want: boolean]>([
  ['unit', 'unit', true], ['unit', 'uni', false], ['unit', 'u*', true], ['unit', '*t', true], ['unit', '*', true], ['ab', 'ab*ab', false], ['abxab', 'ab*ab', true], ['a.b', 'a.b', true], ['axb', 'a.b', false], ['aXbXc', 'a*b*c', true], ['unit', 'U*', false],
])('job %s and %s: %s', (text, glob, want) => expect(globOf(glob)(text)).toBe(want));

test.each<{ name: string; query: Record<string, string>; want: readonly string[] }>([
  { name: 'nothing', query: {}, want: ['batch', 'nightly', 'unit'] },
  { name: 'a repository of refs or of the first extra_refs', query: { repo: 'x/y' }, want: ['nightly'] },
  { name: 'a type', query: { type: 'batch' }, want: ['batch'] },
  { name: 'a pull request in a batch', query: { pull: '8' }, want: ['batch'] },
  { name: 'an author', query: { author: 'ann' }, want: ['batch', 'unit'] },
  { name: 'a job by pattern', query: { job: '*i*' }, want: ['nightly', 'unit'] },
  { name: 'a state and a cluster', query: { state: 'failure', cluster: 'big' }, want: ['nightly'] },
  { name: 'what nobody has', query: { repo: "'; drop" }, want: [] },
  { name: 'a repository and a pull request', query: { repo: 'acme/shop', pull: '7' }, want: ['batch', 'unit'] },
])('filtered by $name', ({ query, want }) => {
  const index = openMemory(prowJobLookups, silentLog);
  index.put(jobOf('unit', { at: 3 }));
  index.put(jobOf('batch', { at: 2, type: 'batch', pulls: [7, 8] }));
  index.put(jobOf('nightly', { at: 1, type: 'periodic', spec: { refs: undefined, cluster: 'big', extra_refs: [{ org: 'x', repo: 'y', base_ref: 'main' }] }, state: 'failure' }));
  const view = openView({ index, visibility: () => nothing });
  const filter = filterOf((name) => query[name]);
  expect(view.page(filter, { before: undefined, most: 10 }).jobs.map(({ spec }) => spec.job).sort()).toEqual(want);
  expect(view.list().filter(suitsOf(filter)).map(({ spec }) => spec.job).sort()).toEqual(want);
});

test('the address of a filter leads to it again', () => {
  const filter = filterOf((name) => ({ job: 'a b&c=*', pull: ' 7 ', state: '' })[name]);
  expect(filter).toEqual({ job: 'a b&c=*', pull: '7' });
  const query = new URLSearchParams(queryOf(filter));
  expect(filterOf((name) => query.get(name) ?? undefined)).toEqual(filter);
});

test('the order is by start, then by job; pages join without gap or repeat while jobs come and go', () => {
  const index = openMemory(prowJobLookups, silentLog);
  for (let n = 0; n < 40; n++) index.put(jobOf(`job-${n % 7}`, { at: Math.floor(n / 3), name: `j${n}` }));
  const view = openView({ index, visibility: () => nothing });
  const whole = view.list().map(({ metadata }) => metadata.name);
  const seen: string[] = [];
  let before: string | undefined;
  for (;;) {
    const page = view.page({}, { before, most: 6 });
    seen.push(...page.jobs.map(({ metadata }) => metadata.name));
    // A new job, and the end of the last page deleted.
    index.put(jobOf('late', { at: 100 + seen.length, name: `late-${seen.length}` }));
    const last = page.jobs.at(-1);
    if (last) index.drop(last);
    if (page.next === undefined) break;
    before = page.next;
  }
  expect(seen).toEqual(whole);
});

test('after any mix of changes the view equals a fresh one', () => {
  const index = openMemory(prowJobLookups, silentLog);
  const view = openView({ index, visibility: () => ({ hidden: new Set(['secret']) }) });
  let seed = 7;
  const random = (most: number): number => { seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31; return seed % most; };
  for (let n = 0; n < 3_000; n++) {
    const name = `j${random(60)}`;
    if (random(4) === 0) { const old = index.get('ns', name); if (old) index.drop(old); } else index.put(jobOf(`job-${random(5)}`, { name, at: random(30), version: n + 1, org: random(5) === 0 ? 'secret' : 'acme' }));
    if (random(3) === 0) {
      const fresh = openView({ index, visibility: () => ({ hidden: new Set(['secret']) }) });
      expect(view.list().map(({ metadata: { name: of, resourceVersion } }) => [of, resourceVersion])).toEqual(fresh.list().map(({ metadata: { name: of, resourceVersion } }) => [of, resourceVersion]));
      fresh.stop();
    }
  }
});

test.each<{ name: string; spec: object; hidden?: readonly string[]; want: boolean }>([
  { name: 'without refs', spec: { refs: undefined }, hidden: ['acme'], want: true },
  { name: 'of a hidden organisation', spec: {}, hidden: ['acme'], want: false },
  { name: 'of a hidden repository', spec: {}, hidden: ['acme/shop'], want: false },
  { name: 'with hidden extra_refs alone', spec: { refs: undefined, extra_refs: [{ org: 'a', repo: 'b' }, { org: 'acme', repo: 'x' }] }, hidden: ['acme/x'], want: false },
  { name: 'that says it is hidden', spec: { hidden: true }, want: false },
  { name: 'of another tenant', spec: { prowjob_defaults: { tenant_id: 't' } }, want: false },
  { name: 'of the default tenant', spec: { prowjob_defaults: { tenant_id: 'GlobalDefaultID' } }, want: true },
])('whether a job $name is shown', ({ spec, hidden = [], want }) => expect(isVisible(jobOf('unit', { spec }), { hidden: new Set(hidden) })).toBe(want));

test('what is omitted for machines', () => {
  const job = jobOf('unit', { spec: { pod_spec: { containers: [{ name: 'a', image: 'x' }, { name: 'b' }] }, decoration_config: { timeout: '1h' } }, labels: { l: '1' }, annotations: { a: '1' } });
  const all = wireJob(job, omitOf('annotations,labels,decoration_config,pod_spec,nonsense')) as typeof job;
  expect([all.metadata.labels, all.metadata.annotations, all.spec['decoration_config']]).toEqual([undefined, undefined, undefined]);
  expect((all.spec['pod_spec'] as { containers: unknown[] }).containers).toHaveLength(2);
  expect(wireJob(job, omitOf(undefined))).toEqual(job);
  expect('pod_spec' in (wireJob(jobOf('unit'), omitOf('pod_spec')) as typeof job).spec).toBe(false);
});

test('org and repo of machines are tested independently', () => {
  const job = jobOf('nightly', { spec: { refs: undefined, extra_refs: [{ org: 'a', repo: 'b' }, { org: 'c', repo: 'd' }] } });
  expect([asked(job, { org: 'a', repo: 'd' }), asked(job, { org: 'x' }), asked(job, { owner: 'ann' }), asked(jobOf('unit'), { owner: 'ann' })]).toEqual([true, false, false, true]);
});

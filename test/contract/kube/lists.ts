import { describe, expect, test } from '@jest/globals';
import { core, pod, prowJob, prowJobs, quiet, type GetSuite, type Suite, type Thing } from './suite.js';

interface List {
  readonly kind: string;
  readonly metadata: Readonly<{ resourceVersion: string; continue?: string; remainingItemCount?: number }>;
  readonly items: readonly Thing[];
}

/** Many objects: selectors, pages, tables. */
export function listContract(get: GetSuite): void {
  const list = async (suite: Suite, path: string, query: Record<string, string | number> = {}): Promise<List> => (await suite.http.json({ path, query, signal: quiet })) as List;
  const names = ({ items }: List): string[] => items.map(({ metadata }) => metadata.name);

  describe('lists', () => {
    test('are selected by labels', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      for (const [name, labels] of Object.entries({ a: { app: 'x', tier: '1' }, b: { app: 'x' }, c: { app: 'y', tier: '2' }, d: {} })) await suite.call('POST', prowJobs(namespace), prowJob(name, { labels }));
      const by = async (labelSelector: string) => names(await list(suite, prowJobs(namespace), { labelSelector }));
      expect(await by('app=x')).toEqual(['a', 'b']);
      expect(await by('app==x,tier=1')).toEqual(['a']);
      expect(await by('app!=x')).toEqual(['c', 'd']);
      expect(await by('app in (x, y),tier')).toEqual(['a', 'c']);
      expect(await by('app notin (x)')).toEqual(['c', 'd']);
      expect(await by('!tier')).toEqual(['b', 'd']);
      expect(await by('app=')).toEqual([]);
      await expect(by('app in')).rejects.toMatchObject({ status: 400, reason: 'BadRequest' });
      const all = await list(suite, '/apis/prow.k8s.io/v1/prowjobs', { labelSelector: 'tier=2' });
      expect(all).toMatchObject({ kind: 'ProwJobList', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) } });
      expect(all.items.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name)).toEqual(['c']);
    });

    test('are selected by fields', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      for (const name of ['a', 'b']) await suite.call('POST', prowJobs(namespace), prowJob(name));
      await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { nodeName: 'n1' } }));
      await suite.call('POST', core(namespace, 'pods'), pod('q', { spec: { schedulerName: 'nobody' } }));
      expect(names(await list(suite, prowJobs(namespace), { fieldSelector: 'metadata.name=b' }))).toEqual(['b']);
      expect(names(await list(suite, prowJobs(namespace), { fieldSelector: `metadata.namespace=${namespace},metadata.name!=b` }))).toEqual(['a']);
      await expect(list(suite, prowJobs(namespace), { fieldSelector: 'spec.job=unit' })).rejects.toMatchObject({ status: 400 });
      expect(names(await list(suite, core(namespace, 'pods'), { fieldSelector: 'spec.nodeName=n1' }))).toEqual(['p']);
      expect(names(await list(suite, core(namespace, 'pods'), { fieldSelector: 'spec.nodeName=' }))).toEqual(['q']);
      expect(names(await list(suite, core(namespace, 'pods'), { fieldSelector: 'status.phase=Pending,metadata.name=q' }))).toEqual(['q']);
    });

    test('come in pages of one moment', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      for (let n = 0; n < 7; n++) await suite.call('POST', prowJobs(namespace), prowJob(`j${n}`, { labels: { odd: String(n % 2) } }));
      const one = await list(suite, prowJobs(namespace), { limit: 3 });
      expect(names(one)).toEqual(['j0', 'j1', 'j2']);
      expect(one.metadata.remainingItemCount).toBe(4);
      await suite.call('POST', prowJobs(namespace), prowJob('j3a'));
      await suite.call('DELETE', prowJobs(namespace, 'j4'));
      const two = await list(suite, prowJobs(namespace), { limit: 3, continue: one.metadata.continue ?? '' });
      expect(names(two)).toEqual(['j3', 'j4', 'j5']);
      expect(two.metadata.resourceVersion).toBe(one.metadata.resourceVersion);
      const three = await list(suite, prowJobs(namespace), { limit: 3, continue: two.metadata.continue ?? '' });
      expect(names(three)).toEqual(['j6']);
      expect(three.metadata.continue || undefined).toBeUndefined();
      const even = await list(suite, prowJobs(namespace), { limit: 2, labelSelector: 'odd=0' });
      expect(names(even)).toEqual(['j0', 'j2']);
      await expect(list(suite, prowJobs(namespace), { limit: 3, continue: 'rubbish' })).rejects.toMatchObject({ status: 400 });
    });

    test('come as tables, in which kubectl prints them', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', prowJobs(namespace), prowJob('a', { status: { state: 'pending', build_id: '123' } }));
      await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { schedulerName: 'nobody' } }));
      const table = async (path: string) =>
        (await suite.http.json({ path, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json', signal: quiet })) as { kind: string; columnDefinitions: { name: string; type: string; format: string }[]; rows: { cells: unknown[]; object: Thing }[] };
      const jobs = await table(prowJobs(namespace));
      expect(jobs.kind).toBe('Table');
      expect(jobs.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Job', 'BuildId', 'Type', 'Org', 'Repo', 'Pulls', 'StartTime', 'CompletionTime', 'State']);
      expect(jobs.columnDefinitions[0]).toMatchObject({ type: 'string', format: 'name' });
      const [row] = jobs.rows;
      expect(row?.cells).toEqual(['a', 'unit', '123', 'presubmit', 'org', 'repo', '7', expect.stringMatching(/^\d+[smhdy]/), null, 'pending']);
      expect(row?.object).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a', namespace } });
      const pods = await table(core(namespace, 'pods'));
      expect(pods.columnDefinitions.slice(0, 5).map(({ name }) => name)).toEqual(['Name', 'Ready', 'Status', 'Restarts', 'Age']);
      expect(pods.rows[0]?.cells.slice(0, 3)).toEqual(['p', '0/1', 'Pending']);
      expect((await table(prowJobs(namespace, 'a'))).rows).toHaveLength(1);
    });
  });
}

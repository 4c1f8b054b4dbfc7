import { describe, expect, test } from '@jest/globals';
import { core, MERGE, prowJob, prowJobs, type GetSuite, type Thing } from './suite.js';

/** One object at a time: what is stored, what is refused, and how. */
export function objectContract(get: GetSuite): void {
  describe('objects', () => {
    test('the resource is discovered', async () => {
      const { call } = get();
      const { resources } = (await call('GET', '/apis/prow.k8s.io/v1')) as unknown as { resources: { name: string }[] };
      expect(resources.find(({ name }) => name === 'prowjobs')).toMatchObject({ kind: 'ProwJob', namespaced: true, singularName: 'prowjob', shortNames: ['pj'] });
      expect(resources.find(({ name }) => name === 'prowjobs/status')).toBeUndefined();
      expect(await call('GET', '/apis')).toMatchObject({ kind: 'APIGroupList', groups: expect.arrayContaining([expect.objectContaining({ name: 'prow.k8s.io', preferredVersion: { groupVersion: 'prow.k8s.io/v1', version: 'v1' } })]) });
      expect(await call('GET', '/api')).toMatchObject({ versions: ['v1'] });
      expect(await call('GET', '/api/v1')).toMatchObject({ kind: 'APIResourceList', resources: expect.arrayContaining(['pods', 'pods/log', 'pods/status', 'namespaces', 'configmaps', 'secrets', 'events'].map((name) => expect.objectContaining({ name }))) });
      expect(await call('GET', '/version')).toMatchObject({ major: '1', gitVersion: expect.stringMatching(/^v1\./) });
    });

    test('the server gives identity, version and time', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const made = await suite.call('POST', prowJobs(namespace), prowJob('a', { labels: { 'prow.k8s.io/job': 'unit' } }));
      expect(made).toMatchObject({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'a', namespace, generation: 1, labels: { 'prow.k8s.io/job': 'unit' } }, status: { state: 'triggered', startTime: '2026-01-02T03:04:05Z' } });
      expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(made.metadata.resourceVersion).toMatch(/^[1-9][0-9]*$/);
      expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await suite.call('GET', prowJobs(namespace, 'a'))).toEqual(made);
    });

    test('unknown fields are pruned, open ones kept, defaults filled in', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const sent = prowJob('a', {
        spec: {
          novel: 1, pipeline_run_spec: { anything: { goes: true } },
          pod_spec: { containers: [{ name: 'x', bogus: true, ports: [{ containerPort: 80 }], resources: { requests: { cpu: 1, memory: '1Gi' } } }], imaginary: 'x' },
          decoration_config: { timeout: '2h', odd: 1, gcs_configuration: { mediaTypes: { log: 'text/plain' } } },
        },
        status: { mood: 'good', prev_report_states: { 'github-reporter': 'pending' } },
      });
      const { spec, status } = await suite.call('POST', prowJobs(namespace), sent);
      expect(spec).toEqual({
        type: 'presubmit', agent: 'kubernetes', cluster: 'default', job: 'unit', refs: sent.spec.refs, pipeline_run_spec: { anything: { goes: true } },
        pod_spec: { containers: [{ name: 'x', ports: [{ containerPort: 80, protocol: 'TCP' }], resources: { requests: { cpu: 1, memory: '1Gi' } } }] },
        decoration_config: { timeout: '2h', gcs_configuration: { mediaTypes: { log: 'text/plain' } } },
      });
      expect(status).toEqual({ state: 'triggered', startTime: '2026-01-02T03:04:05Z', prev_report_states: { 'github-reporter': 'pending' } });
    });

    test.each<{ name: string; body: object; status: number; reason: string; says: string }>([
      { name: 'a name that is none', body: prowJob('A_b'), status: 422, reason: 'Invalid', says: 'metadata.name' },
      { name: 'no name at all', body: { ...prowJob('a'), metadata: {} }, status: 422, reason: 'Invalid', says: 'name' },
      { name: 'a state that is none', body: prowJob('a', { status: { state: 'happy' } }), status: 422, reason: 'Invalid', says: 'status.state' },
      { name: 'a type that is none', body: prowJob('a', { spec: { type: 'x' } }), status: 422, reason: 'Invalid', says: 'spec.type' },
      { name: 'success without completion', body: prowJob('a', { status: { state: 'success' } }), status: 422, reason: 'Invalid', says: 'status' },
      { name: 'a text that should be a number', body: prowJob('a', { spec: { max_concurrency: 'x' } }), status: 422, reason: 'Invalid', says: 'max_concurrency' },
      { name: 'a pull request without its number', body: prowJob('a', { spec: { refs: { org: 'o', repo: 'r', pulls: [{ author: '', sha: '' }] } } }), status: 422, reason: 'Invalid', says: 'number' },
      { name: 'a label value that is none', body: prowJob('a', { labels: { x: 'a b' } }), status: 422, reason: 'Invalid', says: 'metadata.labels' },
      { name: 'another kind', body: { ...prowJob('a'), kind: 'Pod' }, status: 422, reason: 'Invalid', says: 'kind' },
      { name: 'another namespace', body: { ...prowJob('a'), metadata: { name: 'a', namespace: 'elsewhere' } }, status: 400, reason: 'BadRequest', says: 'namespace' },
    ])('refuses $name', async ({ body, status, reason, says }) => {
      const suite = get();
      await expect(suite.call('POST', prowJobs('default'), body)).rejects.toMatchObject({ status, reason, message: expect.stringContaining(says) });
    });

    test('aborted without completion is legal; so are negative answers of every kind', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', prowJobs(namespace), prowJob('a', { status: { state: 'aborted' } }));
      await expect(suite.call('POST', prowJobs(namespace), prowJob('a'))).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists', message: 'prowjobs.prow.k8s.io "a" already exists' });
      await expect(suite.call('GET', prowJobs(namespace, 'b'))).rejects.toMatchObject({ status: 404, reason: 'NotFound', message: 'prowjobs.prow.k8s.io "b" not found' });
      await expect(suite.call('DELETE', prowJobs(namespace, 'b'))).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
      await expect(suite.call('GET', '/apis/prow.k8s.io/v1/namespaces/default/nothing')).rejects.toMatchObject({ status: 404 });
      await expect(suite.call('PUT', prowJobs(namespace, 'a'), prowJob('b'))).rejects.toMatchObject({ status: 400, reason: 'BadRequest' });
    });

    test('generateName makes names', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const send = () => suite.call('POST', prowJobs(namespace), { ...prowJob('x'), metadata: { generateName: 'gen-' } });
      const names = [(await send()).metadata.name, (await send()).metadata.name];
      for (const name of names) expect(name).toMatch(/^gen-[a-z0-9]{5}$/);
      expect(new Set(names).size).toBe(2);
    });

    test('a whole write needs the version that was read', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const first = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      const write = (from: Thing, state: string) => suite.call('PUT', prowJobs(namespace, 'a'), { ...from, status: { ...from.status, state } });
      const second = await write(first, 'pending');
      expect(second.metadata).toMatchObject({ uid: first.metadata.uid, creationTimestamp: first.metadata.creationTimestamp });
      expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      await expect(write(first, 'aborted')).rejects.toMatchObject({ status: 409, reason: 'Conflict', message: expect.stringContaining('the object has been modified') });
      await expect(suite.call('PUT', prowJobs(namespace, 'a'), prowJob('a'))).rejects.toMatchObject({ status: 422, reason: 'Invalid', message: expect.stringContaining('resourceVersion') });
      expect((await write(second, 'pending')).metadata.resourceVersion).toBe(second.metadata.resourceVersion);
      await expect(suite.call('PUT', prowJobs(namespace, 'zzz'), { ...second, metadata: { ...second.metadata, name: 'zzz' } })).rejects.toMatchObject({ status: 404 });
    });

    test('patches merge, or are a list of operations', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const path = prowJobs(namespace, 'a');
      const { metadata: { resourceVersion } } = await suite.call('POST', prowJobs(namespace), prowJob('a', { labels: { keep: '1', drop: '1' } }));
      const merged = await suite.call('PATCH', path, { metadata: { labels: { drop: null, add: '2' } }, spec: { refs: { pulls: [] } }, status: { state: 'pending' } }, MERGE);
      expect(merged.metadata.labels).toEqual({ keep: '1', add: '2' });
      expect(merged).toMatchObject({ spec: { job: 'unit', refs: { org: 'org', pulls: [] } }, status: { state: 'pending', startTime: '2026-01-02T03:04:05Z' } });
      await expect(suite.call('PATCH', path, { metadata: { resourceVersion }, status: { state: 'aborted' } }, MERGE)).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
      const json = { contentType: 'application/json-patch+json' };
      expect((await suite.call('PATCH', path, [{ op: 'test', path: '/status/state', value: 'pending' }, { op: 'add', path: '/metadata/labels/a~1b', value: 'c' }, { op: 'remove', path: '/metadata/labels/add' }], json)).metadata.labels).toEqual({ keep: '1', 'a/b': 'c' });
      await expect(suite.call('PATCH', path, [{ op: 'test', path: '/status/state', value: 'success' }], json)).rejects.toMatchObject({ status: 422, reason: 'Invalid' });
      await expect(suite.call('PATCH', path, {}, { contentType: 'application/strategic-merge-patch+json' })).rejects.toMatchObject({ status: 415, reason: 'UnsupportedMediaType' });
      await expect(suite.call('PATCH', path, { status: { state: 'success' } }, MERGE)).rejects.toMatchObject({ status: 422, reason: 'Invalid' });
      await expect(suite.call('PATCH', prowJobs(namespace, 'zzz'), {}, MERGE)).rejects.toMatchObject({ status: 404 });
    });

    test('deletion honours a uid, and waits for finalizers', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const { metadata: { uid } } = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      const about = (of: string | undefined) => ({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: of } });
      await expect(suite.call('DELETE', prowJobs(namespace, 'a'), about('0f0f0f0f-0000-4000-8000-000000000000'))).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
      expect(await suite.call('DELETE', prowJobs(namespace, 'a'), about(uid))).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', uid } });
      await expect(suite.call('GET', prowJobs(namespace, 'a'))).rejects.toMatchObject({ status: 404 });

      await suite.call('POST', prowJobs(namespace), prowJob('b', { finalizers: ['prow.k8s.io/wait'] }));
      await suite.call('DELETE', prowJobs(namespace, 'b'));
      const dying = await suite.call('GET', prowJobs(namespace, 'b'));
      expect(dying.metadata.deletionTimestamp).toMatch(/Z$/);
      await expect(suite.call('PATCH', prowJobs(namespace, 'b'), { metadata: { finalizers: ['prow.k8s.io/wait', 'prow.k8s.io/more'] } }, MERGE)).rejects.toMatchObject({ status: 422 });
      await suite.call('PATCH', prowJobs(namespace, 'b'), { metadata: { finalizers: [] } }, MERGE);
      await expect(suite.call('GET', prowJobs(namespace, 'b'))).rejects.toMatchObject({ status: 404 });
    });

    test('config maps and secrets are kept', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', core(namespace, 'configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { 'a.yaml': 'x: 1\n' }, binaryData: { b: 'AAE=' } });
      const strategic = { contentType: 'application/strategic-merge-patch+json' };
      expect(await suite.call('PATCH', core(namespace, 'configmaps', 'c'), { data: { 'a.yaml': null, 'c.yaml': 'y' } }, strategic)).toMatchObject({ data: { 'c.yaml': 'y' }, binaryData: { b: 'AAE=' } });
      expect(await suite.call('POST', core(namespace, 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { token: 'abc' } })).toMatchObject({ type: 'Opaque', data: { token: 'YWJj' } });
      await expect(suite.call('POST', core(namespace, 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 't' }, data: { token: '%%' } })).rejects.toMatchObject({ status: 400 });
      await expect(suite.call('POST', core(`${namespace}-not`, 'configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } })).rejects.toMatchObject({ status: 404, message: expect.stringContaining('namespaces') });
    });
  });
}

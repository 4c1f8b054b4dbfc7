import { describe, expect, test } from '@jest/globals';
import { core, MERGE, pod, type GetSuite } from './suite.js';

const STRATEGIC = { contentType: 'application/strategic-merge-patch+json' };

export function podContract(get: GetSuite): void {
  describe('pods', () => {
    test('wait for a node, with defaults filled in', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      // A scheduler that nobody runs: the pod stays as it is.
      const made = await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { schedulerName: 'nobody' } }));
      expect(made).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, labels: { 'created-by-prow': 'true' } }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst' }, status: { phase: 'Pending' } });
      expect(made.spec).toMatchObject({ containers: [{ name: 'test', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'Always', resources: {} }] });
    });

    test.each<{ name: string; body: object; status: number; says: string }>([
      { name: 'no containers', body: { ...pod('p'), spec: { containers: [] } }, status: 422, says: 'spec.containers' },
      { name: 'a container without a name', body: { ...pod('p'), spec: { containers: [{ image: 'x' }] } }, status: 422, says: 'name' },
      { name: 'two containers of one name', body: { ...pod('p'), spec: { containers: [{ name: 'a', image: 'x' }, { name: 'a', image: 'x' }] } }, status: 422, says: 'Duplicate' },
      { name: 'a mount without its volume', body: { ...pod('p'), spec: { containers: [{ name: 'a', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] } }, status: 422, says: 'volumeMounts' },
      { name: 'a text for a number', body: { ...pod('p'), spec: { containers: [{ name: 'a', image: 'x' }], terminationGracePeriodSeconds: 'x' } }, status: 400, says: '' },
    ])('are refused with $name', async ({ body, status, says }) => {
      await expect(get().call('POST', core('default', 'pods'), body)).rejects.toMatchObject({ status, message: expect.stringContaining(says) });
    });

    test('keep status and spec apart', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const made = await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { schedulerName: 'nobody' } }));
      const status = { phase: 'Running', startTime: '2026-01-02T03:04:05Z', containerStatuses: [{ name: 'test', ready: true, restartCount: 0, image: 'busybox', imageID: '', state: { running: { startedAt: '2026-01-02T03:04:06Z' } } }] };
      const written = await suite.call('PUT', core(namespace, 'pods', 'p/status'), { ...made, status });
      expect(written.status).toMatchObject(status);
      expect((await suite.call('PUT', core(namespace, 'pods', 'p'), { ...written, metadata: { ...written.metadata, annotations: { a: 'b' } }, status: { phase: 'Failed' } }))).toMatchObject({ metadata: { annotations: { a: 'b' } }, status: { phase: 'Running' } });
      expect(await suite.call('PATCH', core(namespace, 'pods', 'p/status'), { status: { phase: 'Succeeded', reason: 'x' } }, MERGE)).toMatchObject({ status: { phase: 'Succeeded', reason: 'x', startTime: '2026-01-02T03:04:05Z' } });
      await expect(suite.call('PATCH', core(namespace, 'pods', 'p'), { spec: { restartPolicy: 'Always' } }, MERGE)).rejects.toMatchObject({ status: 422, reason: 'Invalid' });
    });

    test('merge strategically: lists by their keys', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', core(namespace, 'pods'), pod('p', { finalizers: ['prow.k8s.io/one'], spec: { schedulerName: 'nobody' } }));
      const patched = await suite.call('PATCH', core(namespace, 'pods', 'p'), { metadata: { finalizers: ['prow.k8s.io/two'], labels: { more: '1' } }, spec: { containers: [{ name: 'test', image: 'other' }] } }, STRATEGIC);
      expect([...(patched.metadata.finalizers ?? [])].sort()).toEqual(['prow.k8s.io/one', 'prow.k8s.io/two']);
      expect(patched).toMatchObject({ metadata: { labels: { 'created-by-prow': 'true', more: '1' } }, spec: { containers: [{ name: 'test', image: 'other', command: ['true'] }] } });
      expect((await suite.call('PATCH', core(namespace, 'pods', 'p'), { metadata: { '$deleteFromPrimitiveList/finalizers': ['prow.k8s.io/one'] } }, STRATEGIC)).metadata.finalizers).toEqual(['prow.k8s.io/two']);
      await suite.call('PATCH', core(namespace, 'pods', 'p'), { metadata: { finalizers: null } }, MERGE);
    });

    test('go at once without a node, and with grace from a node', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', core(namespace, 'pods'), pod('free', { spec: { schedulerName: 'nobody' } }));
      expect(await suite.call('DELETE', core(namespace, 'pods', 'free'))).toMatchObject({ kind: 'Pod', metadata: { name: 'free' } });
      await expect(suite.call('GET', core(namespace, 'pods', 'free'))).rejects.toMatchObject({ status: 404 });

      // A node that is not there: nobody ends the containers, so the pod stays until somebody insists.
      await suite.call('POST', core(namespace, 'pods'), pod('bound', { spec: { nodeName: 'no-such-node', terminationGracePeriodSeconds: 20 } }));
      const dying = await suite.call('DELETE', core(namespace, 'pods', 'bound'));
      expect(dying.metadata).toMatchObject({ deletionGracePeriodSeconds: 20, deletionTimestamp: expect.stringMatching(/Z$/) });
      expect((await suite.call('GET', core(namespace, 'pods', 'bound'))).metadata.deletionTimestamp).toBe(dying.metadata.deletionTimestamp);
      await suite.call('DELETE', core(namespace, 'pods', 'bound'), { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
      await expect(suite.call('GET', core(namespace, 'pods', 'bound'))).rejects.toMatchObject({ status: 404 });
    });

    test('with finalizers stay until these are gone', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      await suite.call('POST', core(namespace, 'pods'), pod('p', { finalizers: ['prow.x-k8s.io/gcsk8sreporter'], spec: { schedulerName: 'nobody' } }));
      await suite.call('DELETE', core(namespace, 'pods', 'p'), { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
      expect((await suite.call('GET', core(namespace, 'pods', 'p'))).metadata).toMatchObject({ finalizers: ['prow.x-k8s.io/gcsk8sreporter'], deletionTimestamp: expect.any(String) });
      await suite.call('PATCH', core(namespace, 'pods', 'p'), { metadata: { finalizers: [] } }, MERGE);
      await expect(suite.call('GET', core(namespace, 'pods', 'p'))).rejects.toMatchObject({ status: 404 });
    });

    test('have events', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const { metadata: { uid } } = await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { schedulerName: 'nobody' } }));
      const event = (name: string, of: string) => ({ apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: { kind: 'Pod', namespace, name: of, uid }, reason: 'Scheduled', message: 'put somewhere', type: 'Normal', firstTimestamp: '2026-01-02T03:04:05Z', lastTimestamp: '2026-01-02T03:04:05Z', count: 1, source: { component: 'test' } });
      await suite.call('POST', core(namespace, 'events'), event('one', 'p'));
      await suite.call('POST', core(namespace, 'events'), event('two', 'q'));
      const { items } = (await suite.call('GET', core(namespace, 'events'), undefined, { query: { fieldSelector: `involvedObject.name=p,involvedObject.uid=${uid}` } })) as unknown as { items: object[] };
      expect(items).toMatchObject([{ metadata: { name: 'one' }, reason: 'Scheduled', involvedObject: { name: 'p' }, count: 1 }]);
    });
  });
}

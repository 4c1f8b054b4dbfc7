import { describe, expect, test } from '@jest/globals';
import { statusOf } from '../../../src/adapters/kube/http.js';
import { insist } from '../../../src/adapters/kube/retry.js';
import { MERGE, prowJob, prowJobs, quiet, type GetSuite, type Suite, type Thing } from './suite.js';

interface Seen {
  readonly type: string;
  readonly object: Thing & Readonly<{ code?: number; reason?: string }>;
}

/** Reads events of a watch until one suits, or the server ends it. */
async function watched(suite: Suite, path: string, query: Record<string, string | number | boolean>, last: (seen: Seen) => boolean): Promise<readonly Seen[]> {
  const over = new AbortController();
  const events: Seen[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of await suite.http.stream({ path, query: { watch: true, timeoutSeconds: 60, ...query }, signal: over.signal })) {
    const parts = (text + decoder.decode(chunk, { stream: true })).split('\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const seen = JSON.parse(part) as Seen;
      events.push(seen);
      if (last(seen)) return events;
    }
  }
  return events;
}

const short = (events: readonly Seen[]) => events.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason}`);

export function watchContract(get: GetSuite): void {
  describe('watches', () => {
    test('tell what happened after a version, in order', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const { metadata: { resourceVersion } } = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      const changed = await suite.call('PATCH', prowJobs(namespace, 'a'), { status: { state: 'pending' } }, MERGE);
      await suite.call('POST', prowJobs(namespace), prowJob('b'));
      await suite.call('DELETE', prowJobs(namespace, 'a'));
      const events = await watched(suite, prowJobs(namespace), { resourceVersion }, ({ type }) => type === 'DELETED');
      expect(short(events)).toEqual(['MODIFIED a', 'ADDED b', 'DELETED a']);
      expect(events[0]?.object).toEqual(changed);
      expect(events[2]?.object.status).toMatchObject({ state: 'pending' });
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    });

    test('without a version begin with what is there', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      for (const name of ['a', 'b']) await suite.call('POST', prowJobs(namespace), prowJob(name));
      expect(short(await watched(suite, prowJobs(namespace), {}, ({ object }) => object.metadata.name === 'b'))).toEqual(['ADDED a', 'ADDED b']);
      expect(short(await watched(suite, prowJobs(namespace), { fieldSelector: 'metadata.name=b' }, () => true))).toEqual(['ADDED b']);
    });

    test('by label see objects come and go', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const { metadata: { resourceVersion } } = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      await suite.call('POST', prowJobs(namespace), prowJob('other'));
      await suite.call('PATCH', prowJobs(namespace, 'a'), { metadata: { labels: { on: '1' } } }, MERGE);
      await suite.call('PATCH', prowJobs(namespace, 'a'), { status: { state: 'pending' } }, MERGE);
      await suite.call('PATCH', prowJobs(namespace, 'a'), { metadata: { labels: { on: null } } }, MERGE);
      expect(short(await watched(suite, prowJobs(namespace), { resourceVersion, labelSelector: 'on=1' }, ({ type }) => type === 'DELETED'))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    });

    test('end when asked to, after a bookmark', async () => {
      const suite = get();
      const [namespace, elsewhere] = [await suite.namespace(), await suite.namespace()];
      await suite.call('POST', prowJobs(elsewhere), prowJob('busy'));
      const { metadata: { resourceVersion } } = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      // Where nothing happens at all a server may say nothing at all.
      let over = false;
      const busy = async () => { for (let n = 0; !over; n++) await suite.call('PATCH', prowJobs(elsewhere, 'busy'), { metadata: { labels: { n: String(n) } } }, MERGE); };
      const [events] = await Promise.all([
        watched(suite, prowJobs(namespace), { resourceVersion, allowWatchBookmarks: true, timeoutSeconds: 4 }, () => false).finally(() => { over = true; }),
        busy(),
      ]);
      expect(events.length).toBeGreaterThan(0);
      for (const { type, object } of events) {
        expect(type).toBe('BOOKMARK');
        expect(object).toMatchObject({ kind: 'ProwJob', apiVersion: 'prow.k8s.io/v1' });
        expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
      }
    });

    test('and pages from before what the server remembers are refused as gone', async () => {
      const suite = get();
      const namespace = await suite.namespace();
      const { metadata: { resourceVersion } } = await suite.call('POST', prowJobs(namespace), prowJob('a'));
      for (const name of ['b', 'c', 'd']) await suite.call('POST', prowJobs(namespace), prowJob(name));
      const page = (await suite.http.json({ path: prowJobs(namespace), query: { limit: 2 }, signal: quiet })) as Thing & { metadata: { continue: string } };
      await suite.call('DELETE', prowJobs(namespace, 'b'));
      await suite.under.forget();
      const answer = await insist('the watch', quiet, () => watched(suite, prowJobs(namespace), { resourceVersion }, () => true)).catch((error: unknown) => {
        if (statusOf(error) !== 410) throw error;
        return [{ type: 'ERROR', object: { code: 410 } }];
      });
      expect(answer).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
      await expect(suite.http.json({ path: prowJobs(namespace), query: { limit: 2, continue: page.metadata.continue }, signal: quiet })).rejects.toMatchObject({ status: 410, reason: 'Expired' });
      // What is stored is not forgotten.
      expect(((await suite.http.json({ path: prowJobs(namespace), signal: quiet })) as unknown as { items: Thing[] }).items.map(({ metadata }) => metadata.name)).toEqual(['a', 'c', 'd']);
    });
  });
}

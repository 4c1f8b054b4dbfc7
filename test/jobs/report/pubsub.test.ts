import { expect, test } from '@jest/globals';
import { RemoteError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { pubsubMessage, pubsubReporter, topicOf } from '../../../src/jobs/report/pubsub.js';

const refs = { org: 'o', repo: 'r', base_ref: 'main', base_sha: 'b', pulls: [{ number: 1, author: 'a', sha: 's' }] };
const extra = { org: 'o', repo: 'other', base_ref: 'main' };
const job = (more: Readonly<{ annotations?: Record<string, string>; labels?: Record<string, string>; url?: string; refs?: typeof refs | undefined }> = {}): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'n', namespace: 'default', labels: more.labels ?? {}, annotations: more.annotations ?? {} },
  spec: { type: 'presubmit', agent: 'kubernetes', cluster: 'default', job: 'unit', ...('refs' in more ? {} : { refs }), extra_refs: [extra] },
  status: { state: 'success', description: 'Job succeeded.', startTime: '2026-01-01T00:00:00Z', ...(more.url === undefined ? {} : { url: more.url }) },
}) as unknown as ProwJob;
const annotations = { 'prow.k8s.io/pubsub.project': 'p', 'prow.k8s.io/pubsub.topic': 't', 'prow.k8s.io/pubsub.runID': 'run' };

test.each<{ name: string; made: ProwJob; want: unknown }>([
  { name: 'annotations', made: job({ annotations }), want: { project: 'p', topic: 't', run: 'run' } },
  { name: 'labels', made: job({ labels: annotations }), want: { project: 'p', topic: 't', run: 'run' } },
  { name: 'annotations before labels', made: job({ labels: annotations, annotations: { 'prow.k8s.io/pubsub.topic': 'own' } }), want: { project: 'p', topic: 'own', run: 'run' } },
  { name: 'without a project', made: job({ annotations: { 'prow.k8s.io/pubsub.topic': 't' } }), want: undefined },
  { name: 'with an empty topic', made: job({ annotations: { ...annotations, 'prow.k8s.io/pubsub.topic': '' } }), want: undefined },
])('10.5: whom a job is told to: $name', ({ made, want }) => { expect(topicOf(made)).toEqual(want); });

test('10.5: the message', () => {
  expect(pubsubMessage(job({ annotations, url: 'https://prow.example/view/gs/bucket/pr-logs/1' }), 'https://prow.example/view/')).toEqual({
    project: 'p', topic: 't', runid: 'run', status: 'success', url: 'https://prow.example/view/gs/bucket/pr-logs/1', gcs_path: 'gs://bucket/pr-logs/1', refs: [refs, extra], job_type: 'presubmit', job_name: 'unit', message: 'Job succeeded.',
  });
  expect(pubsubMessage(job({ annotations, refs: undefined }), '')).toMatchObject({ refs: [extra], url: '', gcs_path: '' });
});

test.each([
  ['https://p/view/gcs/b/x', 'https://p/view/', 'gs://b/x'], ['https://p/view/gs/b/x', 'https://p/view', 'gs://b/x'], ['https://p/view/s3/b/x', 'https://p/view/', 's3://b/x'], ['https://p/view/b/x', 'https://p/view/', 'gs://b/x'],
])('10.5: gcs_path of %s with the prefix %s', (url, prefix, want) => { expect(pubsubMessage(job({ annotations, url }), prefix)).toMatchObject({ gcs_path: want }); });

test('what may not be written counts as told, what may go better later is tried again', async () => {
  const { signal } = new AbortController();
  const failing = (retry: 'never' | 'later') => pubsubReporter({ topics: { publish: () => Promise.reject(new RemoteError('no', { service: 'pubsub', retry })) }, urlPrefix: () => '', log: silentLog }).report(job({ annotations }), { signal });
  expect(await failing('never')).toEqual({ kind: 'done' });
  await expect(failing('later')).rejects.toThrow('no');
});

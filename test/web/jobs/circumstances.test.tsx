import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { checkOf } from '../../../src/jobs/report/github.js';
import { JobHead } from '../../../src/web/pages/job.js';
import { JobRows } from '../../../src/web/pages/jobs.js';

const jobOf = (annotations: Record<string, string>, status: Partial<ProwJob['status']>): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'a', annotations }, spec: { type: 'presubmit', agent: 'kubernetes', job: 'unit' },
  status: { state: 'failure', startTime: '2026-03-01T12:00:00Z', completionTime: '2026-03-01T12:01:00Z', ...status },
});
const now = Date.parse('2026-03-01T13:00:00Z');
const page = (job: ProwJob): string => String(JobHead({ run: { source: 'name/a', jobName: 'unit', job, live: true, folder: undefined }, now, linkUrl: 'https://github.com', acting: { kind: 'commands' }, pod: undefined }));
const list = (job: ProwJob): string => String(JobRows({ filter: {}, page: { jobs: [job], counts: new Map(), total: 1, next: undefined, newer: false }, now, linkUrl: 'https://github.com', synced: true, choices: { repos: [], clusters: [], jobs: [] } }));

test.each<{ name: string; job: ProwJob; told: readonly string[]; check: readonly string[]; listed: boolean }>([
  { name: 'nothing special', job: jobOf({}, {}), told: [], check: [], listed: false },
  { name: 'a flake that fails now', job: jobOf({ 'prow.k8s.io/flake': 'b<c' }, {}), told: ['Flake: on the same commits', 'passed.', 'b%3Cc'], check: ['**Flake**: on the same commits ProwJob `b<c` passed'], listed: true },
  { name: 'a flake that passes now', job: jobOf({ 'prow.k8s.io/flake': 'b' }, { state: 'success' }), told: ['failed.'], check: ['ProwJob `b` failed'], listed: true },
  { name: 'pods made again', job: jobOf({ 'prow.k8s.io/revival-reasons': 'evicted,unreachable' }, { pod_revival_count: 2 }), told: ['Its pod was made again 2 times: evicted, unreachable.'], check: ['- Its pod was made again 2 times: evicted, unreachable'], listed: false },
  { name: 'made again by upstream, which tells no reason', job: jobOf({}, { pod_revival_count: 1 }), told: ['Its pod was made again once.'], check: ['- Its pod was made again once\n'], listed: false },
])('$name', ({ job, told, check, listed }) => {
  const html = page(job);
  for (const text of told) expect(html).toContain(text);
  if (told.length === 0) expect(html).not.toMatch(/Flake|made again/);
  const { summary } = checkOf(job, '');
  for (const text of check) expect(summary).toContain(text);
  if (check.length === 0) expect(summary).not.toMatch(/Flake|made again/);
  expect(list(job).includes('presubmit, flake')).toBe(listed);
});

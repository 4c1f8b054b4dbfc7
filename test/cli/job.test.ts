import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadProwJobs } from '../../src/adapters/kube/prowjobs.js';
import type { ProwJobs } from '../../src/core/ports/jobs.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { startCluster, type Cluster } from '../../src/embedded/cluster/cluster.js';
import { jobCli } from '../../src/jobCli.js';
import { systemClock } from '../support/path.js';
import { eventually } from '../support/redis.js';

let dir: string;
let cluster: Cluster;
let jobs: ProwJobs;
const { signal } = new AbortController();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'prow-jobcli-'));
  cluster = await startCluster({ dir, images: () => undefined, kubelet: 'none', clock: systemClock, log: silentLog });
  jobs = await loadProwJobs({ kubeconfig: cluster.kubeconfigPath, namespace: () => 'default', mode: 'act', log: silentLog });
  for (const [name, job, minutes, state] of [['aaaa-1', 'unit', 10, 'success'], ['aaaa-2', 'unit', 5, 'pending'], ['bbbb-1', 'lint', 2, 'triggered']] as const) await jobs.create(jobOf(name, job, minutes, state), { signal });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

const jobOf = (name: string, job: string, minutes: number, state: ProwJob['status']['state']): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels: { 'prow.k8s.io/refs.org': 'o', 'prow.k8s.io/refs.repo': 'r', 'mine': 'yes' }, annotations: { 'prow.k8s.io/check-run-id': '7', 'mine': 'too' } },
  spec: { type: 'presubmit', agent: 'kubernetes', job, context: job, refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 7, author: 'a', sha: 's' }] } },
  status: { state, startTime: new Date(Date.now() - minutes * 60_000).toISOString(), ...(state === 'success' && { completionTime: new Date(Date.now() - (minutes - 1) * 60_000).toISOString() }), description: `is ${state}` },
});

async function run(...args: readonly string[]): Promise<Readonly<{ code: number; lines: readonly string[] }>> {
  const lines: string[] = [];
  const code = await jobCli([...args, '--kubeconfig', cluster.kubeconfigPath], { print: (line) => { lines.push(line); }, write: () => {} });
  return { code, lines };
}

test('the list is newest first, aligned, and can be narrowed', async () => {
  const { lines } = await run('list');
  expect(lines.map((line) => line.split(/\s+/).slice(0, 5).join(' '))).toEqual(['bbbb-1 triggered presubmit o/r#7 lint', 'aaaa-2 pending presubmit o/r#7 unit', 'aaaa-1 success presubmit o/r#7 unit']);
  expect(lines[0]).toMatch(/2m ago +is triggered$/);
  expect(lines[2]).toMatch(/10m ago +took 60s$/);
  expect((await run('list', '--job', 'unit', '--state', 'success')).lines).toHaveLength(1);
  expect((await run('list', '--repo', 'o/other')).lines).toEqual(['no jobs']);
});

test('a run is meant by its name, the beginning of it, or its job', async () => {
  expect((await run('abort', 'bbbb')).lines).toEqual(['bbbb-1 (lint) is being ended']);
  expect((await jobs.find('bbbb-1', { signal }))?.status).toMatchObject({ state: 'aborted', description: 'Aborted on the command line.' });
  expect(await run('abort', 'aaaa-1')).toEqual({ code: 1, lines: ['aaaa-1 (unit) has ended already: success'] });
  await expect(run('abort', 'aaaa')).rejects.toThrow('aaaa is the beginning of 2 ProwJobs: aaaa-1, aaaa-2');
  await expect(run('abort', 'nothing')).rejects.toThrow('there is no ProwJob and no job "nothing"');
});

test('a rerun is a new ProwJob that does the same', async () => {
  const { lines: [line = ''] } = await run('rerun', 'unit');
  const name = line.split(' ')[0] ?? '';
  expect(line).toMatch(/ runs unit again$/);
  const made = await eventually('the new one', () => jobs.find(name, { signal }));
  expect(made).toMatchObject({ metadata: { labels: { mine: 'yes' }, annotations: { mine: 'too' } }, spec: { job: 'unit', refs: { pulls: [{ number: 7 }] } }, status: { state: 'triggered' } });
  expect(made.metadata.annotations).not.toHaveProperty('prow.k8s.io/check-run-id');
});

test.each([
  { args: [], want: 'usage: prow job list' }, { args: ['list', 'x'], want: 'usage' }, { args: ['list', '--repo', 'x'], want: 'expected ORG/REPO' }, { args: ['rerun'], want: 'usage' }, { args: ['logs', 'aaaa-1'], want: 'has no log in the cluster: it is success' },
])('what cannot be meant: $args', async ({ args, want }) => {
  await expect(run(...args)).rejects.toThrow(want);
});

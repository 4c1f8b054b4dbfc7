import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { UsageError } from '../../src/cli/flags.js';
import { mkpj } from '../../src/cli/mkpj.js';
import type { RefLookup } from '../../src/core/ports/lookup.js';
import type { ProwJob } from '../../src/core/prowjob.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mkpj-'));
  writeFileSync(join(folder, 'config.yaml'), 'prowjob_namespace: jobs\n');
  writeFileSync(join(folder, 'jobs.yaml'), `
presubmits:
  o/r:
  - { name: pull, always_run: true, path_alias: "on", spec: { containers: [{ image: x, resources: { requests: { cpu: 2000m } } }] } }
postsubmits:
  o/r:
  - { name: post, spec: { containers: [{ image: x }] } }
periodics:
- { name: often, interval: 1h, spec: { containers: [{ image: x }] } }
- { name: pull, interval: 1h, spec: { containers: [{ image: y }] } }
`);
});
afterAll(() => { rmSync(folder, { recursive: true }); });

const github: RefLookup = {
  pull: async ({ org, repo, number }) => ({ author: 'ann', headSha: `${org}/${repo}#${number}`, headRef: 'fix', baseRef: 'main', baseSha: 'tip' }),
  branchSha: async ({ branch }) => `tip of ${branch}`,
};
const noCluster = async (): Promise<never> => { throw new Error('a cluster was asked'); };
const nobody = { jobs: noCluster, pause: async () => {}, signal: new AbortController().signal, ask: async (question: string): Promise<string> => { throw new Error(`asked ${question}`); }, github: (): RefLookup => { throw new Error('GitHub was asked'); } };

async function run(args: readonly string[], deps: Partial<Pick<Parameters<typeof mkpj>[1], 'ask' | 'github' | 'jobs' | 'pause'>> = {}) {
  const out: string[] = [];
  const code = await mkpj(['--config-path', join(folder, 'config.yaml'), '--job-config-path', join(folder, 'jobs.yaml'), ...args], { print: (line) => { out.push(line); }, newName: () => 'new', now: () => 1_700_000_000_000, ...nobody, ...deps });
  return { code, text: out.join('\n'), job: parse(out.join('\n')) as unknown };
}

test('a periodic is printed without questions', async () => {
  const { code, job } = await run(['--job=often']);
  expect(code).toBe(0);
  expect(job).toMatchObject({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'new', labels: { 'prow.k8s.io/type': 'periodic' } }, spec: { job: 'often', report: true }, status: { state: 'triggered', startTime: '2023-11-14T22:13:20Z' } });
});

test('a presubmit is found before a periodic of its name; the number is asked, the rest comes from GitHub', async () => {
  const asked: string[] = [];
  const { job, text } = await run(['--job', 'pull'], { ask: async (question) => { asked.push(question); return '7\n'; }, github: () => github });
  expect(asked).toEqual(['PR Number: ']);
  expect(job).toMatchObject({ spec: { type: 'presubmit', pod_spec: { containers: [{ resources: { requests: { cpu: '2' } } }] }, refs: { org: 'o', repo: 'r', base_ref: 'main', base_sha: 'tip', path_alias: 'on', pulls: [{ number: 7, author: 'ann', sha: 'o/r#7', head_ref: 'fix' }] } } });
  expect(text).toContain('path_alias: "on"');
});

test('flags win, and GitHub is not asked when nothing is open', async () => {
  const { job } = await run(['--job=pull', '--pull-number=3', '--pull-author=bob', '--pull-sha=abc', '--base-ref=dev', '--base-sha=def']);
  expect(job).toMatchObject({ spec: { refs: { base_ref: 'dev', base_sha: 'def', pulls: [{ number: 3, author: 'bob', sha: 'abc' }] } } });
  const partly = await run(['--job=pull', '--pull-number=3', '--base-ref=dev'], { github: () => github });
  expect(partly.job).toMatchObject({ spec: { refs: { base_ref: 'dev', base_sha: 'tip' } } });
});

test('a postsubmit asks for its branch', async () => {
  const { job } = await run(['--job=post'], { ask: async () => 'release\n', github: () => github });
  expect(job).toMatchObject({ spec: { type: 'postsubmit', refs: { base_ref: 'release', base_sha: 'tip of release' } } });
});

test.each([
  { flags: [], state: 'failure', want: 0 }, { flags: ['--fail-with-job'], state: 'failure', want: 1 }, { flags: ['--fail-with-job'], state: 'success', want: 0 },
] as const)('--trigger-job $flags of a job that ends with $state exits with $want', async ({ flags, state, want }) => {
  let created: ProwJob | undefined;
  let looks = 0;
  let pauses = 0;
  const { code, job } = await run(['--job=often', '--trigger-job', '--kubeconfig=/k', ...flags], {
    jobs: async (options) => {
      expect(options).toEqual({ kubeconfig: '/k', namespace: 'jobs' });
      return {
        create: async (one) => { created = one; return 'created'; },
        find: async (name) => (created?.metadata.name === name ? { ...created, status: looks++ < 2 ? created.status : { state, completionTime: 'now', url: 'u' } } : undefined),
      };
    },
    pause: async () => { pauses++; },
  });
  expect([code, pauses, created?.metadata.namespace]).toEqual([want, 2, 'jobs']);
  expect(job).toEqual({ state, completionTime: 'now', url: 'u' });
});

test('a ProwJob that is deleted while it is waited for is a fault', async () => {
  await expect(run(['--job=often', '--trigger-job'], { jobs: async () => ({ create: async () => 'created', find: async () => undefined }) })).rejects.toThrow('is gone');
});

test('what cannot be is refused', async () => {
  await expect(run([])).rejects.toThrow(UsageError);
  await expect(run(['--job=nope'])).rejects.toThrow('there is no job nope');
  await expect(run(['--job=pull'], { ask: async () => 'seven' })).rejects.toThrow(UsageError);
  await expect(mkpj(['--job=x'], { print: () => {}, newName: () => '', now: () => 0, ...nobody })).rejects.toThrow('--config-path is missing');
});

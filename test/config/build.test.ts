import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Pull } from '../../src/core/event.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { postsubmitProwJob, postsubmitSpec, presubmitProwJob, presubmitSpec, prowJob } from '../../src/config/jobs/build.js';
import { configFromText, loadConfig } from '../../src/config/load.js';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const pull: Pull = {
  org: 'org', name: 'repo', number: 7, title: 'A change', body: '', state: 'open', draft: false, merged: false, mergeable: true,
  author: { login: 'author', type: 'User' }, url: 'https://github.com/org/repo/pull/7', nodeId: 'x', baseRef: 'main', baseSha: 'old', headRef: 'feature',
  headSha: 'head', headRepo: 'author/repo', labels: [], assignees: [], requestedReviewers: [], milestone: null, createdAt: '', updatedAt: '',
};
const making = { labels: { 'event-GUID': 'guid', path: 'some/where/else' }, name: 'a-name', now: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
const repo = { org: 'org', name: 'repo' };
const long = 'a'.repeat(60);

const { snapshot } = configFromText({
  config: 'prowjob_namespace: jobs\n',
  jobs: `
presubmits:
  org/repo:
  - name: unit
    labels: {team: a}
    annotations: {note: words}
    path_alias: example.org/repo
    max_concurrency: 2
    skip_report: true
    optional: true
    spec: {containers: [{image: x}]}
  - name: ${long}--xyz
    spec: {containers: [{image: x}]}
postsubmits:
  org/repo:
  - name: publish
    reporter_config: {slack: {channel: c, job_states_to_report: []}}
    spec: {containers: [{image: x}]}
`,
});

function nth<T>(list: readonly T[], at: number): T {
  const found = list[at];
  if (found === undefined) throw new Error(`nothing at ${at}`);
  return found;
}

test('a presubmit becomes a ProwJob with upstream’s labels, annotations, refs and status', () => {
  const job = presubmitProwJob(nth(snapshot.presubmits(repo), 0), { config: snapshot.prow, pull, baseSha: 'base', ...making });
  expect(job).toEqual({
    apiVersion: 'prow.k8s.io/v1',
    kind: 'ProwJob',
    metadata: {
      name: 'a-name',
      namespace: 'jobs',
      labels: {
        'created-by-prow': 'true', 'event-GUID': 'guid', 'prow.k8s.io/context': 'unit', 'prow.k8s.io/is-optional': 'true', 'prow.k8s.io/job': 'unit',
        'prow.k8s.io/refs.base_ref': 'main', 'prow.k8s.io/refs.org': 'org', 'prow.k8s.io/refs.pull': '7', 'prow.k8s.io/refs.repo': 'repo', 'prow.k8s.io/type': 'presubmit',
        team: 'a', path: 'else',
      },
      annotations: { 'prow.k8s.io/context': 'unit', 'prow.k8s.io/job': 'unit', note: 'words' },
    },
    spec: {
      type: 'presubmit', agent: 'kubernetes', cluster: 'default', namespace: 'default', job: 'unit', context: 'unit', rerun_command: '/test unit', max_concurrency: 2,
      pod_spec: { containers: [{ image: 'x' }] },
      prowjob_defaults: { tenant_id: 'GlobalDefaultID' },
      refs: {
        org: 'org', repo: 'repo', repo_link: 'https://github.com/org/repo', base_ref: 'main', base_sha: 'base', base_link: 'https://github.com/org/repo/commit/base', path_alias: 'example.org/repo',
        pulls: [{
          number: 7, author: 'author', sha: 'head', title: 'A change', head_ref: 'feature', link: 'https://github.com/org/repo/pull/7',
          commit_link: 'https://github.com/org/repo/pull/7/commits/head', author_link: 'https://github.com/author',
        }],
      },
    },
    status: { startTime: '2026-01-02T03:04:05Z', state: 'triggered' },
  });
});

test('a long job name is cut in the label and whole in the annotation', () => {
  const job = presubmitProwJob(nth(snapshot.presubmits(repo), 1), { config: snapshot.prow, pull, baseSha: 'base', ...making });
  // 63 bytes end in `--x`; nothing of it is trimmed.
  expect(job.metadata.labels?.['prow.k8s.io/job']).toBe(`${long}--x`);
  expect(job.metadata.annotations?.['prow.k8s.io/job']).toBe(`${long}--xyz`);
});

test('a value that Kubernetes refuses falls back to its last path element, or is left out', () => {
  const spec = presubmitSpec(nth(snapshot.presubmits(repo), 0), { org: 'https://host', repo: 'repo', base_ref: 'feature/' });
  const job = prowJob(spec, { config: snapshot.prow, ...making }, { labels: {}, annotations: {} });
  expect(job.metadata.labels).toMatchObject({ 'prow.k8s.io/refs.org': 'host', 'prow.k8s.io/refs.repo': 'repo' });
  expect(job.metadata.labels).not.toHaveProperty(['prow.k8s.io/refs.base_ref']);
});

test('a postsubmit takes its refs from the push and its state from the scheduler', () => {
  const push = { repo, ownerName: 'org', repoUrl: 'https://github.com/org/repo', ref: 'refs/heads/release-1', after: 'new', compareUrl: 'https://github.com/org/repo/compare/a...b' };
  const job = postsubmitProwJob(nth(snapshot.postsubmits(repo), 0), { config: { ...snapshot.prow, scheduler: { enabled: true } }, push, ...making });
  expect(job.spec.refs).toEqual({ org: 'org', repo: 'repo', repo_link: 'https://github.com/org/repo', base_ref: 'release-1', base_sha: 'new', base_link: 'https://github.com/org/repo/compare/a...b' });
  expect(job.status.state).toBe('scheduling');
  expect(job.spec).toMatchObject({ report: true, reporter_config: { slack: { report: false } } });
  expect(job.spec).not.toHaveProperty('rerun_command');
});

test('a ProwJob shares nothing with the configuration', () => {
  const job = nth(snapshot.presubmits(repo), 0);
  expect(presubmitSpec(job, { org: 'o', repo: 'r', base_ref: 'b' })['pod_spec']).not.toBe(job.spec);
});

interface Golden {
  readonly type: 'presubmit' | 'postsubmit' | 'periodic';
  readonly repo?: string;
  readonly index: number;
  readonly name: string;
  readonly prowjob: ProwJob;
}

/** Absent, null and empty are the same. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).map(([key, item]) => [key, pruned(item)] as const)
    .filter(([, item]) => item !== undefined && item !== null && item !== '' && item !== false && item !== 0 && !(typeof item === 'object' && Object.keys(item).length === 0));
  return Object.fromEntries(kept);
}

describe('against the golden ProwJobs', () => {
  if (!existsSync(`${data}golden`)) {
    test(`the golden ProwJobs are not here (${data}golden), nothing is compared`, () => { expect(existsSync(`${data}golden`)).toBe(false); });
    return;
  }
  const a = 'a'.repeat(40);
  test.each([
    ['istio', 'istio/config.yaml', 'istio/jobs', 'istio/plugins.yaml'],
    ['kubernetes', 'kubernetes/config/prow/config.yaml', 'kubernetes/config/jobs', 'kubernetes/config/prow/plugins.yaml'],
  ])('presubmits and postsubmits of %s are equal but for the pod', async (name, configPath, jobConfigPath, pluginConfigPath) => {
    const loaded = await loadConfig({ configPath: data + configPath, jobConfigPath: data + jobConfigPath, pluginConfigPath: data + pluginConfigPath });
    const lines = readFileSync(`${data}golden/${name}.jsonl`, 'utf8').trim().split('\n').map((line): Golden => JSON.parse(line) as Golden);
    let compared = 0;
    for (const golden of lines) {
      const [org = '', repoName = ''] = (golden.repo ?? '').split('/');
      const refs = { org, repo: repoName, base_ref: 'main', base_sha: a };
      const at = { org, name: repoName };
      const spec = golden.type === 'presubmit'
        ? presubmitSpec(nth(loaded.snapshot.presubmits(at), golden.index), { ...refs, pulls: [{ number: 7, author: 'contributor', sha: 'b'.repeat(40), head_ref: 'feature' }] })
        : golden.type === 'postsubmit' ? postsubmitSpec(nth(loaded.snapshot.postsubmits(at), golden.index), refs) : undefined;
      if (!spec) continue;
      const job = golden.type === 'presubmit' ? nth(loaded.snapshot.presubmits(at), golden.index) : nth(loaded.snapshot.postsubmits(at), golden.index);
      const made = prowJob(spec, { config: loaded.snapshot.prow, labels: {}, name: golden.prowjob.metadata.name, now: 1_700_000_000_000 }, job);
      const { 'prow.k8s.io/id': _id, 'prow.k8s.io/build-id': _build, ...labels } = golden.prowjob.metadata.labels ?? {};
      expect(made.metadata.labels).toEqual(labels);
      expect(made.metadata.annotations).toEqual(golden.prowjob.metadata.annotations);
      expect(made.status.startTime).toBe(golden.prowjob.status.startTime);
      // Quantities inside of the pod are written anew by Kubernetes' types; its containers must be the same ones.
      expect(pruned({ ...made.spec, pod_spec: undefined })).toEqual(pruned({ ...golden.prowjob.spec, pod_spec: undefined }));
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
  });
});

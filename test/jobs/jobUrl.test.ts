import { expect, test } from '@jest/globals';
import { Plank } from '../../src/config/prow/schema.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { bucketOf, jobPath } from '../../src/jobs/artifactPath.js';
import { jobUrl } from '../../src/jobs/jobUrl.js';

const refs = { org: 'kubernetes', repo: 'test-infra', base_ref: 'main', pulls: [{ number: 7, author: 'ann', sha: 'h' }] };
const job = (spec: object = {}): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'id', labels: { a: 'b' } },
  spec: { type: 'presubmit', agent: 'kubernetes', job: 'j', refs, ...spec }, status: { state: 'pending', build_id: '9' },
});
const decorated = (gcs: object) => ({ decoration_config: { gcs_configuration: { bucket: 'b', path_strategy: 'explicit', ...gcs } } });
const LIVE = 'https://x/{{if eq .Spec.Type "presubmit"}}pr-logs/pull{{else if eq .Spec.Type "batch"}}pr-logs/pull{{else}}logs{{end}}{{if .Spec.Refs}}{{if ne .Spec.Refs.Org ""}}{{if ne .Spec.Refs.Org "kubernetes"}}/{{.Spec.Refs.Org}}_{{.Spec.Refs.Repo}}{{else if ne .Spec.Refs.Repo "kubernetes"}}/{{.Spec.Refs.Repo}}{{end}}{{end}}{{end}}{{if eq .Spec.Type "presubmit"}}/{{with index .Spec.Refs.Pulls 0}}{{.Number}}{{end}}{{else if eq .Spec.Type "batch"}}/batch{{end}}/{{.Spec.Job}}/{{.Status.BuildID}}/';

test.each([
  { name: 'prefix for all', spec: decorated({}), prefixes: { '*': 'https://p/view/' }, want: 'https://p/view/gs/b/pr-logs/pull/kubernetes_test-infra/7/j/9' },
  { name: 'prefix of the organisation, an empty one of the repository', spec: decorated({ bucket: 's3://b/deep' }), prefixes: { '*': 'https://p', kubernetes: 'https://k', 'kubernetes/test-infra': '' }, want: 'https://k/s3/b/deep/pr-logs/pull/kubernetes_test-infra/7/j/9' },
  { name: 'prefix of the job', spec: decorated({ job_url_prefix: 'https://own//x/' }), prefixes: { '*': 'https://p' }, want: 'https://own/x/gs/b/pr-logs/pull/kubernetes_test-infra/7/j/9' },
  { name: 'template without decoration', spec: {}, prefixes: { '*': 'https://p' }, want: 'https://x/pr-logs/pull/test-infra/7/j/9/' },
  { name: 'template without prefix', spec: decorated({}), prefixes: {}, want: 'https://x/pr-logs/pull/test-infra/7/j/9/' },
  { name: 'template for a periodic', spec: { type: 'periodic', refs: undefined }, prefixes: {}, want: 'https://x/logs/j/9/' },
])('$name', ({ spec, prefixes, want }) => expect(jobUrl(job(spec), Plank.parse({ job_url_template: LIVE, job_url_prefix_config: prefixes }))).toEqual({ url: want }));

test('the provider is left out where that is wanted', () => {
  expect(jobUrl(job(decorated({})), Plank.parse({ job_url_prefix_config: { '*': 'https://p' }, jobURLPrefixDisableAppendStorageProvider: true })).url).toBe('https://p/b/pr-logs/pull/kubernetes_test-infra/7/j/9');
});

test.each(['{{.Spec.Nope}}', '{{index .Spec.ExtraRefs 0}}'])('%s gives no address and says why', (template) => {
  const { url, fault } = jobUrl(job(), Plank.parse({ job_url_template: template }));
  expect([url, fault !== undefined]).toEqual(['', true]);
});

test('templates see metadata at the top, names as Go has them, and everything that may be unset', () => {
  const template = '{{.Name}} {{.ObjectMeta.Name}} {{.Labels.a}} {{(index .Spec.Refs.Pulls 0).SHA}} {{.Spec.Refs.BaseSHA}} {{.Spec.Refs.WorkDir}} {{.Spec.Refs.CloneURI}} {{.Status.CompletionTime}} {{.Spec.DecorationConfig.GCSConfiguration.Bucket}} {{.Spec.MaxConcurrency}}';
  expect(jobUrl(job({ decoration_config: { gcs_configuration: { bucket: 'b' } } }), Plank.parse({ job_url_template: template })).url).toBe('id id b h  false  <nil> b 0');
});

test.each([
  ['explicit', 'kubernetes', 'kubernetes', 'pr-logs/pull/kubernetes_kubernetes/7/j/9'], ['legacy', 'kubernetes', 'kubernetes', 'pr-logs/pull/7/j/9'], ['legacy', 'kubernetes', 'r', 'pr-logs/pull/r/7/j/9'], ['legacy', 'o', 'kubernetes', 'pr-logs/pull/o_kubernetes/7/j/9'],
  ['single', 'kubernetes', 'kubernetes', 'pr-logs/pull/7/j/9'], ['single', 'kubernetes', 'r', 'pr-logs/pull/kubernetes_r/7/j/9'], ['explicit', 'https://host/', 'a/b', 'pr-logs/pull/host_a_b/7/j/9'],
])('the folder by %s for %s/%s', (path_strategy, org, repo, want) => {
  expect(jobPath(job({ refs: { ...refs, org, repo } }).spec, '9', { bucket: 'b', path_strategy, default_org: 'kubernetes', default_repo: 'kubernetes' })).toBe(want);
});

test('folders of other types, prefixes and buckets', () => {
  expect(jobPath(job({ type: 'batch' }).spec, '9', { bucket: 'b', path_prefix: 'x/y/' })).toBe('x/y/pr-logs/pull/batch/j/9');
  expect(jobPath(job({ type: 'postsubmit' }).spec, '9', { bucket: 'b' })).toBe('logs/j/9');
  expect([bucketOf('b'), bucketOf('s3://b/c/d'), bucketOf('gs://b')]).toEqual([{ provider: 'gs', name: 'b', path: '' }, { provider: 's3', name: 'b', path: 'c/d' }, { provider: 'gs', name: 'b', path: '' }]);
});

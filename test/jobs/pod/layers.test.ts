import { expect, test } from '@jest/globals';
import { configFromText } from '../../../src/config/load.js';
import { everyJob, type JobLine } from '../../../src/jobs/pod/all.js';

const sample = { baseRef: 'main', baseSha: 'a', pull: { number: 7, author: 'ann', sha: 'b', head_ref: 'f' }, name: 'id', buildId: '1', startTime: 0 };
const config = `
plank:
  default_decoration_config_entries:
  - config:
      timeout: 2h
      utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}
      gcs_configuration: {bucket: b, path_strategy: explicit, compress_file_types: [txt]}
      scheduling_options: {tolerations: [{key: all}]}
      censoring_options: {include_directories: [in]}
      ssh_key_secrets: [key]
  - repo: org/none
    config: {scheduling_options: {tolerations: []}, gcs_configuration: {compress_file_types: []}, censoring_options: {include_directories: []}, ssh_key_secrets: []}
  - repo: org/odd
    config: {TIMEOUT: 3h, Utility_Images: {SIDECAR: newer}}
`;

function only(jobs: string): JobLine {
  const { snapshot } = configFromText({ config, jobs });
  const [line] = [...everyJob(snapshot, sample)];
  if (!line) throw new Error('there is no job');
  return line;
}

test('an empty list stops the inheritance inside of an object, and does not at the top of decoration_config', () => {
  const { prowjob, pod } = only('presubmits: {org/none: [{name: a, decorate: true, spec: {containers: [{image: x, command: [run]}]}}]}');
  expect(prowjob.spec['decoration_config']).toMatchObject({ ssh_key_secrets: ['key'], gcs_configuration: { bucket: 'b' }, scheduling_options: {}, censoring_options: {} });
  expect(JSON.stringify(prowjob)).not.toMatch(/compress_file_types|include_directories/);
  expect(pod?.spec).not.toHaveProperty('tolerations');
});

test('keys are found in any spelling, wherever defaults and presets look at them', () => {
  const presets = 'presets: [{labels: {p: "1"}, env: [{name: PRESET}], volumes: [{name: v, emptyDir: {}}]}]\n';
  const odd = only(`${presets}presubmits: {org/odd: [{NAME: a, Decorate: true, LABELS: {p: "1"}, Decoration_Config: {Blobless_Fetch: true, Grace_Period: 5m}, Extra_Refs: [{ORG: o, Repo: r, BASE_ref: b}],
    Reporter_Config: {SLACK: {Job_States_To_Report: []}}, SPEC: {Containers: [{IMAGE: x, Command: [run], ENV: [{Name: A, VALUE: v}]}], VOLUMES: [{NAME: w}]}, ProwJob_Defaults: {TENANT_ID: t}}]}`);
  const plain = only(`${presets}presubmits: {org/odd: [{name: a, decorate: true, labels: {p: "1"}, decoration_config: {blobless_fetch: true, grace_period: 5m}, extra_refs: [{org: o, repo: r, base_ref: b}],
    reporter_config: {slack: {job_states_to_report: []}}, spec: {containers: [{image: x, command: [run], env: [{name: A, value: v}]}], volumes: [{name: w}]}, prowjob_defaults: {tenant_id: t}}]}`);
  expect(odd).toEqual(plain);
  expect(plain.prowjob.spec).toMatchObject({
    decoration_config: { timeout: '3h0m0s', grace_period: '5m0s', utility_images: { sidecar: 'newer', clonerefs: 'c' } }, refs: { blobless_fetch: true }, prowjob_defaults: { tenant_id: 't' },
    extra_refs: [{ org: 'o', repo: 'r', base_ref: 'b', blobless_fetch: true }], reporter_config: { slack: { report: false } },
  });
});

test('defaults of a periodic are those of its first extra ref, in any spelling', () => {
  const { prowjob } = only('periodics: [{name: a, interval: 1h, decorate: true, extra_refs: [{ORG: org, REPO: odd}], spec: {containers: [{image: x, command: [run]}]}}]');
  expect(prowjob.spec['decoration_config']).toMatchObject({ timeout: '3h0m0s' });
});

import { expect, test } from '@jest/globals';
import { ConfigError } from '../../src/core/errors.js';
import { configFromText } from '../../src/config/load.js';

/** Problems of a presubmit, or of everything when the text begins with a key of the file, without their places. */
function problems(text: string): readonly string[] {
  try {
    configFromText({ jobs: /^(?:presets|periodics): /.test(text) ? text : `presubmits: {o/r: [{name: a, ${text}}]}` });
    return [];
  } catch (err) {
    if (err instanceof ConfigError) return err.problems.map((problem) => problem.replace(/^jobs\.yaml:\d+:\d+: (?:presubmits\["o\/r"\]\[0\]\.)?/, ''));
    throw err;
  }
}

const spec = 'spec: {containers: [{image: i, command: [run]}]}';
const images = 'utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}';
const stored = (storage: string) => `decorate: true, decoration_config: {${images}, gcs_configuration: {path_strategy: explicit, ${storage}}}, ${spec}`;
const piped = (task: string, rest = '') => `agent: tekton-pipeline, ${rest} pipeline_run_spec: {pipelineSpec: {tasks: [{name: t, taskRef: {name: ${task}}}]}}`;
const TASK = 'pipeline_run_spec.pipelineSpec.tasks[0].taskRef.name: a:';
const extra = 'extra_refs: [{org: o, repo: x, base_ref: m}],';

test.each<[string, string, readonly string[]]>([
  ['a pipeline that clones what it names', piped('PROW_EXTRA_GIT_REF_0', extra), []],
  ['a pipeline that clones nothing more', piped('PROW_IMPLICIT_GIT_REF'), []],
  ['an extra ref that no task names', piped('other', extra), ['extra_refs[0]: a: is not used: expected a task that refers to PROW_EXTRA_GIT_REF_0']],
  ['a task that names no extra ref', piped('PROW_EXTRA_GIT_REF_0'), [`${TASK} expected one of 0 extra_refs, found PROW_EXTRA_GIT_REF_0`]],
  ['a number with zeros in front', piped('PROW_EXTRA_GIT_REF_00'), [`${TASK} expected a number without zeros in front, found PROW_EXTRA_GIT_REF_00`]],
  ['a periodic without refs', `periodics: [{name: a, interval: 1h, ${piped('PROW_IMPLICIT_GIT_REF')}}]`, [`periodics[0].${TASK} a periodic has no refs that could take the place of PROW_IMPLICIT_GIT_REF`]],
  ['a pipeline in its versioned form', 'agent: tekton-pipeline, tekton_pipeline_run_spec: {v1beta1: {}}', []],
  ['a versioned form without a version', 'agent: tekton-pipeline, tekton_pipeline_run_spec: {}', ['agent: a: the agent tekton-pipeline needs a pipeline spec']],
  ['the same beside a pod spec, where it is none', `tekton_pipeline_run_spec: {}, ${spec}`, []],
  ['a label whose prefix has two dots in a row', `labels: {"a..b/c": x}, ${spec}`, ['labels["a..b/c"]: a: not the name of a label: "a..b/c"']],
  ['a label with a long prefix', `labels: {"${'p'.repeat(253)}/c": x}, ${spec}`, []],
  ['a label with a prefix that is too long', `labels: {"${'p'.repeat(254)}/c": x}, ${spec}`, [expect.stringContaining('not the name of a label') as unknown as string]],
  ['a bucket with a blank', stored('bucket: "a b"'), ['decoration_config.gcs_configuration.bucket: a: expected a bucket such as gs://name, found "a b"']],
  ['a bucket with half an escape', stored('bucket: "gs://b%z"'), [expect.stringContaining('expected a bucket') as unknown as string]],
  ['media types as Go reads them', stored('mediaTypes: {a: " text/plain ", b: text, c: "text/plain; a=b; A=b;", d: "text/plain; a=\\"b \\\\\\" c\\""}'), []],
  ['a parameter twice', stored('mediaTypes: {a: "text/plain; a=b; a=c"}'), [expect.stringContaining('expected a media type for a') as unknown as string]],
  ['a parameter without a value', stored('mediaTypes: {a: "text/plain; a"}'), [expect.stringContaining('expected a media type for a') as unknown as string]],
  ['a timeout that is empty', `decorate: true, decoration_config: {${images}, timeout: "", gcs_configuration: {path_strategy: explicit}}, ${spec}`, ['decoration_config.timeout: a: expected a duration like 1h30m, found ""']],
  ['an address with a control character', `clone_uri: "https://a/\\u0001", ${spec}`, [expect.stringContaining('clone_uri: a: expected a URL') as unknown as string]],
  ['a name that YAML takes for true', 'decorate: false, spec: {containers: [{image: i, env: [{name: yes}, {name: "true"}]}]}', ['spec.containers[0].env[1].name: a: the environment variable "true" is there twice']],
  ['a preset that repeats its toleration', `presets: [{tolerations: [{key: k, value: ""}, {key: k}]}]\npresubmits: {o/r: [{name: a, ${spec}}]}`, ['spec: a: a preset adds a toleration that is there already: {"key":"k"}']],
])('%s', (_, text, want) => { expect(problems(text)).toEqual(want); });

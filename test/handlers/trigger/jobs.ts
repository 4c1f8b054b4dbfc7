import { finalizeJobs, type Read } from '../../../src/config/jobs/finalize.js';
import { PostsubmitYaml, PresubmitYaml, type Postsubmit, type Presubmit } from '../../../src/config/jobs/schema.js';
import { ProwConfig } from '../../../src/config/prow/schema.js';

type Fields = Readonly<Record<string, unknown>>;

const read = <T>(job: T): Read<T> => ({ job, file: 'jobs.yaml', at: (_key, message) => ({ file: 'jobs.yaml', line: 1, column: 1, message, path: '' }) });
const spec = { containers: [{ image: 'alpine', command: ['true'] }] };

/** Presubmits with all defaults, as a job file would give them. */
export function presubmits(...jobs: readonly Fields[]): readonly Presubmit[] {
  const yaml = jobs.map((job) => read(PresubmitYaml.parse({ spec, ...job })));
  return finalizeJobs({ presets: [], presubmits: new Map([['o/r', yaml]]), postsubmits: new Map(), periodics: [] }, ProwConfig.parse({}), []).presubmits.get('o/r') ?? [];
}

export function postsubmits(...jobs: readonly Fields[]): readonly Postsubmit[] {
  const yaml = jobs.map((job) => read(PostsubmitYaml.parse({ spec, ...job })));
  return finalizeJobs({ presets: [], presubmits: new Map(), postsubmits: new Map([['o/r', yaml]]), periodics: [] }, ProwConfig.parse({}), []).postsubmits.get('o/r') ?? [];
}

import type { ProwJobType } from '../../core/prowjob.js';
import type { Path } from '../findings.js';
import { field, listAt, textAt } from './data.js';
import type { PlacedFault } from './podSpec.js';
import type { Data } from './schema.js';

type Piped = Readonly<{ pipeline_run_spec?: Data | undefined; tekton_pipeline_run_spec?: Data | undefined; extra_refs: readonly Data[] }>;

/** The pipeline that a job runs and where it stands; the versioned form wins, and is none while it names no version (jobs 1.2). */
export function pipelineOf(job: Piped): Readonly<{ spec: unknown; path: Path }> | undefined {
  const versioned = field(job.tekton_pipeline_run_spec, 'v1beta1') ?? undefined;
  if (versioned !== undefined) return { spec: versioned, path: ['tekton_pipeline_run_spec', 'v1beta1'] };
  return job.pipeline_run_spec && { spec: job.pipeline_run_spec, path: ['pipeline_run_spec'] };
}

/** References of a pipeline's tasks to what is cloned for them: they and the extra refs correspond one to one (jobs 7.2). */
export function pipelineFaults(job: Piped, type: ProwJobType): readonly PlacedFault[] {
  const pipeline = pipelineOf(job);
  if (!pipeline) return [];
  const faults: PlacedFault[] = [];
  const used = new Set<number>();
  listAt(field(pipeline.spec, 'pipelineSpec'), 'tasks').forEach((task, at) => {
    const name = textAt(field(task, 'taskRef'), 'name');
    const say = (message: string) => { faults.push([[...pipeline.path, 'pipelineSpec', 'tasks', at, 'taskRef', 'name'], message]); };
    if (type === 'periodic' && name === 'PROW_IMPLICIT_GIT_REF') say('a periodic has no refs that could take the place of PROW_IMPLICIT_GIT_REF');
    const index = /PROW_EXTRA_GIT_REF_(\d+)/.exec(name)?.[1];
    if (index === undefined) return;
    if (/^0\d/.test(index)) say(`expected a number without zeros in front, found ${name}`);
    else if (Number(index) >= job.extra_refs.length) say(`expected one of ${job.extra_refs.length} extra_refs, found ${name}`);
    used.add(Number(index));
  });
  job.extra_refs.forEach((_, at) => {
    if (!used.has(at)) faults.push([['extra_refs', at], `is not used: expected a task that refers to PROW_EXTRA_GIT_REF_${at}`]);
  });
  return faults;
}

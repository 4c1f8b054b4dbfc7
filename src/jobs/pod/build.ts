import { isRecord } from '../../config/decode.js';
import { labelsFor } from '../../config/jobs/build.js';
import { canonicalDecoration } from '../../config/jobs/layers.js';
import { normalized } from '../../config/kube/normalize.js';
import type { ProwJob, Refs } from '../../core/prowjob.js';
import { decorated } from './decorate.js';
import { jobEnv, jobSpecJson } from './env.js';
import { records, text, type Data, type Pod, type Run, type Spec } from './model.js';

/** The ProwJob has nothing that a pod could be made of. */
export class NoPodSpecError extends Error {
  override readonly name = 'NoPodSpecError';
}

/** How the pod of a ProwJob is made; a local run keeps its results in a folder of the host. */
export interface Building {
  readonly buildId: string;
  readonly localOutput?: string | undefined;
}

/**
 * The pod in which a ProwJob runs, equal to the one that upstream makes (jobs 4). The caller adds the namespace. Throws
 * NoPodSpecError for a ProwJob of another agent.
 */
export function podOf(job: ProwJob, { buildId, localOutput }: Building): Pod {
  const given = job.spec['pod_spec'];
  if (!isRecord(given)) throw new NoPodSpecError(`the ProwJob ${job.metadata.name} has no pod_spec`);
  const { decoration_config: decoration } = job.spec;
  const known = {
    spec: canonicalSpec(job.spec),
    id: job.metadata.name,
    buildId,
    decoration: isRecord(decoration) ? normalized('DecorationConfig', canonicalDecoration(decoration).config) : undefined,
    localOutput,
  };
  const run: Run = { ...known, jobSpec: jobSpecJson(known) };
  const pod = basePod(normalized('PodSpec', given));
  const made = run.decoration ? decorated(pod, run) : withEnv(pod, run);
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadataOf(job, buildId), spec: withTermination(made) };
}

/** Name, labels and annotations of the pod (jobs 1.9). */
function metadataOf({ metadata, spec }: ProwJob, buildId: string): Pod['metadata'] {
  return {
    name: metadata.name,
    labels: labelsFor(spec, { ...metadata.labels, 'prow.k8s.io/id': metadata.name, 'prow.k8s.io/build-id': buildId }),
    annotations: { 'prow.k8s.io/job': spec.job, 'prow.k8s.io/context': spec.context ?? '', ...metadata.annotations },
  };
}

function canonicalSpec(spec: Spec): Spec {
  return { ...spec, ...(spec.refs && { refs: refsOf(spec.refs) }), ...(spec.extra_refs && { extra_refs: spec.extra_refs.map(refsOf) }) };
}

function refsOf(refs: Refs): Refs {
  return { org: '', repo: '', base_ref: '', ...normalized('Refs', refs) };
}

function basePod(pod: Data): Data {
  const containers = records(pod['containers']);
  // Looked at before an account is defaulted: a defaulted account mounts no token.
  const bare = pod['automountServiceAccountToken'] === undefined && text(pod['serviceAccountName']) === '';
  return {
    ...pod,
    restartPolicy: 'Never',
    containers: containers.length === 1 ? containers.map((one) => ({ ...one, name: 'test' })) : containers,
    ...(bare && { automountServiceAccountToken: false }),
  };
}

function withEnv(pod: Data, run: Run): Data {
  return { ...pod, containers: records(pod['containers']).map((container) => ({ ...container, env: [...records(container['env']), ...jobEnv(run)] })) };
}

/** The end of a container's log is shown where it left no message. */
function withTermination(pod: Data): Data {
  const told = (container: Data): Data => (text(container['terminationMessagePolicy']) === '' ? { ...container, terminationMessagePolicy: 'FallbackToLogsOnError' } : container);
  const init = records(pod['initContainers']);
  return { ...pod, ...(init.length > 0 && { initContainers: init.map(told) }), containers: records(pod['containers']).map(told) };
}

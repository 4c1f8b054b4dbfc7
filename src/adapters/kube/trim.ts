import { createHash } from 'node:crypto';
import type { Container, ObjectMeta, Pod } from '../../core/kube.js';
import type { ProwJob } from '../../core/prowjob.js';

/*
 * What an index keeps of an object, so that 50,000 ProwJobs fit into memory. Runs of one job are nearly alike: what comes from the
 * job's configuration is kept once for all of them, and so is every text that many objects share.
 */
export interface Trimming<T> {
  (object: T): T;
}

/** Parts of a ProwJob's spec that come from the configuration and are large. */
const SHARED = ['pod_spec', 'decoration_config', 'reporter_config', 'rerun_auth_config', 'prowjob_defaults', 'pipeline_run_spec', 'tekton_pipeline_run_spec'] as const;
const TEXTS = 20_000;

/** ProwJobs whole but for managedFields, with equal parts shared. */
export function trimProwJobs(): Trimming<ProwJob> {
  const share = sharing();
  const texts = textPool();
  return (given) => {
    const job = asProwJob(given);
    const spec: Record<string, unknown> = { ...job.spec };
    const parts: Record<string, unknown> = {};
    for (const key of SHARED) {
      if (spec[key] === undefined) continue;
      parts[key] = share(spec[key]);
      delete spec[key];
    }
    const { annotations, ...metadata } = withoutManaged(job.metadata);
    const made = texts({ ...job, metadata, spec }) as ProwJob;
    return {
      ...made,
      metadata: { ...made.metadata, ...(annotations && { annotations: share(annotations) as typeof annotations }) },
      spec: { ...made.spec, ...parts },
    };
  };
}

/** The schema requires neither spec nor status, so somebody's ProwJob may lack them; readers need not know. */
export function asProwJob(object: unknown): ProwJob {
  const job = object as ProwJob;
  return job.spec && job.status ? job : { ...job, spec: job.spec ?? {}, status: job.status ?? {} };
}

/** Pods without what nobody reads: of the spec remain node and containers' names, images and BUILD_ID; of the annotations Prow's. */
export function trimPods(): Trimming<Pod> {
  const texts = textPool();
  return ({ apiVersion, kind, metadata, spec = { containers: [] }, status }) => {
    const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith('prow.k8s.io/')));
    return texts({
      apiVersion, kind, metadata: { ...withoutManaged(metadata), annotations },
      spec: {
        ...(spec.nodeName !== undefined && { nodeName: spec.nodeName }),
        ...(spec.initContainers && { initContainers: spec.initContainers.map(trimContainer) }),
        containers: (spec.containers ?? []).map(trimContainer),
      },
      ...(status && { status }),
    }) as Pod;
  };
}

function trimContainer({ name, image, env }: Container): Container {
  const build = env?.filter((one) => one.name === 'BUILD_ID') ?? [];
  return { name, ...(image !== undefined && { image }), ...(build.length > 0 && { env: build }) };
}

function withoutManaged({ managedFields: _, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata;
}

/** Gives equal values one object, for as long as somebody holds it. */
function sharing(): (value: unknown) => unknown {
  const known = new Map<string, WeakRef<object>>();
  const gone = new FinalizationRegistry<string>((key) => { if (known.get(key)?.deref() === undefined) known.delete(key); });
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const key = createHash('sha1').update(JSON.stringify(value)).digest('base64');
    const same = known.get(key)?.deref();
    if (same) return same;
    known.set(key, new WeakRef(value));
    gone.register(value, key);
    return value;
  };
}

/** A copy whose texts are the ones that were seen before. The pool is emptied when it is full, which costs no more than some sharing. */
function textPool(): (value: unknown) => unknown {
  const pool = new Map<string, string>();
  const pooled = (text: string): string => {
    const known = pool.get(text);
    if (known !== undefined) return known;
    if (pool.size >= TEXTS) pool.clear();
    pool.set(text, text);
    return text;
  };
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return pooled(value);
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    const made: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value)) made[key] = copy(part);
    return made;
  };
  return copy;
}

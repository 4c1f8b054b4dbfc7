import type { ProwJob } from '../../core/prowjob.js';

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts that the CRD requires, though job files leave them out: Go writes them even when they are empty. By the list that holds the objects. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'], initContainers: ['name'], ephemeralContainers: ['name'], env: ['name'], volumes: ['name'], volumeMounts: ['name', 'mountPath'], volumeDevices: ['name', 'devicePath'],
};

/** The ProwJob as the API server takes it: a container without a name, as most jobs have it, has the empty one (jobs 1.1). */
export function withRequired(job: ProwJob): ProwJob {
  const spec = job.spec['pod_spec'];
  return isObject(spec) ? { ...job, spec: { ...job.spec, pod_spec: filled(spec) } } : job;
}

function filled(object: Fields): Fields {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => {
    const required = REQUIRED[key];
    if (required === undefined || !Array.isArray(value)) return [key, value];
    const blanks = Object.fromEntries(required.map((name) => [name, '']));
    return [key, value.map((one: unknown) => (isObject(one) ? { ...blanks, ...filled(one) } : one))];
  }));
}

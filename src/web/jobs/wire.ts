import type { ProwJob } from '../../core/prowjob.js';

/** What `/prowjobs.js` can leave out (deck 5.1). */
export const OMITTABLE = ['annotations', 'labels', 'decoration_config', 'pod_spec'] as const;
export type Omit = ReadonlySet<(typeof OMITTABLE)[number]>;

/** What an address asks to leave out; words of no meaning are ignored (deck 5.1). */
export function omitOf(text: string | undefined): Omit {
  const words = (text ?? '').split(',');
  return new Set(OMITTABLE.filter((word) => words.includes(word)));
}

/** A job as machines read it: without managedFields and what is omitted; of a pod's spec the number of containers stays, since pages count them (deck 5.1). */
export function wireJob(job: ProwJob, omit: Omit): object {
  const { managedFields: _managed, annotations, labels, ...metadata } = job.metadata as ProwJob['metadata'] & { readonly managedFields?: unknown };
  const { decoration_config: decoration, pod_spec: pod, ...spec } = job.spec;
  const containers = (pod as { readonly containers?: readonly unknown[] } | undefined)?.containers ?? [];
  return {
    ...job,
    metadata: { ...metadata, ...(labels && !omit.has('labels') && { labels }), ...(annotations && !omit.has('annotations') && { annotations }) },
    spec: {
      ...spec, ...(decoration !== undefined && !omit.has('decoration_config') && { decoration_config: decoration }),
      ...(pod !== undefined && { pod_spec: omit.has('pod_spec') ? { containers: containers.map(() => ({ name: '', resources: {} })) } : pod }),
    },
  };
}

/** JSON that is safe inside a script as well, as Go writes it. */
export const jsonOf = (job: ProwJob, omit: Omit): string => JSON.stringify(wireJob(job, omit)).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Which jobs `/prowjobs.js` is asked for (deck 5.1); org and repo are tested independently. */
export interface WireFilter {
  readonly org?: string | undefined;
  readonly repo?: string | undefined;
  readonly owner?: string | undefined;
}

/** Whether a job is asked for. */
export function asked({ spec: { refs, extra_refs: extra = [] } }: ProwJob, { org, repo, owner }: WireFilter): boolean {
  const places = refs ? [refs] : extra;
  return (!org || places.some((one) => one.org === org)) && (!repo || places.some((one) => one.repo === repo)) && (!owner || (refs?.pulls ?? []).some(({ author }) => author === owner));
}

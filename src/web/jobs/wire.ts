import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { ProwJob } from '../../core/prowjob.js';
import type { JobView } from './view.js';
import { startOf } from './view.js';

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
const jsonOf = (job: ProwJob, omit: Omit): string => JSON.stringify(wireJob(job, omit)).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

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

export interface WireBody {
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

export interface WireQuery extends WireFilter {
  readonly omit: Omit;
  /** Name of the variable to assign; checked before. */
  readonly variable: string | undefined;
}

const HOUR = 3_600_000;
/** So many jobs are written before others get their turn. */
const SLICE = 250;
const zip = promisify(gzip);
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/**
 * `/prowjobs.js` ready to be sent. Jobs are written by the hour in which they began: old hours never change, so that a new answer costs the
 * newest hour or two and no more. `boot` tells apart what processes say.
 */
export function openWire({ view, boot }: Readonly<{ view: Pick<JobView, 'version' | 'list'>; boot: string }>) {
  const hours = new LRUCache<string, { readonly jobs: readonly ProwJob[]; readonly text: Buffer }>({ maxSize: 256 * 1024 * 1024, sizeCalculation: ({ text }) => text.length + 1 });
  const bodies = new LRUCache<string, { readonly version: number; readonly body: Promise<WireBody> }>({ max: 4 });
  const nameOf = ({ org, repo, owner, omit, variable }: WireQuery): string => JSON.stringify([org || '', repo || '', owner || '', [...omit], variable ?? '']);
  const etagOf = (version: number): string => `W/"${boot}-${version}"`;

  async function hour(key: string, jobs: readonly ProwJob[], omit: Omit): Promise<Buffer> {
    const known = hours.get(key);
    if (known && known.jobs.length === jobs.length && known.jobs.every((job, n) => job === jobs[n])) return known.text;
    const parts: string[] = [];
    for (let n = 0; n < jobs.length; n += SLICE) {
      if (n > 0) await turn();
      parts.push(...jobs.slice(n, n + SLICE).map((job) => jsonOf(job, omit)));
    }
    const text = Buffer.from(parts.join(','));
    hours.set(key, { jobs, text });
    return text;
  }

  async function build(query: WireQuery, version: number): Promise<WireBody> {
    const { omit, variable, org, repo, owner } = query;
    const narrow = Boolean(org || repo || owner);
    const groups = new Map<number, ProwJob[]>();
    for (const job of view.list()) {
      if (narrow && !asked(job, query)) continue;
      const at = Math.floor(startOf(job) / HOUR);
      const group = groups.get(at);
      if (group) group.push(job);
      else groups.set(at, [job]);
    }
    const parts: Buffer[] = [];
    for (const [at, jobs] of groups) {
      if (parts.length > 0) { parts.push(Buffer.from(',')); await turn(); }
      parts.push(await hour(JSON.stringify([at, [...omit], org || '', repo || '', owner || '']), jobs, omit));
    }
    const [open, close] = variable === undefined ? ['{"items":[', ']}'] : [`var ${variable} = {"items":[`, ']};'];
    const plain = Buffer.concat([Buffer.from(open), ...parts, Buffer.from(close)]);
    return { etag: etagOf(version), plain, gzipped: await zip(plain, { level: 4 }) };
  }

  return {
    /** The ETag that an answer would carry now. */
    etag: (): string => etagOf(view.version()),
    /** The answer; one that is being made serves all who ask for it. */
    body(query: WireQuery): Promise<WireBody> {
      const version = view.version();
      const name = nameOf(query);
      const known = bodies.get(name);
      if (known?.version === version) return known.body;
      const body = build(query, version);
      bodies.set(name, { version, body });
      body.catch(() => { if (bodies.peek(name)?.body === body) bodies.delete(name); });
      return body;
    },
  };
}

/** `/prowjobs.js`, ready to be sent. */
export type Wire = ReturnType<typeof openWire>;

import { LRUCache } from 'lru-cache';
import { checksBuckets, knownBuckets } from '../../config/prow/deckLookup.js';
import { own } from '../../config/lookup.js';
import type { ConfigSource } from '../../config/snapshot.js';
import type { Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { Storage } from '../../core/ports/storage.js';
import type { ProwJob } from '../../core/prowjob.js';
import { startOf } from './view.js';
import { isVisible, visibilityOf } from './visible.js';

/** A run of a job, running or long ended. */
export interface Run {
  /** What addresses call it: `name/NAME`, `prowjob/JOB/BUILD`, `gs/BUCKET/PATH` (deck 9.1). */
  readonly source: string;
  readonly jobName: string;
  readonly job: ProwJob | undefined;
  /** Whether the cluster has the job still; else it is what storage remembers. */
  readonly live: boolean;
  /** Where its results are or will be. */
  readonly folder: string | undefined;
}

export type FoundRun = Readonly<{ kind: 'run'; run: Run } | { kind: 'none'; status: 400 | 403 | 404; why: string }>;

export interface RunsDeps {
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'get' | 'by'>;
  readonly storage: Pick<Storage, 'read'>;
  readonly resultsOf: (job: ProwJob) => string | undefined;
  readonly config: ConfigSource;
}

type Waiting = Readonly<{ signal: AbortSignal }>;

const none = (status: 400 | 403 | 404, why: string): FoundRun => ({ kind: 'none', status, why });
/** One answer for what is not there and what may not be seen: nobody learns which. */
const NOT_HERE = 'There is no such job here, or no longer.';
const MOST_BYTES = 1024 * 1024;
/** A file that leads to another folder holds less (deck 9.2). */
const MOST_LINK_BYTES = 4_096;

/** The folder that a source means: scheme, bucket and path of an address. Undefined where it names none, or leads out of it. */
export function folderOf(source: string): Readonly<{ scheme: string; bucket: string; path: string }> | undefined {
  const [scheme = '', bucket = '', ...path] = source.replace(/\/+$/, '').split('/');
  if (path.length < 2 || !/^[a-z][a-z0-9+.-]*$/i.test(scheme) || [bucket, ...path].some((part) => part === '' || part === '.' || part === '..' || /[\0\\\r\n]/.test(part))) return undefined;
  return { scheme: scheme === 'gcs' ? 'gs' : scheme, bucket, path: path.join('/') };
}

const addressOf = ({ scheme, bucket, path }: Readonly<{ scheme: string; bucket: string; path: string }>): string => `${scheme}://${scheme === 'file' ? '/' : ''}${bucket}/${path}`;

/** The source by which a folder is called; what `folderOf` reads. */
export function sourceOf(folder: string): string {
  return folder.replace(/^([a-z][a-z0-9+.-]*):\/\/\/?/i, '$1/');
}

/** Finds runs; those that may not be seen are not found. */
export function openRuns({ index, storage, resultsOf, config }: RunsDeps) {
  const remembered = new LRUCache<string, { readonly job: ProwJob | undefined }>({ max: 500, ttl: 60_000 });

  const shown = (job: ProwJob | undefined): ProwJob | undefined => (job && isVisible(job, visibilityOf(config.current())) ? job : undefined);
  const runOf = (source: string, job: ProwJob): Run => ({ source, jobName: job.spec.job, job, live: true, folder: resultsOf(job) });
  const ofJob = (source: string, job: ProwJob): FoundRun => ({ kind: 'run', run: runOf(source, job) });
  const read = async (at: string, most: number, { signal }: Waiting): Promise<string | undefined> => {
    const bytes = await storage.read(at, { signal, start: 0, end: most });
    return bytes && Buffer.from(bytes).toString('utf8');
  };

  /** What a run left behind; undefined when it left nothing that can be read. */
  async function stored(folder: string, options: Waiting): Promise<ProwJob | undefined> {
    const known = remembered.get(folder);
    if (known) return known.job;
    const text = await read(`${folder}/prowjob.json`, MOST_BYTES, options);
    let job: ProwJob | undefined;
    try {
      const found = text === undefined ? undefined : (JSON.parse(text) as Partial<ProwJob> | null);
      if (typeof found?.spec?.job === 'string' && typeof found.metadata?.name === 'string' && typeof found.status?.state === 'string') job = found as ProwJob;
    } catch { /* It is shown as one that left nothing. */ }
    remembered.set(folder, { job });
    return job;
  }

  async function inStorage(source: string, options: Waiting): Promise<FoundRun> {
    const asked = folderOf(source);
    if (!asked) return none(400, `Not the address of a run: ${JSON.stringify(source.slice(0, 300))}; expected SCHEME/BUCKET/PATH/JOB/BUILD.`);
    const snapshot = config.current();
    const { deck } = snapshot.prow;
    const allowed = (bucket: string): boolean => !checksBuckets(deck) || knownBuckets(snapshot).has(bucket);
    const bucket = own(deck.spyglass.bucket_aliases, asked.bucket) ?? asked.bucket;
    if (!allowed(bucket)) return none(403, `Runs in the bucket ${JSON.stringify(bucket)} are not shown here.`);
    let folder = addressOf({ ...asked, bucket });
    const link = await read(`${folder}.txt`, MOST_LINK_BYTES, options);
    if (link !== undefined) {
      const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/\/?(.+)$/i.exec(link.trim()) ?? [];
      const target = link.length < MOST_LINK_BYTES ? folderOf(`${scheme}/${rest}`) : undefined;
      if (!target) return none(404, `${folder}.txt leads nowhere.`);
      if (!allowed(target.bucket)) return none(403, `Runs in the bucket ${JSON.stringify(target.bucket)} are not shown here.`);
      folder = addressOf(target);
    }
    const [jobName = '', build = ''] = folder.split('/').slice(-2);
    const here = index.by('build', `${jobName}/${build}`).find((job) => resultsOf(job) === folder);
    if (here) return shown(here) ? ofJob(sourceOf(folder), here) : none(404, NOT_HERE);
    const job = await stored(folder, options);
    // Where something is hidden, what does not say whose it is may be just that.
    if (job ? !shown(job) : visibilityOf(snapshot).hidden.size > 0) return none(404, NOT_HERE);
    return { kind: 'run', run: { source: sourceOf(folder), jobName, job, live: false, folder } };
  }

  const byBuild = (job: string, build: string): ProwJob | undefined => [...index.by('build', `${job}/${build}`)].sort((a, b) => startOf(a) - startOf(b)).find((one) => shown(one));

  return {
    /** The run of an address. Throws RemoteError and ConfigError of the storage. */
    async find(source: string, options: Waiting): Promise<FoundRun> {
      const [kind, ...rest] = source.replace(/\/+$/, '').split('/');
      if (kind === 'name') {
        const job = shown(index.get(config.current().prow.prowjob_namespace, rest.join('/')));
        return job ? ofJob(source, job) : none(404, NOT_HERE);
      }
      if (kind === 'prowjob') {
        if (rest.length < 2) return none(400, `Not the address of a run: ${JSON.stringify(source.slice(0, 300))}; expected prowjob/JOB/BUILD.`);
        const job = byBuild(rest.slice(0, -1).join('/'), rest.at(-1) ?? '');
        return job ? ofJob(`prowjob/${rest.join('/')}`, job) : none(404, NOT_HERE);
      }
      return inStorage(source, options);
    },
    /** The visible job of a name and build id; of several the oldest (deck 4.1). */
    byBuild,
    /** The run of a job that the cluster has. */
    ofJob: runOf,
    /** Whether a job may be shown. */
    visible: (job: ProwJob): boolean => shown(job) !== undefined,
  };
}

/** Finds runs. */
export type Runs = ReturnType<typeof openRuns>;

import { isRecord } from '../../config/decode.js';
import type { Log } from '../../core/ports/log.js';
import type { Storage } from '../../core/ports/storage.js';
import { ConfigError, UserError } from '../../core/errors.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import { bucketOf, jobPath, type Place } from '../artifactPath.js';
import type { Reporter } from './reporter.js';
import { clonedCommit, finishedOf, isStored, prowjobJson, startedOf, startedSeen, versionOf } from './results.js';

export interface StorageReportDeps {
  readonly storage: Pick<Storage, 'read' | 'write'>;
  /** Where a job that is not decorated leaves its results; undefined: nowhere. */
  readonly guessed: (job: ProwJob) => Place | undefined;
  readonly log: Log;
}

const LIMIT_MS = 60_000;

/** The folder of a job's results, as an address; undefined when it has none. */
export function resultsOf(job: ProwJob, guessed: StorageReportDeps['guessed']): string | undefined {
  const decoration = job.spec['decoration_config'];
  const gcs = isRecord(decoration) ? decoration['gcs_configuration'] : undefined;
  const place = isRecord(gcs) && typeof gcs['bucket'] === 'string' ? (gcs as Readonly<Record<string, unknown>> & Place) : guessed(job);
  if (!place || place.bucket === '' || !job.status.build_id) return undefined;
  const { provider, name, path } = bucketOf(place.bucket);
  return `${provider}://${[name, path, jobPath(job.spec, job.status.build_id, place)].filter((part, n) => n === 0 || part !== '').join('/')}`;
}

/**
 * Leaves `started.json`, `finished.json` and `prowjob.json` beside a job's results (jobs 10.3). What the pod's own utilities wrote stays. An
 * aborted job is told once it has ended, so that its end is in there (flaw 38).
 */
export function storageReporter({ storage, guessed, log }: StorageReportDeps): Reporter {
  return {
    name: 'gcsreporter',
    wants: isStored,
    async report(job, { signal: outer }) {
      const signal = AbortSignal.any([outer, AbortSignal.timeout(LIMIT_MS)]);
      const folder = resultsOf(job, guessed);
      if (folder === undefined) return { kind: 'done' };
      const text = async (name: string): Promise<string | undefined> => {
        const bytes = await storage.read(`${folder}/${name}`, { signal });
        return bytes && Buffer.from(bytes).toString('utf8');
      };
      const json = { signal, contentType: 'application/json' } as const;
      try {
        if (job.spec.refs) await started(job, { text, write: (body, how) => storage.write(`${folder}/started.json`, body, { ...json, ...how }) });
        if (isComplete(job)) await storage.write(`${folder}/finished.json`, JSON.stringify(finishedOf(job)), { ...json, ifAbsent: true });
        await storage.write(`${folder}/prowjob.json`, prowjobJson(job), json);
      } catch (error) {
        // A storage that is not configured here, or an address that leads nowhere, does not get better by itself.
        if (!(error instanceof ConfigError || error instanceof UserError)) throw error;
        log.warn({ err: error, job: job.metadata.name }, 'results of a job are not stored');
      }
      return { kind: 'done' };
    },
  };
}

interface StartedFile {
  readonly text: (name: string) => Promise<string | undefined>;
  readonly write: (body: string, how: Readonly<{ ifAbsent?: true }>) => Promise<'written' | 'existed'>;
}

async function started(job: ProwJob, { text, write }: StartedFile): Promise<void> {
  const former = await text('started.json');
  const seen = former === undefined ? undefined : startedSeen(former);
  if (seen && (!seen.ours || (seen.commit !== '' && seen.commit !== versionOf(job)))) return;
  const records = await text('clone-records.json');
  const commit = records === undefined ? undefined : clonedCommit(job, records);
  if (seen && commit === undefined) return;
  await write(JSON.stringify(startedOf(job, commit)), seen ? {} : { ifAbsent: true });
}

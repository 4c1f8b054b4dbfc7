import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { BuildClusters } from '../../core/ports/kube.js';
import type { Storage } from '../../core/ports/storage.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import type { ShownLog } from '../pages/jobLog.js';
import { fileAt } from './artifacts.js';
import { podOf, shownLines } from './liveLogs.js';
import { readLines } from './logIndex.js';
import type { Run } from './runs.js';
import type { StoredLogs, WindowQuery } from './storedLogs.js';
import { containersOf } from './words.js';

export interface ReadLogDeps {
  readonly clusters: Pick<BuildClusters, 'get'>;
  readonly storage: Pick<Storage, 'stat' | 'stream'>;
  readonly stored: StoredLogs;
}

/** The log of one container of a run. */
export interface WhichLog {
  readonly run: Run;
  readonly container: string;
}

export type ReadLog = Readonly<{ log: ShownLog | undefined; problem: string | undefined }>;

/** A running job's log is read from its beginning up to this; beyond it, its end without numbers. */
const MOST_BYTES = 1024 * 1024;
const POD_MS = 3_000;

/** The container that an address means: the one it names, else the first. */
export function containerOf({ job }: Run, asked: string | undefined): string {
  if (asked !== undefined && asked !== '') return asked;
  return (job && containersOf(job)[0]?.name) ?? 'test';
}

/** Where a container's log is stored; undefined for a run that leaves nothing. */
export function logAt({ run: { folder, job }, container }: WhichLog): string | undefined {
  if (folder === undefined) return undefined;
  const known = job && containersOf(job).find(({ name }) => name === container);
  return fileAt(folder, known?.file ?? (container === 'test' ? 'build-log.txt' : `${container}-build-log.txt`));
}

/** A container's log from its pod, as bytes. Throws NotFoundError without a pod, RemoteError with status 400 before the container has started. */
export async function* podLog(job: ProwJob, { clusters, container, ...options }: Readonly<{ clusters: ReadLogDeps['clusters']; container: string; follow?: boolean; signal: AbortSignal; limitBytes?: number; tailLines?: number }>): AsyncGenerator<Uint8Array, void> {
  const cluster = clusters.get(job.spec.cluster ?? '');
  if (cluster.kind === 'fault') throw new NotFoundError(cluster.text, { service: 'kubernetes' });
  yield* cluster.pods.logs(podOf(job), container, options);
}

const isRunning = ({ job, live }: Run): boolean => live && job !== undefined && !isComplete(job);
/** Whether a log may still grow. */
export const grows = isRunning;

async function ofPod(job: ProwJob, container: string, wanted: number, { clusters, signal: outer }: Pick<ReadLogDeps, 'clusters'> & Pick<WindowQuery, 'signal'>): Promise<ShownLog> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(POD_MS)]);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of podLog(job, { clusters, container, signal, limitBytes: MOST_BYTES })) { parts.push(part); size += part.byteLength; }
  const whole = size < MOST_BYTES;
  if (!whole) {
    parts.length = 0;
    for await (const part of podLog(job, { clusters, container, signal, tailLines: wanted })) parts.push(part);
  }
  const lines = await readLines((async function* () { yield* parts; })(), { skip: 0, wanted: Number.POSITIVE_INFINITY });
  const shown = shownLines(lines).lines;
  const failing = whole ? shown.flatMap((line, n) => (line.failing ? [n] : [])) : [];
  return { from: whole ? Math.max(0, shown.length - wanted) : undefined, lines: shown.slice(-wanted), total: whole ? shown.length : undefined, bytes: undefined, failing, failures: failing.length };
}

/** Part of a log for its page: from storage once the run has ended, from the pod before, and while storage has nothing. Never throws but for an ended signal. */
export async function readLog({ run, container }: WhichLog, query: WindowQuery, { clusters, stored }: ReadLogDeps): Promise<ReadLog> {
  const { job } = run;
  const { signal } = query;
  let problem: string | undefined;
  const at = logAt({ run, container });
  if (at !== undefined && !isRunning(run)) {
    try {
      const found = await stored.window(at, query);
      if (found) return { log: { ...found, lines: shownLines(found.lines).lines }, problem: undefined };
    } catch (error) {
      signal.throwIfAborted();
      problem = `The log could not be read: ${error instanceof Error ? error.message : String(error)}.`;
    }
  }
  if (job && run.live && job.spec.agent === 'kubernetes') {
    try {
      return { log: await ofPod(job, container, query.wanted, { clusters, signal }), problem };
    } catch (error) {
      signal.throwIfAborted();
      const early = error instanceof NotFoundError || (error instanceof RemoteError && error.status === 400);
      if (!early) problem ??= `The log of the pod could not be read: ${error instanceof Error ? error.message : String(error)}.`;
    }
  }
  return { log: undefined, problem: problem ?? (isRunning(run) ? undefined : 'There is no log: none was stored, and the pod is gone.') };
}

export type RawLog = Readonly<{ kind: 'log'; parts: AsyncIterable<Uint8Array> } | { kind: 'none'; why: string }>;

/** A whole log, as it stands or followed to its end; what cannot be read says why. */
export async function rawLog({ run, container }: WhichLog, { clusters, storage, follow, signal }: Pick<ReadLogDeps, 'clusters' | 'storage'> & Readonly<{ follow: boolean; signal: AbortSignal }>): Promise<RawLog> {
  const { job } = run;
  const at = logAt({ run, container });
  let why = `${run.jobName} has no log of the container ${JSON.stringify(container)}`;
  const fromPod = async (): Promise<RawLog | undefined> => {
    if (!job || !run.live) return undefined;
    if (job.spec.agent !== 'kubernetes') { why = `jobs of the agent ${job.spec.agent} keep their logs elsewhere`; return undefined; }
    const parts = podLog(job, { clusters, container, follow, signal });
    try {
      // Whether there is a log shows with its first part.
      const first = await parts.next();
      return { kind: 'log', parts: (async function* () { if (!first.done) { yield first.value; yield* parts; } })() };
    } catch (error) {
      signal.throwIfAborted();
      why = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const fromStorage = async (): Promise<RawLog | undefined> => {
    if (at === undefined) return undefined;
    try {
      return (await storage.stat(at, { signal })) ? { kind: 'log', parts: storage.stream(at, { signal }) } : undefined;
    } catch (error) {
      signal.throwIfAborted();
      why = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const found = isRunning(run) ? (await fromPod()) ?? (await fromStorage()) : (await fromStorage()) ?? (await fromPod());
  return found ?? { kind: 'none', why };
}

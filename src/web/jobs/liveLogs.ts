import { setTimeout as pause } from 'node:timers/promises';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { BuildClusters } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import { PLAIN, ansiLine, type Style } from './ansi.js';
import { saysFailure } from '../../core/failing.js';

/** A line as pages show it. */
export interface ShownLine {
  readonly html: string;
  readonly failing: boolean;
}

/** News of a log: lines from a number (from 0) on, or that it ended. */
export type LogNews = Readonly<{ kind: 'lines'; from: number; lines: readonly ShownLine[] } | { kind: 'end' }>;

export interface LiveLogsDeps {
  readonly clusters: Pick<BuildClusters, 'get'>;
  /** The job as it is now; undefined when it is gone. */
  readonly find: (job: ProwJob) => ProwJob | undefined;
  readonly log: Log;
}

const KEPT = 5_000;
const LONGEST = 8_000;
const AGAIN_MS = 1_000;
/** A log that says nothing more after its job ended. */
const LINGER_MS = 10_000;
const FLUSH_MS = 100;

/** The pod of a job. */
export const podOf = ({ status, metadata }: ProwJob): string => status.pod_name || metadata.name;

/** Lines of a terminal, shown one after the other: a colour goes on until it is ended. */
export function shownLines(lines: readonly string[], before: Style = PLAIN): Readonly<{ lines: readonly ShownLine[]; style: Style }> {
  let style = before;
  const shown = lines.map((line) => {
    const made = ansiLine(line, style);
    style = made.style;
    return { html: made.html, failing: saysFailure(line) };
  });
  return { lines: shown, style };
}

/** One log that somebody looks at; all who do share one stream of the cluster. */
class Follower {
  lines: ShownLine[] = [];
  first = 0;
  ended = false;
  watchers = 0;
  readonly stop = new AbortController();
  private wake: (() => void)[] = [];
  private rest = '';
  private style: Style = PLAIN;
  private bytes = 0;

  next(): number { return this.first + this.lines.length; }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => { signal.removeEventListener('abort', done); resolve(); };
      this.wake.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  tell(): void { for (const wake of this.wake.splice(0)) wake(); }

  add(texts: readonly string[]): void {
    if (texts.length === 0) return;
    const { lines, style } = shownLines(texts.map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)} … (cut)` : text)), this.style);
    this.style = style;
    this.lines.push(...lines);
    const over = this.lines.length - KEPT;
    if (over > 0) { this.lines.splice(0, over); this.first += over; }
    this.tell();
  }

  /** Reads a stream from its beginning; what an earlier one brought is passed over. */
  async read(parts: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let passed = this.bytes;
    for await (const part of parts) {
      const fresh = part.subarray(Math.min(passed, part.byteLength));
      passed -= part.byteLength - fresh.byteLength;
      if (fresh.byteLength === 0) continue;
      this.bytes += fresh.byteLength;
      const texts = (this.rest + decoder.decode(fresh, { stream: true })).split('\n');
      this.rest = (texts.pop() ?? '').slice(0, 4 * LONGEST);
      this.add(texts);
    }
  }

  finish(): void {
    if (this.rest !== '') this.add([this.rest]);
    this.rest = '';
    this.ended = true;
    this.tell();
  }
}

/** Logs of running jobs. */
export function openLiveLogs({ clusters, find, log }: LiveLogsDeps) {
  const followers = new Map<string, Follower>();

  async function follow(job: ProwJob, container: string, follower: Follower): Promise<void> {
    const { signal } = follower.stop;
    let endedAt: number | undefined;
    while (!signal.aborted) {
      const now = find(job);
      const over = now === undefined || isComplete(now);
      try {
        const cluster = clusters.get((now ?? job).spec.cluster ?? '');
        if (cluster.kind === 'cluster') {
          await follower.read(cluster.pods.logs(podOf(now ?? job), container, { follow: true, signal }));
          if (over) break;
        }
      } catch (error) {
        if (signal.aborted) break;
        const early = error instanceof NotFoundError || (error instanceof RemoteError && error.status === 400);
        if (!early) log.debug({ err: error, job: job.metadata.name }, 'log stream of a pod broke');
        if (over) break;
      }
      if (over) { endedAt ??= Date.now(); if (Date.now() - endedAt > LINGER_MS) break; }
      await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
    follower.finish();
  }

  return {
    /** The lines from number `after` on as they come; a first number above `after` says that the ones between are no longer held. Ends with the log or the signal. */
    async *lines(job: ProwJob, container: string, { after, signal }: Readonly<{ after: number; signal: AbortSignal }>): AsyncGenerator<LogNews, void> {
      const key = `${job.metadata.uid ?? job.metadata.name}/${container}`;
      let follower = followers.get(key);
      if (!follower) {
        follower = new Follower();
        followers.set(key, follower);
        void follow(job, container, follower);
      }
      follower.watchers++;
      try {
        let at = after;
        while (!signal.aborted) {
          at = Math.max(at, follower.first);
          if (at < follower.next()) {
            const lines = follower.lines.slice(at - follower.first);
            yield { kind: 'lines', from: at, lines };
            at += lines.length;
            await pause(FLUSH_MS, undefined, { signal }).catch(() => {});
          } else if (follower.ended) { yield { kind: 'end' }; return; } else await follower.changed(signal);
        }
      } finally {
        follower.watchers--;
        if (follower.watchers === 0) {
          followers.delete(key);
          follower.stop.abort();
        }
      }
    },
  };
}

/** Logs of running jobs, followed. */
export type LiveLogs = ReturnType<typeof openLiveLogs>;

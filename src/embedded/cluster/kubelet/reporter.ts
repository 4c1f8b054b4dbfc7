import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { at, fieldsOf, listOf, type Fields, type Kobject } from '../api/object.js';
import { KubeError, pause, type Client } from './client.js';
import { podStatus, type PodView } from './podStatus.js';

/** Where pods run, as far as they can tell. */
export const LOOPBACK = '127.0.0.1';
const RETRY_MS = 500;

/** The API's path of a pod. */
export function podPath({ metadata: { namespace = 'default', name } }: Kobject): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** Writes a pod's status; while one write is on its way, newer ones wait and only the newest is written. */
export interface Reporter {
  set(view: PodView): void;
  /** Resolves once the newest status is written, or cannot be any more. */
  flush(): Promise<void>;
}

/** Patches a pod's status until it is written. Answers false when the pod is gone or another one has its name. */
export async function writeStatus(pod: Kobject, status: Fields, { client, log, signal }: { client: Client; log: Log; signal: AbortSignal }): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await client.ask({ method: 'PATCH', path: `${podPath(pod)}/status`, body: { metadata: { uid: pod.metadata.uid }, status }, signal });
      return true;
    } catch (err) {
      if (err instanceof KubeError && err.code >= 400 && err.code < 500 && err.code !== 429) {
        if (err.code !== 404 && err.code !== 409) log.error({ err, pod: pod.metadata.name }, 'the status of a pod was refused');
        return false;
      }
      await pause(RETRY_MS, signal);
    }
  }
  return false;
}

/** A reporter for one pod. */
export function createReporter(pod: Kobject, { client, clock, log, signal }: { client: Client; clock: Clock; log: Log; signal: AbortSignal }): Reporter {
  let conditions = listOf(at(pod, 'status', 'conditions')).map(fieldsOf);
  let next: Fields | undefined;
  let gone = false;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (next && !gone) {
      const status = next;
      next = undefined;
      gone = !(await writeStatus(pod, status, { client, log, signal }));
    }
    writing = undefined;
  };
  return {
    set(view) {
      next = podStatus(view, { ip: LOOPBACK, conditions, now: clock.now() });
      conditions = listOf(next.conditions).map(fieldsOf);
      writing ??= write();
    },
    async flush() { while (writing) await writing; },
  };
}

import type { ProwJob } from '../../core/prowjob.js';
import type { Stop } from './podFacts.js';

/** Why the pods of a job were made anew, oldest first, with commas (design decision 18: the resource has no field for it). */
export const REASONS_NOTE = 'prow.k8s.io/revival-reasons';
/** The uid of the pod whose stop was counted last: it is counted once, however long it takes to go. */
export const COUNTED_NOTE = 'prow.k8s.io/revived-pod';

/** How often the pod of a job was made anew after it had stopped unexpectedly (`pod_revival_count`). */
export function revivalsOf({ status }: ProwJob): number {
  return Number(status['pod_revival_count'] ?? 0);
}

/** Why that was, oldest first; empty where nobody wrote it down. */
export function revivalReasons({ metadata }: ProwJob): readonly string[] {
  return (metadata.annotations?.[REASONS_NOTE] ?? '').split(',').filter((reason) => reason !== '');
}

/** Whether the stop of this pod is in the count already. */
export function isCounted({ metadata }: ProwJob, { uid }: Readonly<{ uid: string }>): boolean {
  return uid !== '' && metadata.annotations?.[COUNTED_NOTE] === uid;
}

/** The annotations that remember one more stop. */
export function revivalNotes(job: ProwJob, { cause, uid }: Readonly<{ cause: Stop; uid: string }>): Readonly<Record<string, string>> {
  return { [REASONS_NOTE]: [...revivalReasons(job), cause].join(','), [COUNTED_NOTE]: uid };
}

const WORDS: Readonly<Record<Stop, string>> = {
  evicted: 'it was evicted from its node', unreachable: 'its node was lost', oomkilled: 'it used too much memory', unknown: 'nobody knew its state',
};

/** What a job says of itself while its pod is made anew. */
export function revivalText(cause: Stop, { count, most }: Readonly<{ count: number; most: number }>): string {
  return `The pod is made again (${count} of ${most}): ${WORDS[cause]}.`;
}

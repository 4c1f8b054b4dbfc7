import { REASONS_NOTE, revivalReasons } from '../../core/jobNotes.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { Stop } from './podFacts.js';

/** The uid of the pod whose stop was counted last: it is counted once, however long it takes to go. */
export const COUNTED_NOTE = 'prow.k8s.io/revived-pod';

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

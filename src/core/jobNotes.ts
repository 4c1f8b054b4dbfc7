import type { ProwJob } from './prowjob.js';

/*
 * What a ProwJob says beyond upstream's fields, in annotations (design decision 18).
 */

/** Why the pods of a job were made anew, oldest first, with commas. */
export const REASONS_NOTE = 'prow.k8s.io/revival-reasons';
/** On the later of two runs that came out differently on the very same commits: the name of the other one. */
export const FLAKE_NOTE = 'prow.k8s.io/flake';

/** How often the pod of a job was made anew after it had stopped unexpectedly (`pod_revival_count`). */
export function revivalsOf({ status }: ProwJob): number {
  return Number(status['pod_revival_count'] ?? 0);
}

/** Why that was, oldest first; empty where nobody wrote it down. */
export function revivalReasons({ metadata }: ProwJob): readonly string[] {
  return (metadata.annotations?.[REASONS_NOTE] ?? '').split(',').filter((reason) => reason !== '');
}

/** That and why the pod was made anew, for people; undefined where it was not. */
export function revivalsTold(job: ProwJob): string | undefined {
  const [times, reasons] = [revivalsOf(job), revivalReasons(job)];
  return times > 0 ? `Its pod was made again ${times === 1 ? 'once' : `${times} times`}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}` : undefined;
}

/** The run that contradicts this one on the same commits, and how it ended; undefined where there is none. */
export function flakeOf({ metadata, status }: ProwJob): Readonly<{ other: string; ended: 'passed' | 'failed' }> | undefined {
  const other = metadata.annotations?.[FLAKE_NOTE];
  return other === undefined ? undefined : { other, ended: status.state === 'success' ? 'failed' : 'passed' };
}

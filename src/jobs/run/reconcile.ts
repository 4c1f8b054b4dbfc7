import { revivalReasons, revivalsOf } from '../../core/jobNotes.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { PodFacts, Stop } from './podFacts.js';
import { isCounted, revivalText } from './revivals.js';

/** How long a pod may take, in milliseconds: the job's own limits, else those of `plank` (jobs 2.9). */
export interface PodLimits {
  readonly unscheduledMs: number;
  readonly pendingMs: number;
  readonly runningMs: number;
  /** How often a pod that stopped unexpectedly is made anew. */
  readonly revivals: number;
}

/** Everything that a decision about one ProwJob stands on. Times are milliseconds since the epoch. */
export interface Observed {
  readonly pod: PodFacts | undefined;
  readonly now: number;
  readonly limits: PodLimits;
  /** Whether the job may start; a reason where it may not yet. */
  readonly gate: Readonly<{ open: true }> | Readonly<{ open: false; why: string }>;
}

type FinalState = 'success' | 'failure' | 'error' | 'aborted';

/** What is to be done about a ProwJob now; exactly one thing, after which it is looked at again. */
export type Plan = Readonly<
  | { kind: 'nothing' }
  /** Nothing changes before `until` by itself. */
  | { kind: 'wait'; until: number; why: string }
  /** Make the pod with a new build ID; then the job is pending. */
  | { kind: 'start' }
  /** The pod is there, but the job does not say so yet: a write was lost. */
  | { kind: 'adopt'; buildId: string }
  /** The pod of a pending job is gone: make it again, with a new build ID. */
  | { kind: 'restart' }
  /** Count the stop of this pod; it is cleared away afterwards, when that stands in the ProwJob. */
  | { kind: 'revive'; count: number; cause: Stop; uid: string; description: string }
  /** Clear away a pod whose stop is counted; another is made once it is gone. */
  | { kind: 'clear'; deletePod: boolean }
  | { kind: 'finish'; state: FinalState; description: string; deletePod: boolean }
>;

const nothing: Plan = { kind: 'nothing' };
/** A gate opens when another job ends, which is told by an event; this is for events that were lost. */
const GATE_MS = 10_000;
/** That a pod is gone is told by an event, too. */
const GOING_MS = 10_000;

const finish = (state: FinalState, description: string, how: 'keep pod' | 'delete pod' = 'keep pod'): Plan => ({ kind: 'finish', state, description, deletePod: how === 'delete pod' });

/**
 * What to do about a ProwJob of the kubernetes agent (jobs 6.3–6.6). Safe to repeat: the pod is named after the job, so a pass that
 * died halfway is simply run again.
 */
export function reconcile(job: ProwJob, observed: Observed): Plan {
  if (job.spec.agent !== 'kubernetes' || job.status.completionTime !== undefined) return nothing;
  switch (job.status.state) {
    case 'triggered': return triggered(observed);
    case 'pending': return pending(job, observed);
    // The description is the one of whoever asked for the end.
    case 'aborted': return finish('aborted', job.status.description ?? 'Aborted.', 'delete pod');
    default: return nothing;
  }
}

function triggered({ pod, gate, now }: Observed): Plan {
  if (pod) return { kind: 'adopt', buildId: pod.buildId };
  return gate.open ? { kind: 'start' } : { kind: 'wait', until: now + GATE_MS, why: gate.why };
}

function pending(job: ProwJob, { pod, now, limits }: Observed): Plan {
  if (!pod) return { kind: 'restart' };
  if (isCounted(job, pod)) {
    if (pod.deleting && !pod.held) return { kind: 'wait', until: now + GOING_MS, why: 'the pod that stopped is being removed' };
    return { kind: 'clear', deletePod: !pod.deleting };
  }
  // It was made again, but that could not be written down: the address of the job would lead to the build before.
  if (pod.buildId !== '' && pod.buildId !== job.status.build_id) return { kind: 'adopt', buildId: pod.buildId };
  const errorOnEviction = job.spec['error_on_eviction'] === true;
  if (pod.stop === 'evicted' && errorOnEviction) return finish('error', 'The pod was evicted from its node.');
  // Its sidecar would wait for a marker that never comes, so it does not stay.
  if (pod.stop === 'oomkilled') return finish('error', 'A container was killed because it used more memory than its limit.', pod.phase === 'Running' ? 'delete pod' : 'keep pod');
  if (pod.stop !== undefined) return stopped(job, { stop: pod.stop, uid: pod.uid, limits });
  switch (pod.phase) {
    case 'Succeeded': return pod.finished ? finish('success', 'Job succeeded.') : finish('error', 'The pod succeeded although some of its containers did not finish.');
    case 'Failed': return finish('failure', 'Job failed.');
    case 'Pending': return waiting(pod, now, limits);
    case 'Running': return running(pod, now, limits);
    default: return pod.deleting ? finish('error', 'The pod was deleted unexpectedly.') : nothing;
  }
}

function stopped(job: ProwJob, { stop, uid, limits }: Readonly<{ stop: Stop; uid: string; limits: PodLimits }>): Plan {
  const count = revivalsOf(job);
  const before = revivalReasons(job);
  if (count >= limits.revivals) return finish('error', `The pod stopped unexpectedly (${stop}) and had been made again ${count} times, the most that is allowed${before.length > 0 ? ` (${before.join(', ')})` : ''}.`);
  return { kind: 'revive', count: count + 1, cause: stop, uid, description: revivalText(stop, { count: count + 1, most: limits.revivals }) };
}

function waiting(pod: PodFacts, now: number, { unscheduledMs, pendingMs }: PodLimits): Plan {
  if (pod.deleting) return finish('error', 'The pod was deleted unexpectedly.');
  const scheduled = pod.startedAt !== undefined;
  const until = (pod.startedAt ?? pod.createdAt) + (scheduled ? pendingMs : unscheduledMs);
  if (now < until) return { kind: 'wait', until, why: scheduled ? 'the pod is being prepared' : 'no node has taken the pod yet' };
  return finish('error', scheduled ? 'The pod did not start running in time.' : 'No node took the pod in time.', 'delete pod');
}

function running(pod: PodFacts, now: number, { runningMs }: PodLimits): Plan {
  if (pod.deleting) return finish('error', 'The pod was deleted unexpectedly.');
  const until = (pod.startedAt ?? pod.createdAt) + runningMs;
  return now < until ? { kind: 'wait', until, why: 'the pod is running' } : finish('aborted', 'The pod ran longer than it may.', 'delete pod');
}

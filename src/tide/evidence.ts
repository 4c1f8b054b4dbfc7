import type { Presubmit } from '../config/jobs/schema.js';
import type { Mark, PoolMember } from '../core/ports/merging.js';
import { newestAttempts, proves, resultOf, skipsRetest, type CheckState } from './contexts.js';
import { sameName, short } from './names.js';
import { tideStartsFirst } from './required.js';
import { mayRetry, newestRun, type Run } from './runs.js';

/** How far a job that must pass on the present base has come for one head. */
export interface Evidence {
  readonly job: Presubmit;
  /** `due`: Tide may start it. `failed`: somebody must do something. */
  readonly state: 'tested' | 'running' | 'due' | 'failed';
  /** Tide runs it, so it has passed before; such a head may be tested in a batch meanwhile (tide 11). */
  readonly byTide: boolean;
  /** For people, a clause. */
  readonly text: string;
  /** Since when it runs, milliseconds since the epoch; absent where nobody knows. */
  readonly since?: number | undefined;
}

export interface EvidenceInput {
  readonly member: Pick<PoolMember, 'number' | 'headSha' | 'marks'>;
  readonly baseSha: string;
  readonly branch: string;
  /** Attempts on single pull requests, of any base. */
  readonly runs: readonly Run[];
  /** Slug of our App, or the login of our token. */
  readonly self: string;
}

/** What is known of each required job of a head: its ProwJobs beside what GitHub shows (tide 7, design decision 12). */
export function evidenceOf(jobs: readonly Presubmit[], input: EvidenceInput): readonly Evidence[] {
  const { member, runs } = input;
  const marks = newestAttempts(member.marks);
  const mine = runs.filter(({ kind, pulls: [pull] }) => kind === 'serial' && pull?.number === member.number && pull.sha === member.headSha);
  return jobs.map((job) => evidence(job, mine.filter(({ context }) => sameName(context, job.context)), marks.get(job.context.toLowerCase()) ?? [], input));
}

function evidence(job: Presubmit, runs: readonly Run[], marks: readonly Mark[], { baseSha, branch, self }: EvidenceInput): Evidence {
  const say = (state: Evidence['state'], text: string, byTide = false): Evidence => ({ job, state, byTide, text });
  const where = `${branch} at ${short(baseSha)}`;
  const due = say('due', `${job.context} must run on ${where}`);
  const results = marks.map(resultOf);
  const green = marks.length > 0 && results.every((result) => result === 'success');
  if (green && marks.some(skipsRetest)) return say('tested', '');
  const here = runs.filter((run) => run.baseSha === baseSha);
  const newest = newestRun(here) ?? newestRun(runs);
  if (newest && here.length > 0) {
    switch (newest.state) {
      case 'running': return { ...say('running', `${job.context} runs on ${where}`, newest.byTide), since: newest.startedAt };
      // GitHub shows it in a moment; until then it might refuse the merge (tide F-26).
      case 'success': return results.includes('pending') || (marks.length === 0 && !job.skip_report) ? say('running', `the result of ${job.context} on ${where} is being reported`) : say('tested', '');
      case 'error': return newest.byTide && mayRetry(newest, here) ? due : say('failed', `${job.context} could not be run on ${where}`);
      case 'failure': case 'aborted': return say('failed', `${job.context} ${newest.state === 'aborted' ? 'was stopped' : 'has failed'} on ${where}`);
      default: return newest.state satisfies never;
    }
  }
  if (green && marks.some((mark) => proves(mark, baseSha))) return say('tested', '');
  // What somebody else has started says first whether the change is any good.
  if (newest?.state === 'running') return newest.byTide ? due : say('running', `${job.context} runs on an older ${branch}`);
  if (results.includes('failure') && !(newest?.state === 'error' && newest.byTide)) return say('failed', `${job.context} has failed`);
  if (results.includes('pending') && !marks.every((mark) => resultOf(mark) !== 'pending' || isGone(mark, runs, self))) return say('running', `${job.context} has not finished`);
  return due;
}

/** A check of ours that waits for a ProwJob that is there no more will wait for ever. */
function isGone(mark: Mark, runs: readonly Run[], self: string): boolean {
  if (mark.source === 'status') return sameName(mark.creator, self) && runs.length === 0;
  return sameName(mark.app, self) && !runs.some(({ name }) => name === mark.externalId);
}

/** The checks that keep a head from merging whatever its required jobs come to: those that the evidence does not speak for. */
export function besides(checks: readonly CheckState[], all: readonly Evidence[]): readonly CheckState[] {
  return checks.filter(({ name, state }) => {
    const known = all.find(({ job }) => sameName(job.context, name));
    switch (state) {
      case 'success': return false;
      // The success of a job that Tide does not require counts on any base.
      case 'stale': return false;
      // A green check whose suite is open again may still change.
      case 'pending': return known === undefined || known.state === 'tested';
      case 'missing': return known === undefined || !(tideStartsFirst(known.job) || (known.state === 'tested' && known.job.skip_report));
      case 'failure': return known?.state !== 'due';
      default: return state satisfies never;
    }
  });
}

import { presubmitProwJob } from '../../config/jobs/build.js';
import { inRepoEnabled, type InRepoReads } from '../../config/jobs/inRepo.js';
import { branchMatch } from '../../config/jobs/match.js';
import { automatic, pickJobs } from '../../config/jobs/wanted.js';
import { triggerFor } from '../../config/plugins/entries.js';
import type { Snapshot } from '../../config/snapshot.js';
import { RemoteError } from '../../core/errors.js';
import type { Pull } from '../../core/event.js';
import { issueKey, slug, type Repo } from '../../core/ids.js';
import type { Clock } from '../../core/ports/clock.js';
import type { GitHubReads } from '../../core/ports/github.js';
import type { ProwJobs } from '../../core/ports/jobs.js';
import type { Log } from '../../core/ports/log.js';
import type { OpenPulls } from '../../core/ports/openPulls.js';
import type { Remembered } from '../../core/ports/remembered.js';
import { uuidOf } from '../../core/prowjob.js';
import { toError } from '../../core/retry.js';
import { trusted } from '../../core/trusted.js';
import { decideStatuses, isNothing, type Decision } from './decide.js';
import { knownOf, readKnown, sameJobs, type KnownRepo } from './known.js';
import { tellContexts, type TellDeps } from './tell.js';

/** What may be done where; flags of the component (jobs 11). */
export type Permitted = (repo: Repo) => 'all' | 'no new jobs' | 'nothing';

export interface ReconcileDeps extends TellDeps {
  readonly config: Snapshot;
  readonly github: TellDeps['github'] & Pick<GitHubReads, 'isMember' | 'isCollaborator' | 'labels' | 'files' | 'pullAndBase' | 'branchSha'>;
  readonly openPulls: OpenPulls;
  readonly inRepo: InRepoReads;
  readonly jobs: Pick<ProwJobs, 'create'>;
  readonly memory: Pick<Remembered, 'find' | 'set'>;
  readonly permitted: Permitted;
  readonly onError: 'go on' | 'stop';
  readonly clock: Clock;
  readonly log: Log;
}

const OK_TO_TEST = 'ok-to-test';

/**
 * Brings the contexts of a repository's open pull requests in line with its jobs (jobs 11). The jobs are remembered once all is done, so
 * a run that failed or died begins again, with the same identities.
 */
export async function reconcileRepo(repo: Repo, deps: ReconcileDeps): Promise<'changed' | 'as before'> {
  const { config, memory, permitted, signal } = deps;
  const text = await memory.find(slug(repo));
  const before: KnownRepo = text === undefined ? { generation: 0, jobs: [] } : readKnown(text);
  const presubmits = config.presubmits(repo);
  const now = presubmits.map(knownOf);
  if (sameJobs(before.jobs, now)) return 'as before';
  if (permitted(repo) !== 'nothing') await reconcilePulls(repo, before, deps);
  signal.throwIfAborted();
  await memory.set(slug(repo), JSON.stringify({ generation: before.generation + 1, jobs: now } satisfies KnownRepo));
  return 'changed';
}

async function reconcilePulls(repo: Repo, before: KnownRepo, deps: ReconcileDeps): Promise<void> {
  const { config, openPulls, onError, log, signal } = deps;
  const decisions = new Map<string, Decision>();
  const decisionFor = (branch: string): Decision => {
    const known = decisions.get(branch) ?? decideStatuses(before.jobs, config.presubmits(repo), branch);
    decisions.set(branch, known);
    return known;
  };
  const errors: Error[] = [];
  for (const pull of await hopelessIs(openPulls(repo, { signal }), [], { log, signal, about: slug(repo) })) {
    const decision = decisionFor(pull.baseRef);
    if (isNothing(decision)) continue;
    try {
      await hopelessIs(reconcilePull(pull, before, decision, deps), undefined, { log, signal, about: issueKey(pull) });
    } catch (error) {
      signal.throwIfAborted();
      if (onError === 'stop') throw error;
      errors.push(toError(error));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
}

/** What GitHub will never take or show must not have a whole repository tried again for ever. */
async function hopelessIs<T>(work: Promise<T>, otherwise: T, { log, signal, about }: Readonly<{ log: Log; signal: AbortSignal; about: string }>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RemoteError && error.service === 'github' && error.retry === 'never')) throw error;
    log.warn({ err: error, about }, 'contexts not reconciled: GitHub refuses');
    return otherwise;
  }
}

async function reconcilePull(pull: Pull, before: KnownRepo, decision: Decision, deps: ReconcileDeps): Promise<void> {
  if (decision.start.length > 0 && deps.permitted(pull) === 'all') await startJobs(pull, before, decision, deps);
  if (decision.retire.length === 0 && decision.move.length === 0) return;
  const own = await ownContexts(pull, deps);
  if (own === 'unknown') return;
  const repo = { org: pull.org, name: pull.name };
  await tellContexts({ repo, sha: pull.headSha, generation: before.generation }, {
    retire: decision.retire.filter((context) => !own.has(context)),
    move: decision.move.map((one) => (own.has(one.from) ? { ...one, old: 'leave' } : one)),
  }, deps);
}

/** Starts what a trusted pull request lacks (jobs 11, step 1). The name tells the change and the head, so that a repetition starts nothing. */
async function startJobs(listed: Pull, { generation }: KnownRepo, { start }: Pick<Decision, 'start'>, deps: ReconcileDeps): Promise<void> {
  const { config, github, jobs, clock, log, signal } = deps;
  if (listed.draft || !(await mayRun(listed, deps))) return;
  const { pull, baseSha } = await github.pullAndBase(listed, listed.baseRef, { signal });
  if (pull.state === 'closed' || pull.draft || pull.mergeable === false || pull.baseRef !== listed.baseRef) return;
  const chosen = await pickJobs(automatic(start), pull, async () => (await github.files(pull, { signal })).map(({ path }) => path));
  for (const job of chosen) {
    const name = uuidOf(['status-reconciler', issueKey(pull), pull.headSha, String(generation), JSON.stringify(knownOf(job))]);
    const made = presubmitProwJob(job, { config: config.prow, pull, baseSha, now: clock.now(), labels: { 'event-GUID': 'none' }, name });
    if ((await jobs.create(made, { signal })) === 'created') log.info({ job: job.name, name, pull: issueKey(pull) }, 'new required job started');
  }
}

/** As the plugin trigger judges it (plugins-policy 3.1): the author is trusted, or somebody vouched for the code. Labels are read afresh. */
async function mayRun(pull: Pull, { config, github, signal }: ReconcileDeps): Promise<boolean> {
  if ((await trusted(pull.author.login, pull, triggerFor(config.plugins, pull), { github, signal })).trusted) return true;
  return (await github.labels(pull, { signal })).some((label) => label.toLowerCase() === OK_TO_TEST);
}

/** Contexts that the repository's own configuration reports on this pull request: a job that moved there is not gone. */
async function ownContexts(pull: Pull, { config, github, inRepo, log, signal }: ReconcileDeps): Promise<ReadonlySet<string> | 'unknown'> {
  const repo = { org: pull.org, name: pull.name };
  if (!inRepoEnabled(config.prow, repo)) return new Set();
  const baseSha = await github.branchSha(repo, pull.baseRef, { signal });
  const { presubmits, fault } = await inRepo.jobsAt(config, { repo, branch: pull.baseRef, baseSha, heads: [pull.headSha] }, { signal });
  if (fault) {
    log.info({ pull: issueKey(pull) }, 'contexts left alone: the pull request must mend its own configuration first');
    return 'unknown';
  }
  return new Set(presubmits.filter((job) => !job.skip_report && branchMatch(job, pull.baseRef)).map(({ context }) => context));
}

import { presubmitProwJob } from '../../config/jobs/build.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { issueKey, type Repo } from '../../core/ids.js';
import { uuidOf } from '../../core/prowjob.js';
import type { PluginContext } from '../plugin.js';
import { automatic, needsChanges, picked, type Wanted } from './decide.js';

/** The presubmits of a repository: the one place where more than the static ones would come in. */
export function presubmitsFor({ config }: Pick<PluginContext, 'config'>, repo: Repo): readonly Presubmit[] {
  return config.presubmits(repo);
}

/** The paths that a pull request changes, by their new names; read once and only if somebody asks. */
export function changesOf(pull: Pull, { github, signal }: Pick<PluginContext, 'github' | 'signal'>): () => Promise<readonly string[]> {
  let read: Promise<readonly string[]> | undefined;
  return () => (read ??= github.files(pull, { signal }).then((files) => files.map((file) => file.path)));
}

/** What of the wanted jobs runs on this pull request. */
export async function pickJobs(wanted: readonly Wanted[], pull: Pull, changes: () => Promise<readonly string[]>): Promise<readonly Presubmit[]> {
  return picked(wanted, pull.baseRef, needsChanges(wanted, pull.baseRef) ? await changes() : []);
}

/**
 * Starts jobs on the tips of the pull request and its base. A delivery starts a job once: the name says which delivery and which
 * job, not which commits, so that a repetition after the base has moved finds the first one.
 */
export function startJobs(
  jobs: readonly Presubmit[], { pull, baseSha, labels = {} }: Readonly<{ pull: Pull; baseSha: string; labels?: Readonly<Record<string, string>> }>, { config, delivery, clock }: PluginContext,
): readonly Action[] {
  if (jobs.length === 0 || pull.mergeable === false) return [];
  const actions = jobs.map((job): Action => ({
    kind: 'prowjob.create',
    job: presubmitProwJob(job, {
      config: config.prow, pull, baseSha, now: clock.now(), labels: { ...labels, 'event-GUID': delivery.id }, name: uuidOf([delivery.id, 'trigger', issueKey(pull), job.name, job.context]),
    }),
  }));
  return [{ kind: 'each', actions }];
}

/** Starts what runs without being asked for; nothing on drafts. */
export async function startAutomatic(pull: Pull, presubmits: readonly Presubmit[], context: PluginContext): Promise<readonly Action[]> {
  if (pull.draft || pull.mergeable === false) return [];
  const jobs = await pickJobs(automatic(presubmits), pull, changesOf(pull, context));
  if (jobs.length === 0) return [];
  return startJobs(jobs, { pull, baseSha: await context.github.branchSha(pull, pull.baseRef, { signal: context.signal }) }, context);
}

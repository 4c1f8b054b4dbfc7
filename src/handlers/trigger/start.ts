import { presubmitProwJob } from '../../config/jobs/build.js';
import { inRepoEnabled, type InRepoFault, type RepoJobs } from '../../config/jobs/inRepo.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import { automatic, pickJobs } from '../../config/jobs/wanted.js';
import type { Action } from '../../core/action.js';
import { NotFoundError } from '../../core/errors.js';
import type { Pull } from '../../core/event.js';
import { issueKey, type Repo } from '../../core/ids.js';
import { uuidOf } from '../../core/prowjob.js';
import type { PluginContext } from '../plugin.js';
import { explain } from './broken.js';

/** What a ProwJob says that trigger has ended (plugins-policy 4.1.8). */
export const ABORTED = 'Aborted by trigger plugin.';

/** Whether a repository can have presubmits at all: without asking it. */
export function mayHaveTests(repo: Repo, { config }: Pick<PluginContext, 'config'>): boolean {
  return config.presubmits(repo).length > 0 || inRepoEnabled(config.prow, repo);
}

/** What there is to test a pull request with. */
export interface Tests {
  readonly presubmits: readonly Presubmit[];
  readonly fault: InRepoFault | undefined;
  /** The tip of the base, where it was read to know them. */
  readonly baseSha: string | undefined;
}

/**
 * The static presubmits, and what the repository's own configuration adds at the tips of base and head; with a fault there the static
 * ones alone, so that a job which checks the configuration can run (plugins-policy 4.1.2).
 */
export async function testsAt(pull: Pull, baseSha: string, { config, inRepo, log, signal }: PluginContext): Promise<RepoJobs> {
  const repo = { org: pull.org, name: pull.name };
  const statics = { presubmits: config.presubmits(repo), postsubmits: config.postsubmits(repo), fault: undefined };
  if (!inRepoEnabled(config.prow, repo)) return statics;
  try {
    return await inRepo.jobsAt(config, { repo, branch: pull.baseRef, baseSha, heads: [pull.headSha] }, { signal });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    log.warn({ err: error }, 'a commit whose in-repo configuration is asked for is gone; static jobs have to do');
    return statics;
  }
}

/** The same at the tip of the base as it is now; read once, and only if somebody asks. */
export function testsOf(pull: Pull, context: PluginContext): () => Promise<Tests> {
  const { config, github, signal } = context;
  const read = async (): Promise<Tests> => {
    if (!inRepoEnabled(config.prow, pull)) return { presubmits: config.presubmits(pull), fault: undefined, baseSha: undefined };
    const baseSha = await github.branchSha(pull, pull.baseRef, { signal });
    return { ...(await testsAt(pull, baseSha, context)), baseSha };
  };
  let reading: Promise<Tests> | undefined;
  return () => (reading ??= read());
}

/** The paths that a pull request changes, by their new names; read once and only if somebody asks. */
export function changesOf(pull: Pull, { github, signal }: Pick<PluginContext, 'github' | 'signal'>): () => Promise<readonly string[]> {
  let read: Promise<readonly string[]> | undefined;
  return () => (read ??= github.files(pull, { signal }).then((files) => files.map((file) => file.path)));
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

/** Starts what runs without being asked for, and says what is wrong with the in-repo configuration; nothing on drafts. */
export async function startAutomatic(pull: Pull, tests: () => Promise<Tests>, context: PluginContext): Promise<readonly Action[]> {
  if (pull.draft || pull.mergeable === false) return [];
  const { presubmits, fault, baseSha } = await tests();
  const [jobs, said] = await Promise.all([pickJobs(automatic(presubmits), pull, changesOf(pull, context)), explain(pull, fault, context)]);
  if (jobs.length === 0) return said;
  return [...startJobs(jobs, { pull, baseSha: baseSha ?? (await context.github.branchSha(pull, pull.baseRef, { signal: context.signal })) }, context), ...said];
}

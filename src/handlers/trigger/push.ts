import { postsubmitProwJob } from '../../config/jobs/build.js';
import { inRepoEnabled } from '../../config/jobs/inRepo.js';
import { branchMatch, hasChangeMatcher, shouldRunPostsubmit } from '../../config/jobs/match.js';
import type { Postsubmit } from '../../config/jobs/schema.js';
import type { Action } from '../../core/action.js';
import { NotFoundError, RemoteError } from '../../core/errors.js';
import type { PushEvent } from '../../core/event.js';
import { slug } from '../../core/ids.js';
import { uuidOf } from '../../core/prowjob.js';
import type { PluginContext } from '../plugin.js';
import { faultLines } from './broken.js';

/** Starts the postsubmits of a push (plugins-policy 4.1.9). One that cannot be started stops no other. */
export async function onPush(event: PushEvent, context: PluginContext): Promise<readonly Action[]> {
  if (event.deleted) return [];
  const { config, delivery, clock } = context;
  const branch = branchOf(event.ref);
  const candidates = (await postsubmitsAt(event, branch, context)).filter((job) => branchMatch(job, branch));
  if (candidates.length === 0) return [];
  const files = await changedFiles(event, candidates, context);
  const actions = candidates
    .filter((job) => shouldRunPostsubmit(job, branch, files))
    .map((job): Action => ({
      kind: 'prowjob.create',
      job: postsubmitProwJob(job, {
        config: config.prow, push: event, now: clock.now(), labels: { 'event-GUID': delivery.id }, name: uuidOf([delivery.id, 'trigger', `${slug(event.repo)}@${event.ref}`, job.name, job.context]),
      }),
    }));
  return actions.length > 0 ? [{ kind: 'each', actions }] : [];
}

/** The static postsubmits, and what the pushed commit itself configures; with a fault there the static ones alone (plugins-policy 4.1.2). */
export async function postsubmitsAt({ repo, after }: Pick<PushEvent, 'repo' | 'after'>, branch: string, { config, inRepo, log, signal }: PluginContext): Promise<readonly Postsubmit[]> {
  if (!inRepoEnabled(config.prow, repo)) return config.postsubmits(repo);
  try {
    const { postsubmits, fault } = await inRepo.jobsAt(config, { repo, branch, baseSha: after, heads: [] }, { signal });
    if (fault) log.warn({ org: repo.org, repo: repo.name, branch, sha: after, fault: faultLines(fault) }, 'the in-repo configuration of a push is broken; static jobs have to do');
    return postsubmits;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    log.warn({ err: error }, 'a pushed commit is gone; static jobs have to do');
    return config.postsubmits(repo);
  }
}

/** Tags act like branches of their name. */
export function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '').replace(/^refs\/tags\//, '');
}

/** What the push changed: as its payload lists it, or where that list is cut, as git knows it. */
async function changedFiles(event: PushEvent, jobs: readonly Postsubmit[], { git, log, signal }: PluginContext): Promise<readonly string[]> {
  const listed = [...new Set(event.commits.flatMap((commit) => [...commit.added, ...commit.removed, ...commit.modified]))];
  if (!event.partial || !jobs.some(hasChangeMatcher) || event.created || /^0*$/.test(event.before)) return listed;
  try {
    return await git.changedPaths(event.repo, event.before, event.after, { signal });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.retry === 'later') throw error;
    log.warn({ err: error }, 'the changes of a push could not be read; its payload has to do');
    return listed;
  }
}

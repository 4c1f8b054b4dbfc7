import { batchProwJob, presubmitSpec, prowJob } from '../config/jobs/build.js';
import type { Presubmit } from '../config/jobs/schema.js';
import type { Snapshot } from '../config/snapshot.js';
import { uuidOf, type ProwJob, type Refs } from '../core/prowjob.js';
import type { PoolMember, PoolRead } from '../core/ports/merging.js';
import type { Tests } from './batches.js';
import { poolName, sameName } from './names.js';
import { BY_TIDE, pullsKey, spent, type Run, type Tested } from './runs.js';
import { noteStarted, type TestDeps, type TideJobs } from './tests.js';

/** The code under test: some pull requests on a base commit (tide 12). */
export function refsOf(members: readonly PoolMember[], { repo, branch, baseSha }: Pick<PoolRead, 'repo' | 'branch' | 'baseSha'>): Refs {
  const link = (members[0]?.url ?? '').replace(/\/pull\/\d+$/, '');
  const site = link.split('/').slice(0, -2).join('/');
  return {
    org: repo.org, repo: repo.name, repo_link: link, base_ref: branch, base_sha: baseSha, base_link: `${link}/tree/${baseSha}`,
    pulls: members.map(({ number, title, author, headSha, headRef, url }) => ({
      number, author: author.login, sha: headSha, title, head_ref: headRef, link: url, commit_link: `${link}/commit/${headSha}`, author_link: `${site}/${author.login}`,
    })),
  };
}

/** What each ProwJob is named after, so that a decision that is made twice creates it once (design decision 17). */
export function jobName(read: Pick<PoolRead, 'repo' | 'branch' | 'baseSha'>, pulls: readonly Tested[], job: Pick<Presubmit, 'name' | 'context'>, attempt: number): string {
  return uuidOf(['tide', poolName({ ...read.repo, branch: read.branch }), read.baseSha, pullsKey(pulls), job.name, job.context, String(attempt)]);
}

/** The ProwJobs that test some pull requests on the present base; one is tested by a presubmit, several by batch jobs. */
export function jobsFor(members: readonly PoolMember[], jobs: readonly Presubmit[], { read, tests, config, now }: Readonly<{ read: PoolRead; tests: Tests; config: Pick<Snapshot, 'prow'>; now: number }>): readonly ProwJob[] {
  const refs = refsOf(members, read);
  const pulls = members.map(({ number, headSha: sha }) => ({ number, sha }));
  const before: readonly Run[] = members.length > 1 ? tests.batches : tests.serial;
  return jobs.map((job) => {
    const mine = before.filter((run) => run.baseSha === read.baseSha && sameName(run.context, job.context) && pullsKey(run.pulls) === pullsKey(pulls));
    const making = { config: config.prow, name: jobName(read, pulls, job, spent(mine)), now, labels: { [BY_TIDE]: 'true' } };
    return members.length > 1 ? batchProwJob(job, { ...making, refs }) : prowJob(presubmitSpec(job, refs), making, job);
  });
}

/** Creates ProwJobs; one that is there already was created by the same decision. The first failure ends it, and the next look goes on. How many are new. */
export async function startJobs(all: readonly ProwJob[], read: PoolRead, { jobs }: TideJobs, deps: TestDeps): Promise<number> {
  let created = 0;
  for (const job of all) {
    deps.signal.throwIfAborted();
    await noteStarted(read, job.metadata.name, deps);
    const result = await jobs.create(job, { signal: deps.signal });
    if (result === 'created') created++;
    deps.log.info({ pool: poolName({ ...read.repo, branch: read.branch }), job: job.spec.job, prowjob: job.metadata.name, pulls: job.spec.refs?.pulls?.map(({ number }) => number), result }, 'test started');
  }
  return created;
}

/** Ends runs of batches that nobody needs any more. One that cannot be stopped now is stopped by the next look. */
export async function stopRuns(runs: readonly Run[], { jobs }: TideJobs, { signal, log }: Pick<TestDeps, 'signal' | 'log'>): Promise<void> {
  for (const run of runs) {
    try {
      const result = await jobs.abort(run.name, 'Aborted: the batch is not needed any more.', { signal });
      log.info({ prowjob: run.name, job: run.job, pulls: run.pulls.map(({ number }) => number), result }, 'batch job stopped');
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, prowjob: run.name }, 'batch job not stopped');
    }
  }
}

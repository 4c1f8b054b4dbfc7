import type { Log } from '../core/ports/log.js';
import type { TideHistory, TideViews } from '../core/ports/tide.js';
import { paceOf } from './answerPace.js';
import type { Pace } from './answerRange.js';
import type { Decided } from './decide.js';
import type { World } from './judge.js';
import { historyName, poolName } from './names.js';
import type { TideJobs } from './tests.js';
import { queueOf } from './why.js';

export interface PaceDeps {
  readonly views: Pick<TideViews, 'merges'>;
  readonly history: Pick<TideHistory, 'of'>;
  readonly jobs: Pick<TideJobs, 'index'> | undefined;
  readonly log: Log;
}

/** So many merges of all branches are looked through. */
const MERGES = 200;

/**
 * Reads how fast the branch has been, where somebody waits for nothing else. A merge is not kept waiting for it: the branch is looked at again
 * at once after that. What cannot be read costs the estimate alone.
 */
export async function readPace(decided: Decided, world: World, { views, history, jobs, log }: PaceDeps): Promise<Pace | undefined> {
  const { repo, branch } = world.read;
  if (decided.decision.kind === 'merge' || decided.decision.kind === 'merge_batch' || queueOf(decided, world).length === 0) return undefined;
  try {
    const [merges, records] = await Promise.all([views.merges(MERGES), history.of(historyName({ ...repo, branch }))]);
    const here = merges.filter((merge) => merge.org === repo.org && merge.repo === repo.name && merge.branch === branch);
    return paceOf({ merges: here, records, jobs: jobs?.index.by('branch', `${repo.org}/${repo.name}@${branch}`) ?? [] });
  } catch (err) {
    log.warn({ err, pool: poolName({ ...repo, branch }) }, 'the pace of a branch could not be read');
    return undefined;
  }
}

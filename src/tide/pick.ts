import { NotFoundError } from '../core/errors.js';
import type { Method } from '../core/ports/merging.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Batch, Survey } from './decide.js';
import type { Judged } from './judge.js';
import { requiredTogether, type TestDeps, type TideJobs } from './tests.js';

/** So many merges are tried for one batch; who conflicts costs one. */
const MAX_TRIES = 30;

/** Those of a survey's candidates that merge onto the base one after the other, each by its own method (tide 10), and what they must pass. */
export async function pickBatch({ world: { read, policy }, candidates }: Survey, config: Snapshot, jobs: TideJobs, deps: TestDeps): Promise<Batch | undefined> {
  const pulls = await clean(candidates.pulls, candidates.limit, read.baseSha, jobs, deps);
  if (pulls.length < 2) return undefined;
  const required = await requiredTogether(pulls.map(({ member }) => member), read, config, { branch: read.branch, manual: policy.manual }, jobs, deps);
  return required && { pulls, jobs: required };
}

async function clean(candidates: readonly Judged[], limit: number, base: string, { git }: TideJobs, { signal }: TestDeps): Promise<readonly Judged[]> {
  let tip = base;
  let rest = candidates;
  const taken: Judged[] = [];
  for (let tries = 0; tries < MAX_TRIES && rest.length > 0 && taken.length < limit; tries++) {
    const [first] = rest;
    if (!first || first.method === 'contradictory') {
      rest = rest.slice(1);
      continue;
    }
    // Those that merge the same way are merged in one go; most batches are done with one.
    const other = rest.findIndex(({ method }) => method !== first.method);
    const stretch = rest.slice(0, Math.min(other === -1 ? rest.length : other, limit - taken.length));
    const result = await merged(stretch, first.method, tip);
    if (typeof result === 'number') rest = rest.filter(({ member }) => member.number !== result);
    else {
      tip = result.sha;
      taken.push(...stretch);
      rest = rest.slice(stretch.length);
    }
  }
  return taken;

  /** The merged commit, or the number of whoever does not merge. */
  async function merged(stretch: readonly Judged[], method: Method, onto: string): Promise<Readonly<{ sha: string }> | number> {
    const repo = stretch[0]?.member ?? { org: '', name: '' };
    const numberOf = (head: string) => stretch.find(({ member }) => member.headSha === head)?.member.number ?? stretch[0]?.member.number ?? 0;
    try {
      const result = await git.tryMerge({ org: repo.org, name: repo.name }, onto, stretch.map(({ member }) => member.headSha), method, { signal });
      return result.kind === 'clean' ? { sha: result.sha } : numberOf(result.head);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      const gone = stretch.find(({ member }) => error.message.includes(member.headSha));
      if (!gone) throw error;
      return gone.member.number;
    }
  }
}

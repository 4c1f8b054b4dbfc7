import { forRepo } from '../../config/lookup.js';
import type { Snapshot } from '../../config/snapshot.js';
import type { Repo } from '../../core/ids.js';
import type { Checks } from '../../core/ports/checks.js';
import type { Identity } from '../../core/ports/github.js';

/** Where GitHub shows what a job is at. */
export type Place = 'check' | 'status';

export interface PlacesDeps {
  readonly config: () => Pick<Snapshot, 'prow'>;
  readonly checks: Pick<Checks, 'statusContexts' | 'hasCheck'>;
  readonly identity: (options: Readonly<{ signal: AbortSignal }>) => Promise<Identity>;
}

/** What a job is reported on; `begun`: where this very job was reported before, if anywhere. */
export interface Reported {
  readonly repo: Repo;
  readonly sha: string;
  readonly context: string;
  readonly begun: readonly Place[];
}

/**
 * Where a job's state is written (design decision 8). GitHub wants a check and a status of one name both green, so a head that has one
 * of them keeps getting it, and both where it has both, whatever `report_as` says: else what was left behind would block for ever.
 * A head that has neither gets what `report_as` says. A personal token can only write statuses.
 */
export async function placesOf({ repo, sha, context, begun }: Reported, { config, checks, identity }: PlacesDeps, signal: AbortSignal): Promise<readonly Place[]> {
  const self = await identity({ signal });
  if (self.kind === 'token') return ['status'];
  if (begun.includes('check')) return begun;
  const hasStatus = async (): Promise<boolean> => (await checks.statusContexts(repo, sha, { signal })).has(context);
  const hasCheck = (): Promise<boolean> => checks.hasCheck(repo, { name: context, sha, app: self.slug }, { signal });
  // Of the two the one is read first whose absence, the usual case, ends the matter.
  if (forRepo(config().prow.github_reporter.report_as, repo) === 'status') {
    if (!(await hasCheck())) return ['status'];
    return (await hasStatus()) ? ['status', 'check'] : ['check'];
  }
  if (!(await hasStatus())) return ['check'];
  return (await hasCheck()) ? ['status', 'check'] : ['status'];
}

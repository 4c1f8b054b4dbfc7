import type { Snapshot } from '../config/snapshot.js';
import type { Event } from '../core/event.js';
import type { Repo } from '../core/ids.js';
import type { PoolView } from '../core/ports/tide.js';
import { TIDE, sameName, type PoolKey } from './names.js';
import { queriesFor } from './query.js';

/** Which pools to look at: one branch, those with a pull request at a head, or all of a repository. */
export type TideKey = Repo & Readonly<{ branch: string } | { sha: string } | { all: true }>;

/** Events come in bursts (labels, reviews, checks); one look serves them all. */
export const DEBOUNCE_MS = 200;

const HEADS = 'refs/heads/';

/** The pools whose decision an event may change; none where no query is about the repository. */
export function tideKeys(event: Event, config: Snapshot): readonly (TideKey & Readonly<{ delayMs: number }>)[] {
  const { repo } = event;
  if (!repo || queriesFor(config.prow.tide.queries, repo).length === 0) return [];
  const key = (what: Readonly<{ branch: string } | { sha: string } | { all: true }>) => [{ org: repo.org, name: repo.name, ...what, delayMs: DEBOUNCE_MS }];
  switch (event.kind) {
    case 'pull_request': return event.baseChanged ? key({ all: true }) : key({ branch: event.pull.baseRef });
    case 'pull_request_review': return key({ branch: event.pull.baseRef });
    case 'push': return event.ref.startsWith(HEADS) ? key({ branch: event.ref.slice(HEADS.length) }) : [];
    case 'status': return sameName(event.context, TIDE) ? [] : key({ sha: event.sha });
    // Tide's own check tells Tide nothing.
    case 'check_run': return sameName(event.name, TIDE) ? [] : key({ sha: event.sha });
    case 'check_suite': case 'workflow_run': return key({ sha: event.sha });
    case 'issues': return isBlocker(event.labels, event.label, config) ? key({ all: true }) : [];
    case 'other': return event.name === 'branch_protection_rule' || event.name === 'repository_ruleset' || event.name === 'repository' ? key({ all: true }) : [];
    case 'comment': return [];
    default: return event satisfies never;
  }
}

function isBlocker(labels: readonly string[], label: string | undefined, config: Snapshot): boolean {
  const wanted = config.prow.tide.blocker_label;
  return wanted !== '' && [...labels, ...(label === undefined ? [] : [label])].some((one) => sameName(one, wanted));
}

/** One name a key. */
export function tideKeyName(key: TideKey): string {
  const repo = `${key.org}/${key.name}`;
  return 'branch' in key ? `${repo}@${key.branch}` : 'sha' in key ? `${repo}:${key.sha}` : repo;
}

/** The pools that a key means. A head that no pool is known to have may be in any of its repository. */
export function poolsOf(key: TideKey, views: readonly PoolView[]): readonly PoolKey[] {
  if ('branch' in key) return [{ org: key.org, name: key.name, branch: key.branch }];
  const ofRepo = views.filter((view) => view.org === key.org && view.repo === key.name);
  const atHead = 'sha' in key ? ofRepo.filter(({ pulls }) => pulls.some(({ headSha }) => headSha === key.sha)) : [];
  return (atHead.length > 0 ? atHead : ofRepo).map(({ org, repo, branch }) => ({ org, name: repo, branch }));
}

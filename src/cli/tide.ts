import type { PoolPull, PoolView, TideViews } from '../core/ports/tide.js';
import { UsageError } from './flags.js';

interface Deps {
  readonly tide: Pick<TideViews, 'pools' | 'merges'>;
  readonly print: (line: string) => void;
}

/** Lines that say where a pull request stands and what each reason would clear. */
export function whyLines(pool: PoolView, pull: PoolPull): readonly string[] {
  const head = `${pool.org}/${pool.repo}#${pull.number} ${pull.title}`;
  const stands = { merging: 'is being merged', ready: 'is ready to merge', pending: 'waits for checks', waiting: 'waits' }[pull.state];
  const queue = pool.action === 'WAIT' || pool.target.length === 0 ? [] : [`Tide's last decision for ${pool.branch}: ${pool.action} ${pool.target.map((n) => `#${n}`).join(', ')}`];
  const error = pool.error === undefined ? [] : [`error: ${pool.error}`];
  return [head, `${stands} (base ${pool.branch} at ${pool.baseSha.slice(0, 8)}, decided ${new Date(pool.at).toISOString()})`, ...pull.reasons.map((reason) => `- ${reason.text}; cleared by ${reason.clearedBy}`), ...queue, ...error];
}

/** `prow tide why ORG/REPO#N`. Exit code 1 when Tide does not know the pull request. */
export async function tideCommand(args: readonly string[], { tide, print }: Deps): Promise<number> {
  const [verb, target = '', ...more] = args;
  const [, org, repo, number] = /^([^/#\s]+)\/([^/#\s]+)#(\d+)$/.exec(target) ?? [];
  if (verb !== 'why' || number === undefined || more.length > 0) throw new UsageError('usage: prow tide why ORG/REPO#N');
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  for (const pool of await tide.pools()) {
    if (!same(pool.org, org) || !same(pool.repo, repo)) continue;
    const pull = pool.pulls.find((candidate) => candidate.number === Number(number));
    if (!pull) continue;
    for (const line of whyLines(pool, pull)) print(line);
    return 0;
  }
  const merged = (await tide.merges(1_000)).find((merge) => same(merge.org, org) && same(merge.repo, repo) && merge.number === Number(number));
  print(merged ? `${target} was merged as ${merge12(merged.mergeSha)} at ${new Date(merged.mergedAt).toISOString()}` : `Tide does not know ${target}: it is closed, or no Tide query covers its repository`);
  return merged ? 0 : 1;
}

const merge12 = (sha: string): string => sha.slice(0, 12);

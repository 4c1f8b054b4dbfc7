import { ORG, REPO } from './persons.js';
import type { Caller } from './rest.js';

export interface CheckView {
  readonly name: string;
  /** The conclusion, or `running`. */
  readonly state: string;
  readonly title: string;
}

/** A pull request as anybody can see it. */
export interface PullView {
  readonly number: number;
  readonly headSha: string;
  readonly labels: readonly string[];
  readonly state: 'open' | 'closed' | 'merged';
  readonly mergeSha: string | undefined;
  /** The newest run of each name on the head. */
  readonly checks: readonly CheckView[];
}

const base = `/repos/${ORG}/${REPO}`;

interface RestPull { readonly head: { readonly sha: string }; readonly labels: readonly { readonly name: string }[]; readonly state: 'open' | 'closed'; readonly merged: boolean; readonly merge_commit_sha: string | null }
interface RestChecks { readonly check_runs: readonly { readonly id: number; readonly name: string; readonly status: string; readonly conclusion: string | null; readonly output: { readonly title: string | null } }[] }

/** Looks at a pull request. */
export async function viewPull(caller: Caller, number: number): Promise<PullView> {
  const pull = await caller.get<RestPull>(`${base}/pulls/${String(number)}`);
  const { check_runs: runs } = await caller.get<RestChecks>(`${base}/commits/${pull.head.sha}/check-runs?per_page=100`);
  const newest = new Map<string, RestChecks['check_runs'][number]>();
  for (const run of runs) if ((newest.get(run.name)?.id ?? 0) < run.id) newest.set(run.name, run);
  return {
    number, headSha: pull.head.sha, labels: pull.labels.map(({ name }) => name).sort(), state: pull.merged ? 'merged' : pull.state, mergeSha: pull.merged ? (pull.merge_commit_sha ?? undefined) : undefined,
    checks: [...newest.values()].map(({ name, status, conclusion, output }) => ({ name, state: status === 'completed' ? (conclusion ?? 'completed') : 'running', title: output.title ?? '' })),
  };
}

export const checkOf = (view: PullView, name: string): CheckView | undefined => view.checks.find((check) => check.name === name);

/** The view in one line. */
export function wordsOf(view: PullView): string {
  const checks = view.checks.map(({ name, state, title }) => `${name}: ${state}${title === '' ? '' : ` (${title})`}`);
  return `#${String(view.number)} is ${view.state} at ${view.headSha.slice(0, 8)}; labels: ${view.labels.join(', ') || 'none'}; checks: ${checks.join(', ') || 'none'}`;
}

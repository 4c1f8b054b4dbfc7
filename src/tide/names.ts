import type { Repo } from '../core/ids.js';
import type { PoolMember } from '../core/ports/merging.js';

/** Tide's own check or status; it never counts among a head's checks. */
export const TIDE = 'tide';

export interface PoolKey extends Repo {
  readonly branch: string;
}

/** `org/repo@branch`. */
export function poolName({ org, name, branch }: PoolKey): string {
  return `${org}/${name}@${branch}`;
}

/** A pool as upstream's history and pages name it, `org/repo:branch` (tide 1). */
export function historyName({ org, name, branch }: PoolKey): string {
  return `${org}/${name}:${branch}`;
}

/** GitHub ignores case in labels, branches, milestones and contexts where it searches; so do we. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** An author as queries name one: `@octocat`, `app/dependabot`, `dependabot[bot]`. */
export function authorName(text: string): string {
  return text.toLowerCase().replace(/^@/, '').replace(/^app\//, '').replace(/\[bot\]$/, '');
}

/** Whether a pull request has a label; `a,b` is satisfied by either. */
export function hasLabel(member: Pick<PoolMember, 'labels'>, wanted: string): boolean {
  return wanted.split(',').some((one) => member.labels.some((label) => sameName(label, one.trim())));
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A commit id as people read it. */
export function short(sha: string): string {
  return sha.slice(0, 7);
}

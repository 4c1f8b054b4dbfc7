import { createHash } from 'node:crypto';
import { issueKey } from '../core/ids.js';
import type { BranchRules, Method, PoolMember } from '../core/ports/merging.js';
import { z } from 'zod';

/** GitHub refused to merge this head by this method; tried again when something about it changed, at the latest after a while (tide 28.12). */
export const Refusal = z.strictObject({ message: z.string(), at: z.number(), times: z.number(), until: z.number(), facts: z.string() }).readonly();
export type Refusal = z.infer<typeof Refusal>;

const FIRST = 5 * 60_000;
const LONGEST = 60 * 60_000;
/** How long a refusal stays in memory. */
export const REFUSAL_TTL = 24 * 60 * 60_000;

export function refusalKey(member: Pick<PoolMember, 'org' | 'name' | 'number' | 'headSha'>, method: Method): string {
  return `refusal:${issueKey(member)}:${member.headSha}:${method}`;
}

/** A fingerprint of all that may change GitHub's mind. */
export function factsOf(member: PoolMember, rules: BranchRules, revision: string): string {
  const facts = [member.updatedAt, member.mergeState, member.mergeable, member.review ?? '', member.draft, rules, revision];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Remembers one more refusal: 5 minutes, doubled each time, an hour at most. */
export function refuse(before: Refusal | undefined, { message, now, facts }: Readonly<{ message: string; now: number; facts: string }>): Refusal {
  const times = before && before.facts === facts ? before.times + 1 : 1;
  return { message, at: now, times, until: now + Math.min(FIRST * 2 ** Math.min(times - 1, 8), LONGEST), facts };
}

/** Whether a refusal still keeps a pull request from being tried. */
export function holds(refusal: Refusal | undefined, now: number, facts: string): refusal is Refusal {
  return refusal !== undefined && refusal.facts === facts && now < refusal.until;
}

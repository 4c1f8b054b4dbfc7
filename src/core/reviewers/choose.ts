import { normLogin } from '../ids.js';
import type { Layers, RepoOwners } from '../owners/port.js';

/** Whom to ask for a review of which files (plugins-policy 4.8, 4.9). */
export interface Choice {
  readonly files: readonly string[];
  readonly author: string;
  readonly owners: Pick<RepoOwners, 'approvers' | 'leafApprovers' | 'approverDir' | 'reviewers' | 'leafReviewers' | 'reviewerDir' | 'requiredReviewers' | 'allOwners'>;
  /** How many reviewers there should be. */
  readonly wanted: number;
  /** How many are asked at most, required ones aside; 0 means no limit. */
  readonly most: number;
  /** Whether approvers help out where reviewers are too few. */
  readonly fillUp: 'approvers' | 'nobody';
  /** `chance`: the nearest owners, by lot. `scores`: whoever has most points, and where all are too few anybody of the repository. Logins in lower case. */
  readonly by: Readonly<{ kind: 'chance' } | { kind: 'scores'; scores: ReadonlyMap<string, number> }>;
}

export interface Chance {
  /** From 0 up to 1. */
  random(): number;
  isFree(login: string): Promise<boolean>;
}

/** Sets by distance that are picked empty. */
type Pool = readonly Set<string>[];
type Pick1 = (pool: Pool) => Promise<string | undefined>;

/** Reviewers in the order in which they are asked, required ones last; logins in lower case. */
export async function chooseReviewers(choice: Choice, chance: Chance): Promise<readonly string[]> {
  const { files, owners, wanted, most, fillUp, by } = choice;
  const author = normLogin(choice.author);
  const pick = picker(by.kind === 'scores' ? by.scores : new Map(), chance);
  const chosen: string[] = [...(await chooseFrom(reviewersOf(owners), { files, author, wanted }, pick))];
  const add = (logins: readonly string[]) => { chosen.push(...logins.filter((login) => !chosen.includes(login))); };
  if (chosen.length < wanted && fillUp === 'approvers') add(await chooseFrom(approversOf(owners), { files, author, wanted }, pick));
  if (by.kind === 'scores') {
    const others = new Set([...owners.allOwners()].filter((login) => login !== author && !chosen.includes(login)));
    while (chosen.length < wanted) {
      const one = await pick([others]);
      if (one === undefined) break;
      chosen.push(one);
    }
  }
  if (most > 0) chosen.splice(most);
  // GitHub lets nobody review a change of their own.
  add([...new Set(files.flatMap((file) => [...owners.requiredReviewers(file)]))].filter((login) => login !== author).sort());
  return chosen;
}

interface Sources {
  leaf(file: string): ReadonlySet<string>;
  all(file: string): Layers;
  place(file: string): string;
}

const reviewersOf = (owners: Choice['owners']): Sources => ({ leaf: (file) => owners.leafReviewers(file), all: (file) => owners.reviewers(file), place: (file) => owners.reviewerDir(file) });
const approversOf = (owners: Choice['owners']): Sources => ({ leaf: (file) => owners.leafApprovers(file), all: (file) => owners.approvers(file), place: (file) => owners.approverDir(file) });

/** One of each place that owns files first, then more of these, then those further away. May exceed `wanted`: every place gets one. */
async function chooseFrom({ leaf, all, place }: Sources, { files, author, wanted }: Readonly<{ files: readonly string[]; author: string; wanted: number }>, pick: Pick1): Promise<readonly string[]> {
  const chosen: readonly [Set<string>, Set<string>, Set<string>] = [new Set(), new Set(), new Set()];
  const size = () => chosen.reduce((sum, layer) => sum + layer.size, 0);
  const left = (logins: Iterable<string>) => new Set([...logins].filter((login) => login !== author && !chosen.some((layer) => layer.has(login))));
  const leaves = new Set<string>();
  const seen = new Set<string>();
  for (const file of files) {
    // Filters make several groups of one place.
    const group = `${place(file)}\0${[...leaf(file)].sort().join(' ')}`;
    if (seen.has(group)) continue;
    seen.add(group);
    const candidates = left(leaf(file));
    for (const login of candidates) leaves.add(login);
    const one = await pick([candidates]);
    if (one !== undefined) chosen[0].add(one);
  }
  const near = left(leaves);
  while (size() < wanted) {
    const one = await pick([near]);
    if (one === undefined) break;
    chosen[1].add(one);
  }
  for (const file of files) {
    if (size() >= wanted) break;
    const pool = all(file).map(left);
    while (size() < wanted) {
      const one = await pick(pool);
      if (one === undefined) break;
      chosen[2].add(one);
    }
  }
  return chosen.flatMap((layer) => [...layer].sort());
}

/** Takes somebody who is free out of a pool: by points where anybody has any, else one of the nearest. Who was busy once stays it. */
function picker(scores: ReadonlyMap<string, number>, { random, isFree }: Chance): Pick1 {
  const busy = new Set<string>();
  const scored = [...scores.values()].some((points) => points > 0);
  const candidates = (pool: Pool): readonly string[] => {
    if (!scored) return [...(pool.find((layer) => layer.size > 0) ?? [])].sort();
    const everybody = [...new Set(pool.flatMap((layer) => [...layer]))].filter((login) => !busy.has(login)).sort();
    const best = Math.max(...everybody.map((login) => scores.get(login) ?? 0));
    return everybody.filter((login) => (scores.get(login) ?? 0) === best);
  };
  return async (pool) => {
    for (;;) {
      const equal = candidates(pool);
      const one = equal[Math.floor(random() * equal.length)];
      if (one === undefined) return undefined;
      for (const layer of pool) layer.delete(one);
      if (busy.has(one)) continue;
      if (await isFree(one)) return one;
      busy.add(one);
    }
  };
}

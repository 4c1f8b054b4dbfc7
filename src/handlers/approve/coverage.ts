import type { RepoOwners } from '../../core/owners/port.js';

/** A changed file that somebody has to approve. Logins are lower case. */
interface Owned {
  readonly path: string;
  /** The nearest place with approvers for it. */
  readonly dir: string;
  readonly approvers: ReadonlySet<string>;
  readonly leaf: ReadonlySet<string>;
}

/** The places whose owners have to approve, and the files that fall to each. */
export type Coverage = ReadonlyMap<string, readonly Owned[]>;

/** Which places of the owners tree have to approve changed files (plugins-policy 4.2.4); sorted. */
export function coverageOf(paths: readonly string[], owners: RepoOwners): Coverage {
  const all = new Map<string, Owned[]>();
  for (const path of paths) {
    const dir = owners.approverDir(path);
    if (owners.isAutoApproveUnownedSubfolders(dir) && isBelow(folderOf(path), dir)) continue;
    const file = { path, dir, approvers: new Set(owners.approvers(path).flatMap((layer) => [...layer])), leaf: owners.leafApprovers(path) };
    all.set(dir, [...(all.get(dir) ?? []), file]);
  }
  return new Map([...all].filter(([dir, files]) => !coveredAbove(dir, files, all, owners)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Whether a place need not be asked because one above it is: whoever approves some file there can approve all of these. With filters
 * that may not be so, and then both are asked.
 */
function coveredAbove(dir: string, files: readonly Owned[], all: ReadonlyMap<string, readonly Owned[]>, owners: RepoOwners): boolean {
  for (let at = dir; at !== '' && !owners.isNoParentOwners(at);) {
    at = folderOf(at);
    if (all.get(at)?.some((above) => files.every((file) => isSubset(above.approvers, file.approvers)))) return true;
  }
  return false;
}

/** Places with a file that none of these people (lower case) may approve. */
export function unapproved(coverage: Coverage, people: ReadonlySet<string>): readonly string[] {
  return [...coverage].filter(([, files]) => files.some((file) => !meets(file.approvers, people))).map(([dir]) => dir);
}

/** Those of these people who may approve some file of a place. */
export function approversOf(files: readonly Owned[], people: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...people].filter((person) => files.some((file) => file.approvers.has(person))));
}

type Reach = ReadonlyMap<string, ReadonlySet<string>>;

function reachOf(coverage: Coverage, which: 'approvers' | 'leaf'): Reach {
  const reach = new Map<string, Set<string>>();
  for (const [dir, files] of coverage) {
    for (const person of files.flatMap((file) => [...file[which]])) reach.set(person, (reach.get(person) ?? new Set()).add(dir));
  }
  return reach;
}

/** Few people who together can approve as much as these candidates can: always whoever adds most, the earlier one of equals. */
function suggest(coverage: Coverage, reach: Reach, candidates: readonly string[]): readonly string[] {
  const chosen = new Set<string>();
  for (;;) {
    const open = new Set(unapproved(coverage, chosen));
    if (open.size === 0) return [...chosen];
    let best: string | undefined;
    let most = 0;
    for (const candidate of candidates) {
      const adds = [...(reach.get(candidate) ?? [])].filter((dir) => open.has(dir)).length;
      if (adds > most && !chosen.has(candidate)) [best, most] = [candidate, adds];
    }
    if (best === undefined) return [...chosen];
    chosen.add(best);
  }
}

function helpers(coverage: Coverage, reach: Reach, known: ReadonlySet<string>, candidates: readonly string[]): readonly string[] {
  const open = new Set(unapproved(coverage, known));
  return suggest(coverage, reach, candidates).filter((person) => [...(reach.get(person) ?? [])].some((dir) => open.has(dir)));
}

/**
 * Whom to ask for the approvals that are missing (plugins-policy 4.2.6): assignees who can help, then owners nearest to the files.
 * The same for the same pull request and state. All logins in lower case; sorted.
 */
export function suggestApprovers(coverage: Coverage, { current, assigned, number }: Readonly<{ current: ReadonlySet<string>; assigned: ReadonlySet<string>; number: number }>): readonly string[] {
  const leaves = reachOf(coverage, 'leaf');
  const suggested = helpers(coverage, leaves, new Set([...current, ...assigned]), shuffled([...leaves.keys()].sort(), number));
  const known = new Set([...current, ...suggested]);
  const fromAssigned = helpers(coverage, reachOf(coverage, 'approvers'), known, [...new Set([...known, ...assigned])].sort());
  return [...new Set([...suggested, ...fromAssigned])].sort();
}

/** A permutation that depends on the seed alone, so that different pull requests ask different people. */
function shuffled(names: readonly string[], seed: number): readonly string[] {
  const out = [...names];
  let state = seed >>> 0;
  for (let n = out.length - 1; n > 0; n--) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const other = ((mixed ^ (mixed >>> 14)) >>> 0) % (n + 1);
    const [a, b] = [out[n] ?? '', out[other] ?? ''];
    [out[n], out[other]] = [b, a];
  }
  return out;
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
const isBelow = (folder: string, above: string): boolean => folder !== '' && (above === '' || folder.startsWith(`${above}/`));
const meets = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...b].some((one) => a.has(one));
const isSubset = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].every((one) => b.has(one));

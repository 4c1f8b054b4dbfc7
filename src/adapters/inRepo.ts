import { mergeMethodFor } from '../config/prow/tideLookup.js';
import { noFindings, type Finding } from '../config/findings.js';
import { finishInRepo, inRepoEnabled, type InRepoFault, type InRepoReads, type JobsAt, type RepoJobs } from '../config/jobs/inRepo.js';
import type { Snapshot } from '../config/snapshot.js';
import { slug, type Repo } from '../core/ids.js';
import type { GitMerges, MergeResult } from '../core/ports/git.js';
import type { Clock } from '../core/ports/clock.js';
import type { GitTrees } from '../core/ports/inRepo.js';
import type { Method } from '../core/ports/merging.js';
import type { Metrics } from '../core/ports/metrics.js';
import { createSharedCache } from './inRepoCache.js';
import { FILE, FOLDER } from './inRepoFiles.js';
import { EMPTY, readAt, type Decoded } from './inRepoRead.js';

export interface InRepoDeps {
  readonly git: GitTrees & GitMerges;
  /** So many configurations are kept, and the places of ten times as many commits. */
  readonly cacheSize: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Where the configuration of some commits is: an object of one of them. */
type Root = Readonly<{ path: typeof FOLDER | typeof FILE; id: string; sha: string }>;
/** `inherited`: the base has the same. */
type Place = Readonly<{ kind: 'found'; root: Root | undefined; inherited: boolean } | { kind: 'conflict'; message: string }>;
type Finished = Readonly<{ jobs: RepoJobs; errors: readonly Finding[] }>;
type Ids = ReadonlyMap<string, string>;

const PATHS = [FOLDER, FILE] as const;
const PLACES_EACH = 10;

/**
 * In-repo configuration out of git (config 5). Three things are remembered, each by what it depends on alone: where the configuration of
 * some commits is; what the files there say, by the id that git gives their folder, so that commits which do not touch it cost
 * nothing; and for as long as the central configuration is in force, what that comes to with its defaults.
 */
export function createInRepo({ git, cacheSize, clock, metrics }: InRepoDeps): InRepoReads {
  const max = Math.max(1, cacheSize);
  const places = createSharedCache<Place>(max * PLACES_EACH);
  const merges = createSharedCache<MergeResult>(max * PLACES_EACH);
  const decoded = createSharedCache<Decoded | Readonly<{ leaves: true }>>(max, (key) => {
    const [org = '', name = ''] = key.split(' ', 1)[0]?.split('/') ?? [];
    metrics.count('inRepoConfigCache_evictions_forced', { org, repo: name });
  });
  const finished = new WeakMap<Snapshot, WeakMap<Decoded, Finished>>();

  const keyOf = ({ repo, baseSha, heads }: JobsAt, method: Method): string => JSON.stringify([slug(repo), baseSha, heads, method]);

  function mergeOf(at: JobsAt, method: Method, signal: AbortSignal): Promise<MergeResult> {
    return merges.get(keyOf(at, method), signal, () => git.tryMerge(at.repo, at.baseSha, at.heads, method, { signal }));
  }

  function placeOf(at: JobsAt, method: Method, signal: AbortSignal): Promise<Place> {
    return places.get(keyOf(at, method), signal, async () => {
      const { repo, baseSha, heads } = at;
      const [base = new Map<string, string>(), ...others] = await git.idsAt(repo, [baseSha, ...heads], PATHS, { signal });
      const found = (ids: Ids, shaOf: (path: string) => string): Place => ({ kind: 'found', root: rootOf(ids, shaOf), inherited: same(ids, base) });
      if (others.every((ids) => same(ids, base))) return found(base, () => baseSha);
      // Where only one side changed a path, that side's is the merge's: nothing need be checked out.
      const [head] = heads;
      const [ids] = others;
      if (heads.length === 1 && head !== undefined && ids) {
        const common = await git.mergeBases(repo, baseSha, head, { signal });
        const [before] = common.length === 1 ? await git.idsAt(repo, common, PATHS, { signal }) : [];
        const sides = before && PATHS.map((path) => [path, sideOf(before.get(path), base.get(path), ids.get(path))] as const);
        if (sides?.every(([, side]) => side !== 'both')) {
          const theirs = new Set<string>(sides.flatMap(([path, side]) => (side === 'head' ? [path] : [])));
          return found(new Map(PATHS.flatMap((path) => {
            const id = (theirs.has(path) ? ids : base).get(path);
            return id === undefined ? [] : [[path, id] as const];
          })), (path) => (theirs.has(path) ? head : baseSha));
        }
      }
      const merged = await mergeOf(at, method, signal);
      if (merged.kind === 'conflict') return conflict(at, merged);
      const [after = base] = await git.idsAt(repo, [merged.sha], PATHS, { signal });
      return found(after, () => merged.sha);
    });
  }

  async function decodedAt(at: JobsAt, root: Root | undefined, method: Method, signal: AbortSignal): Promise<Decoded | Readonly<{ conflict: string }>> {
    if (!root) return EMPTY;
    const { repo, baseSha, heads } = at;
    const key = slug(repo);
    const deps = { git, signal };
    const labels = { org: repo.org, repo: repo.name };
    let what: 'hits' | 'misses' = 'hits';
    metrics.count('inRepoConfigCache_lookups', labels);
    const known = await decoded.get(`${key} ${root.path} ${root.id}`, signal, async () => {
      what = 'misses';
      const read = await readAt(repo, root.sha, root.path, 'path', deps);
      return read === 'leaves' ? { leaves: true } : read;
    });
    metrics.count(`inRepoConfigCache_${what}`, labels);
    if (!('leaves' in known)) return known;
    const merged: MergeResult | undefined = heads.length > 0 ? await mergeOf(at, method, signal) : undefined;
    if (merged?.kind === 'conflict') return { conflict: conflict(at, merged).message };
    const sha = merged?.sha ?? baseSha;
    const tree = merged?.tree ?? (await git.idsAt(repo, [sha], [''], { signal }))[0]?.get('') ?? sha;
    const whole = await decoded.get(`${key} ${root.path} in ${tree}`, signal, async () => {
      const read = await readAt(repo, sha, root.path, 'commit', deps);
      return read === 'leaves' ? EMPTY : read;
    });
    return 'leaves' in whole ? EMPTY : whole;
  }

  function finish(config: Snapshot, repo: Repo, what: Decoded): Finished {
    const ofConfig = finished.get(config) ?? new WeakMap<Decoded, Finished>();
    finished.set(config, ofConfig);
    const known = ofConfig.get(what);
    if (known) return known;
    const findings = noFindings();
    const own = finishInRepo(what.read, { repo, snapshot: config, centralPresets: config.jobs.presets, findings });
    const jobs = { presubmits: [...config.presubmits(repo), ...own.presubmits], postsubmits: [...config.postsubmits(repo), ...own.postsubmits], fault: undefined };
    const made = { jobs, errors: findings.errors };
    ofConfig.set(what, made);
    return made;
  }

  return {
    async jobsAt(config, at, { signal }) {
      const { repo } = at;
      const only = (fault: InRepoFault | undefined): RepoJobs => ({ presubmits: config.presubmits(repo), postsubmits: config.postsubmits(repo), fault });
      if (!inRepoEnabled(config.prow, repo)) return only(undefined);
      const method = mergeMethodFor(config.prow.tide.merge_method, repo, at.branch);
      const begun = clock.now();
      const place = await placeOf(at, method, signal);
      if (place.kind === 'conflict') return only(place);
      const what = await decodedAt(at, place.root, method, signal);
      metrics.observe('inRepoConfigCache_GetProwYAML_duration', (clock.now() - begun) / 1_000, { org: repo.org, repo: repo.name });
      if ('conflict' in what) return only({ kind: 'conflict', message: what.conflict });
      if (what === EMPTY) return only(undefined);
      const { jobs, errors } = finish(config, repo, what);
      const all = [...what.errors, ...errors];
      return all.length > 0 ? only({ kind: 'broken', findings: all, inherited: place.inherited }) : jobs;
    },
  };
}

function same(one: Ids, other: Ids): boolean {
  return PATHS.every((path) => one.get(path) === other.get(path));
}

function rootOf(ids: Ids, shaOf: (path: string) => string): Root | undefined {
  for (const path of PATHS) {
    const id = ids.get(path);
    if (id !== undefined) return { path, id, sha: shaOf(path) };
  }
  return undefined;
}

/** Whose version of a path a three-way merge takes. */
function sideOf(before: string | undefined, base: string | undefined, head: string | undefined): 'base' | 'head' | 'both' {
  if (base === head || head === before) return 'base';
  return base === before ? 'head' : 'both';
}

const short = (sha: string): string => sha.slice(0, 12);

function conflict({ baseSha, heads, branch }: Pick<JobsAt, 'baseSha' | 'heads' | 'branch'>, { head, files }: Extract<MergeResult, { kind: 'conflict' }>): Extract<Place, { kind: 'conflict' }> {
  const others = heads.length > 1 ? ` (of ${heads.map(short).join(', ')})` : '';
  return { kind: 'conflict', message: `${short(head)}${others} cannot be merged onto ${branch} at ${short(baseSha)}${files.length > 0 ? `: conflict in ${files.slice(0, 10).join(', ')}` : ''}` };
}

import { LRUCache } from 'lru-cache';
import { names } from '../config/lookup.js';
import { ownersRules } from '../config/plugins/ownersRules.js';
import type { ConfigSource } from '../config/snapshot.js';
import { NotFoundError, PermissionError } from '../core/errors.js';
import { normLogin, type Repo } from '../core/ids.js';
import type { CodeRule, Team } from '../core/owners/codeowners.js';
import { createCodeOwners, teamKey } from '../core/owners/codeQueries.js';
import { loadOwnership, type Ownership, type OwnersRules } from '../core/owners/load.js';
import type { OwnersFile } from '../core/owners/parse.js';
import type { OwnersReads } from '../core/owners/port.js';
import { createRepoOwners } from '../core/owners/queries.js';
import type { GitHubReads } from '../core/ports/github.js';
import type { GitTrees } from '../core/ports/inRepo.js';
import type { Log } from '../core/ports/log.js';

/** Repositories and commits whose owners are kept. */
const KEPT = 200;
/** Files whose contents are kept parsed, whatever commits they are in. */
const KEPT_FILES = 50_000;

export interface OwnersDeps {
  readonly git: Pick<GitTrees, 'filesAt' | 'readBlobs'>;
  readonly github: Pick<GitHubReads, 'branchSha' | 'collaborators' | 'teamMembers'>;
  readonly config: Pick<ConfigSource, 'current'>;
  readonly log: Log;
}

/**
 * Owners of repositories. What a commit says never changes, so it is kept by commit and rules, and what a file says by its content: a
 * commit costs the reading of what it changed. Who is a collaborator or in a team is asked each time, because it changes without a commit.
 */
export function createOwners({ git, github, config, log }: OwnersDeps): OwnersReads {
  const kept = new LRUCache<string, Ownership>({ max: KEPT });
  const files = new LRUCache<string, Readonly<{ file: OwnersFile | null }>>({ max: KEPT_FILES });
  const memory = { get: (key: string) => files.get(key)?.file, set: (key: string, file: OwnersFile | null) => { files.set(key, { file }); } };
  const loading = new Map<string, Promise<Ownership>>();

  async function ownershipOf(repo: Repo, sha: string, rules: OwnersRules, signal: AbortSignal): Promise<Ownership> {
    const key = JSON.stringify([repo.org, repo.name, sha, rules]);
    const known = kept.get(key);
    if (known) return known;
    const begun = loading.get(key);
    if (begun) {
      // Whoever began may be aborted; then everybody else begins anew.
      const shared = await begun.catch(() => undefined);
      if (shared) return shared;
      signal.throwIfAborted();
    }
    const mine = loadOwnership(repo, sha, rules, { git, memory, log, signal });
    loading.set(key, mine);
    try {
      const ownership = await mine;
      kept.set(key, ownership);
      return ownership;
    } finally {
      if (loading.get(key) === mine) loading.delete(key);
    }
  }

  async function collaborators(repo: Repo, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    try {
      return new Set((await github.collaborators(repo, { signal })).map(normLogin));
    } catch (error) {
      signal.throwIfAborted();
      log.error({ err: error, org: repo.org, repo: repo.name }, 'collaborators cannot be listed, all owners count');
      return undefined;
    }
  }

  /** Teams of other organisations own nothing, as at GitHub; one that is not there, or that we may not see, has no members. */
  async function membersOf(repo: Repo, rules: readonly CodeRule[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
    const teams = new Map(rules.flatMap((rule) => rule.teams).filter(({ org }) => org === repo.org.toLowerCase()).map((team) => [teamKey(team), team]));
    const members = async ({ slug: team }: Team): Promise<readonly string[]> => {
      try {
        return (await github.teamMembers(repo.org, { slug: team }, { signal })).map(normLogin);
      } catch (error) {
        if (!(error instanceof NotFoundError) && !(error instanceof PermissionError)) throw error;
        log.warn({ err: error, org: repo.org, repo: repo.name, team }, 'a team in CODEOWNERS cannot be read, it owns nothing');
        return [];
      }
    };
    return new Map(await Promise.all([...teams].map(async ([key, team]) => [key, await members(team)] as const)));
  }

  return {
    async load(repo, baseBranch, { signal }) {
      const snapshot = config.current();
      const rules = ownersRules(snapshot, repo);
      const everybody = names(snapshot.plugins.owners.skip_collaborators, repo);
      const [ownership, counting] = await Promise.all([
        github.branchSha(repo, baseBranch, { signal }).then((sha) => ownershipOf(repo, sha, rules, signal)),
        everybody ? undefined : collaborators(repo, signal),
      ]);
      if (ownership.kind === 'owners') return createRepoOwners(ownership.tree, counting, rules.ownersFile);
      return createCodeOwners({ path: ownership.path, rules: ownership.rules, members: await membersOf(repo, ownership.rules, signal), collaborators: counting });
    },
  };
}

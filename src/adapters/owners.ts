import { LRUCache } from 'lru-cache';
import { names, own } from '../config/lookup.js';
import { ownersFilenames } from '../config/plugins/entries.js';
import type { ConfigSource, Snapshot } from '../config/snapshot.js';
import { normLogin, slug, type Repo } from '../core/ids.js';
import { loadTree, type OwnersRules } from '../core/owners/load.js';
import type { OwnersReads } from '../core/owners/port.js';
import { createRepoOwners, type OwnersTree } from '../core/owners/queries.js';
import type { GitReads } from '../core/ports/git.js';
import type { GitHubReads } from '../core/ports/github.js';
import type { Log } from '../core/ports/log.js';

const ALWAYS_DENIED = ['\\.git$', '_output$', 'vendor/.*/.*'] as const;
/** Repositories and commits whose owners are kept. */
const KEPT = 200;

export interface OwnersDeps {
  readonly git: Pick<GitReads, 'listFiles' | 'readFiles'>;
  readonly github: Pick<GitHubReads, 'branchSha' | 'collaborators'>;
  readonly config: Pick<ConfigSource, 'current'>;
  readonly log: Log;
}

/** Which files of a repository name its owners, as configured. */
export function ownersRules({ prow, plugins }: Pick<Snapshot, 'prow' | 'plugins'>, repo: Repo): OwnersRules {
  const files = ownersFilenames(plugins, repo);
  const { default: everywhere, repos, ignore_preconfigured_defaults: bare } = prow.owners_dir_denylist;
  return {
    ownersFile: files.owners || 'OWNERS',
    aliasesFile: files.owners_aliases || 'OWNERS_ALIASES',
    markdown: names(plugins.owners.mdyamlrepos, repo),
    denied: [...everywhere, ...(own(repos, repo.org) ?? []), ...(own(repos, slug(repo)) ?? []), ...(bare ? [] : ALWAYS_DENIED)],
  };
}

/**
 * Owners of repositories. What a commit says never changes, so it is kept by commit and rules; who is a collaborator is asked
 * each time, because it changes without a commit.
 */
export function createOwners({ git, github, config, log }: OwnersDeps): OwnersReads {
  const trees = new LRUCache<string, OwnersTree>({ max: KEPT });
  const loading = new Map<string, Promise<OwnersTree>>();

  async function treeOf(repo: Repo, sha: string, rules: OwnersRules, signal: AbortSignal): Promise<OwnersTree> {
    const key = JSON.stringify([repo.org, repo.name, sha, rules]);
    const known = trees.get(key);
    if (known) return known;
    const begun = loading.get(key);
    if (begun) {
      // Whoever began may be aborted; then everybody else begins anew.
      const shared = await begun.catch(() => undefined);
      if (shared) return shared;
      signal.throwIfAborted();
    }
    const mine = loadTree(repo, sha, rules, { git, log, signal });
    loading.set(key, mine);
    try {
      const tree = await mine;
      trees.set(key, tree);
      return tree;
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

  return {
    async load(repo, baseBranch, { signal }) {
      const snapshot = config.current();
      const rules = ownersRules(snapshot, repo);
      const everybody = names(snapshot.plugins.owners.skip_collaborators, repo);
      const [tree, counting] = await Promise.all([
        github.branchSha(repo, baseBranch, { signal }).then((sha) => treeOf(repo, sha, rules, signal)),
        everybody ? undefined : collaborators(repo, signal),
      ]);
      return createRepoOwners(tree, counting, rules.ownersFile);
    },
  };
}

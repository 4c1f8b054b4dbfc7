import type { OwnersRules } from '../../core/owners/load.js';
import { slug, type Repo } from '../../core/ids.js';
import { names, own } from '../lookup.js';
import type { Snapshot } from '../snapshot.js';
import { ownersFilenames } from './entries.js';

const ALWAYS_DENIED = ['\\.git$', '_output$', 'vendor/.*/.*'] as const;

/** Which files of a repository name its owners, as configured. */
export function ownersRules({ prow, plugins }: Pick<Snapshot, 'prow' | 'plugins'>, repo: Repo): OwnersRules {
  const files = ownersFilenames(plugins, repo);
  const { default: everywhere, repos, ignore_preconfigured_defaults: bare } = prow.owners_dir_denylist;
  return {
    ownersFile: files.owners || 'OWNERS',
    aliasesFile: files.owners_aliases || 'OWNERS_ALIASES',
    markdown: names(plugins.owners.mdyamlrepos, repo),
    denied: [...everywhere, ...(own(repos, repo.org) ?? []), ...(own(repos, slug(repo)) ?? []), ...(bare ? [] : ALWAYS_DENIED)],
    codeowners: names(plugins.owners.codeowners, repo),
  };
}

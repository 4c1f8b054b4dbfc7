import type { Repo } from '../../core/ids.js';
import { entryFor, own } from '../lookup.js';
import { ApproveEntry, LgtmEntry, TriggerEntry, type PluginsConfig } from './schema.js';

/** What `approve` is told about a repository; the defaults where no entry names it. */
export function approveFor(config: PluginsConfig, repo: Repo): ApproveEntry {
  return entryFor(config.approve, repo) ?? ApproveEntry.parse({});
}

export function lgtmFor(config: PluginsConfig, repo: Repo): LgtmEntry {
  return entryFor(config.lgtm, repo) ?? LgtmEntry.parse({});
}

export function triggerFor(config: PluginsConfig, repo: Repo): TriggerEntry {
  return entryFor(config.triggers, repo) ?? TriggerEntry.parse({});
}

/** The names of OWNERS and OWNERS_ALIASES files in a repository. */
export function ownersFilenames(config: PluginsConfig, repo: Repo): Readonly<{ owners: string; owners_aliases: string }> {
  const { filenames } = config.owners;
  return own(filenames, `${repo.org}/${repo.name}`) ?? own(filenames, repo.org) ?? { owners: 'OWNERS', owners_aliases: 'OWNERS_ALIASES' };
}

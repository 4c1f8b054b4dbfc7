import { slug } from '../core/ids.js';
import type { Jobs } from './jobs/finalize.js';
import type { Preset } from './jobs/schema.js';
import { ownAnyCase } from './lookup.js';
import type { PluginsConfig } from './plugins/schema.js';
import type { ProwConfig } from './prow/schema.js';
import type { Snapshot } from './snapshot.js';

/** What a snapshot is made of: everything decoded, defaulted and checked. */
export interface Parts {
  readonly revision: string;
  readonly prow: ProwConfig;
  readonly plugins: PluginsConfig;
  /** May be finished when they are asked for only. */
  readonly jobs: Jobs;
  readonly presets: readonly Preset[];
}

/** Makes the snapshot with its indexes; nothing is searched when an event asks. */
export function makeSnapshot({ revision, prow, plugins, jobs, presets }: Parts): Snapshot {
  const { presubmits, postsubmits } = jobs;
  return {
    revision,
    prow,
    plugins,
    jobs: { presubmits, postsubmits, get periodics() { return jobs.periodics; }, presets },
    presubmits: (repo) => presubmits.get(slug(repo)) ?? [],
    postsubmits: (repo) => postsubmits.get(slug(repo)) ?? [],
    pluginsFor(repo) {
      const ofOrg = ownAnyCase(plugins.plugins, repo.org);
      const ofRepo = ownAnyCase(plugins.plugins, slug(repo))?.plugins ?? [];
      const name = repo.name.toLowerCase();
      return [...new Set([...(ofOrg && !ofOrg.excluded_repos.some((one) => one.toLowerCase() === name) ? ofOrg.plugins : []), ...ofRepo])];
    },
    enabled: new Map(Object.entries(plugins.plugins).map(([key, entry]) => [key, entry.plugins])),
  };
}

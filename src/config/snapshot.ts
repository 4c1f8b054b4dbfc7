import type { Repo } from '../core/ids.js';
import type { Periodic, Preset, Presubmit, Postsubmit } from './jobs/schema.js';
import type { PluginsConfig } from './plugins/schema.js';
import type { ProwConfig } from './prow/schema.js';

/** All static jobs; keys are `org/repo` as the files have them. */
export interface AllJobs {
  readonly presubmits: ReadonlyMap<string, readonly Presubmit[]>;
  readonly postsubmits: ReadonlyMap<string, readonly Postsubmit[]>;
  readonly periodics: readonly Periodic[];
  /** Presets of all files, which hold for jobs of a repository's own configuration as well. */
  readonly presets: readonly Preset[];
}

/** An immutable configuration: everything that was read together. A handler keeps the one it started with. */
export interface Snapshot {
  /** Changes when the content does. */
  readonly revision: string;
  readonly prow: ProwConfig;
  readonly plugins: PluginsConfig;
  /** Static presubmits of a repository, in configuration order. */
  presubmits(repo: Repo): readonly Presubmit[];
  postsubmits(repo: Repo): readonly Postsubmit[];
  /** Every static job, by the key under which it stands, in configuration order. */
  readonly jobs: AllJobs;
  /** Names of the plugins that are enabled for a repository, without repeats (plugins-policy 1.6). */
  pluginsFor(repo: Repo): readonly string[];
  /** All orgs and repos that plugins.yaml names, with their plugins. */
  readonly enabled: ReadonlyMap<string, readonly string[]>;
}

/** The configuration that is in force; reloads replace it whole. */
export interface ConfigSource {
  current(): Snapshot;
  /** Why the newest files are not in force, where they are broken; the last good configuration stays. */
  problem(): string | undefined;
}

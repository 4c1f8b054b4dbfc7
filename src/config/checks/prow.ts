import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UNKNOWN_KEY } from '../decode.js';
import type { Finding, Path } from '../findings.js';
import { placeIn } from '../places.js';
import { JobConfig } from '../jobs/schema.js';
import { rawFaults } from '../kube/unknown.js';
import type { ProtectionPolicy } from '../prow/branchProtection.js';
import { ProwConfig } from '../prow/schema.js';
import { noted } from '../yaml/notes.js';
import { passedOver } from '../yaml/repeats.js';
import { textOf, type Source } from '../yaml/source.js';
import type { Check, FileCheck } from './input.js';

/** Keys that nothing reads, in config.yaml and plugins.yaml themselves. */
export const unknownFields: FileCheck = ({ files, loadWarnings, prowSources }) => {
  const main = loadWarnings.filter(({ file, message }) => message === UNKNOWN_KEY && (file === files.configPath || file === files.pluginConfigPath));
  return [...main, ...prowSources.slice(0, 1).flatMap(unknownInProw)];
};

/** The same in every file; upstream leaves supplemental files out. */
export const unknownFieldsAll: FileCheck = ({ loadWarnings, prowSources, jobSources }) => [
  ...loadWarnings.filter(({ message }) => message === UNKNOWN_KEY),
  ...prowSources.flatMap(unknownInProw),
  ...jobSources.flatMap((source) => unknownIn(JobConfig, source)),
];

const unknownInProw = (source: Source): readonly Finding[] => [...unknownIn(ProwConfig, source), ...unknownIn(JobConfig, source)];

/** Unknown keys of what a load keeps as it stands: pod specs, decoration and the like. */
export function unknownIn(schema: z.ZodType, source: Source): readonly Finding[] {
  return rawFaults(schema, source.value).unknown.map((path) => source.finding(path, UNKNOWN_KEY, 'key'));
}

/**
 * Ours: texts that stand there as plain numbers or booleans. They are taken as texts here; upstream refuses them everywhere but in the
 * presets of job files (config 1.1).
 */
export const unquotedTexts: FileCheck = ({ prowSources, jobSources }) => {
  const found = (schema: z.ZodType, source: Source) => noted(source, 'unquoted', arePaths, () => rawFaults(schema, source.value).unquoted)
    .map((path) => source.finding(path, 'expected quotes: upstream takes no plain number or boolean for a text'));
  return [
    ...prowSources.flatMap((source) => [...found(ProwConfig, source), ...found(JobConfig, source)]),
    ...jobSources.flatMap((source) => found(JobsOnly, source)),
  ];
};

/** Ours: what reading passes over. Each file is read once more, and carefully, so it is not looked for where nobody asks. */
export const repeatedKeys: FileCheck = ({ prowSources, pluginSources, jobSources }) => [...prowSources, ...pluginSources, ...jobSources].flatMap(({ file }) => passedOver(file, textOf(readFileSync(file))));

function arePaths(value: unknown): value is readonly Path[] {
  return Array.isArray(value) && value.every((path) => Array.isArray(path) && path.every((part) => typeof part === 'string' || typeof part === 'number'));
}

const JobsOnly = JobConfig.unwrap().omit({ presets: true });

export const validateUrls: Check = (input) => {
  const link = input.snapshot.prow.status_error_link;
  if (input.pluginSources.length === 0 || URL.canParse(link, 'http://relative.invalid')) return [];
  return [placeIn(input.prowSources, ['status_error_link'], `expected a URL, found ${JSON.stringify(link)}`)];
};

/** A hook of an organisation delivers for all of its repositories; another one of a repository delivers twice. */
export const managedWebhooks: Check = (input) => {
  const repos = Object.keys(input.snapshot.prow.managed_webhooks.org_repo_config);
  return repos.filter((key) => key.includes('/') && repos.includes(key.split('/')[0] ?? '')).map((key) =>
    placeIn(input.prowSources, ['managed_webhooks', 'org_repo_config', key], `${key.split('/')[0] ?? ''} has a hook for all of its repositories already`, 'key'));
};

/** Keys beside the settings of a level; switches of the whole section are none. */
const NO_SETTING: readonly string[] = [
  'unmanaged', 'orgs', 'repos', 'branches', 'protect-tested-repos', 'allow_disabled_policies', 'allow_disabled_job_policies', 'protect_repos_with_optional_jobs',
];

type Level = ProtectionPolicy & Readonly<Record<string, unknown>>;

/** The levels right below one, with the way there. */
function levelsBelow(level: Level): readonly Readonly<{ path: Path; child: Level }>[] {
  return (['orgs', 'repos', 'branches'] as const).flatMap((key) => Object.entries(Object(level[key] ?? {}) as Readonly<Record<string, Level>>).map(([name, child]) => ({ path: [key, name], child })));
}

const managedBelow = (level: Level): boolean => levelsBelow(level).some(({ child }) => child.unmanaged === false || managedBelow(child));

/** What is not managed has no settings, and neither has anything below it; unless something further down says that it is managed, which inherits. */
export const unmanagedWithoutSubconfig: Check = (input) => {
  const found: Finding[] = [];
  const look = (level: Level, path: Path) => {
    const below = levelsBelow(level);
    if (level.unmanaged === true) {
      const set = Object.entries(level).filter(([key, value]) => !NO_SETTING.includes(key) && value !== undefined && !(Array.isArray(value) && value.length === 0)).map(([key]) => key);
      if (!managedBelow(level)) for (const key of set) found.push(placeIn(input.prowSources, [...path, key], 'has no effect beside unmanaged: true', 'key'));
      for (const { path: way, child } of below) {
        if (child.unmanaged !== false && !managedBelow(child)) found.push(placeIn(input.prowSources, [...path, ...way], 'stands below unmanaged: true and does not say unmanaged: false', 'key'));
      }
    }
    for (const { path: way, child } of below) look(child, [...path, ...way]);
  };
  look(input.snapshot.prow['branch-protection'], ['branch-protection']);
  return found;
};

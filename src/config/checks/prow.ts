import { UNKNOWN_KEY } from '../decode.js';
import type { Finding, Path } from '../findings.js';
import { placeIn } from '../places.js';
import { field } from '../jobs/data.js';
import type { ProtectionPolicy } from '../prow/branchProtection.js';
import { type Check } from './input.js';

/** Keys that nothing reads, in config.yaml and plugins.yaml themselves. */
export const unknownFields: Check = ({ files, loadWarnings }) =>
  loadWarnings.filter(({ file, message }) => message === UNKNOWN_KEY && (file === files.configPath || file === files.pluginConfigPath));

/** The same in every file; upstream leaves supplemental files out. */
export const unknownFieldsAll: Check = ({ loadWarnings }) => loadWarnings.filter(({ message }) => message === UNKNOWN_KEY);

export const validateUrls: Check = (input) => {
  const link = input.snapshot.prow.status_error_link;
  if (link === undefined || input.pluginSources.length === 0 || (typeof link === 'string' && URL.canParse(link, 'http://relative.invalid'))) return [];
  return [placeIn(input.prowSources, ['status_error_link'], `expected a URL, found ${JSON.stringify(link)}`)];
};

/** A hook of an organisation delivers for all of its repositories; another one of a repository delivers twice. */
export const managedWebhooks: Check = (input) => {
  const repos = Object.keys(Object(field(input.snapshot.prow.managed_webhooks, 'org_repo_config') ?? {}) as Readonly<Record<string, unknown>>);
  return repos.filter((key) => key.includes('/') && repos.includes(key.split('/')[0] ?? '')).map((key) =>
    placeIn(input.prowSources, ['managed_webhooks', 'org_repo_config', key], `${key.split('/')[0] ?? ''} has a hook for all of its repositories already`, 'key'));
};

const NO_SETTING: readonly string[] = ['unmanaged', 'orgs', 'repos', 'branches'];

/** What is not managed has no settings, and neither has anything below it that does not say it is managed. */
export const unmanagedWithoutSubconfig: Check = (input) => {
  const found: Finding[] = [];
  const look = (level: ProtectionPolicy & Readonly<Record<string, unknown>>, path: Path) => {
    const children = (['orgs', 'repos', 'branches'] as const).flatMap((key) =>
      Object.entries(Object(level[key] ?? {}) as Readonly<Record<string, ProtectionPolicy & Readonly<Record<string, unknown>>>>).map(([name, child]) => ({ path: [...path, key, name], child })));
    if (level.unmanaged === true) {
      const set = Object.entries(level).filter(([key, value]) => !NO_SETTING.includes(key) && value !== undefined && !(Array.isArray(value) && value.length === 0)).map(([key]) => key);
      for (const key of set) found.push(placeIn(input.prowSources, [...path, key], 'has no effect beside unmanaged: true', 'key'));
      for (const { path: below, child } of children) if (child.unmanaged !== false) found.push(placeIn(input.prowSources, below, 'stands below unmanaged: true and does not say unmanaged: false', 'key'));
    }
    for (const { path: below, child } of children) look(child, below);
  };
  look(input.snapshot.prow['branch-protection'], ['branch-protection']);
  return found;
};

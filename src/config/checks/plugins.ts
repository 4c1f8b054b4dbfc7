import { noFindings, type Finding } from '../findings.js';
import { placeIn } from '../places.js';
import { decodePlugins } from '../plugins/load.js';
import { PLUGIN_NAMES } from '../plugins/names.js';
import { staticJobs, type Check, type CheckInput, type FileCheck } from './input.js';
import { describe, namedRepos, placesOf, without, type Scope } from './scope.js';

type Plugins = Pick<CheckInput, 'snapshot'>;

/** Where a plugin is enabled; a repository that an organisation excludes may enable it itself. */
export function pluginScope({ snapshot: { plugins } }: Plugins, plugin: string): Scope {
  const having = Object.entries(plugins.plugins).filter(([, entry]) => entry.plugins.includes(plugin));
  return {
    orgs: new Map(having.filter(([key]) => !key.includes('/')).map(([org, entry]) => [org, new Set(entry.excluded_repos.map((repo) => `${org}/${repo}`))])),
    repos: new Set(having.map(([key]) => key).filter((key) => key.includes('/'))),
  };
}

export function externalScope({ snapshot: { plugins } }: Plugins, plugin: string): Scope {
  const having = Object.entries(plugins.external_plugins).filter(([, list]) => list.some(({ name }) => name === plugin)).map(([key]) => key);
  return { orgs: new Map(having.filter((key) => !key.includes('/')).map((org) => [org, new Set()])), repos: new Set(having.filter((key) => key.includes('/'))) };
}

/** Names that no plugin has, also where the configuration does not load; these are errors. */
export const unknownPlugins: FileCheck = ({ pluginSources }) => pluginSources.flatMap((source) => Object.entries(decodePlugins(source, noFindings())?.value.plugins ?? {}).flatMap(([key, entry]) =>
  entry.plugins.flatMap((name, at): readonly Finding[] => (PLUGIN_NAMES.has(name) ? [] : [source.finding(['plugins', key, 'plugins', at], `there is no plugin ${JSON.stringify(name)}`)]))));

/** Plugins that read OWNERS files. */
export const READS_OWNERS = ['approve', 'blunderbuss', 'rifle', 'owners-label'];

/** A broken OWNERS file silently takes power from people; only verify-owners says so before it is merged. */
export const validateOwners: Check = (input) => {
  const verified = pluginScope(input, 'verify-owners');
  return READS_OWNERS.flatMap((plugin): readonly Finding[] => {
    const scope = pluginScope(input, plugin);
    const named = namedRepos([scope, verified]);
    const missing = without(placesOf(scope, named), placesOf(verified, named));
    const byEntry = new Map<string, string[]>();
    for (const place of missing) {
      const [org = ''] = place.split('/');
      const entry = scope.repos.has(place) ? place : org;
      byEntry.set(entry, [...(byEntry.get(entry) ?? []), place]);
    }
    return [...byEntry].map(([entry, places]) => placeIn(input.pluginSources, ['plugins', entry], `enables ${plugin} without verify-owners for ${describe(places)}`, 'key'));
  });
};

/** Jobs that nobody starts. */
export const missingTrigger: Check = (input) => {
  if (input.pluginSources.length === 0) return [];
  const seen = new Set<string>();
  return staticJobs(input).flatMap(({ type, repo, at }): readonly Finding[] => {
    if (type === 'periodic' || seen.has(repo)) return [];
    seen.add(repo);
    const [org = '', name = '', ...more] = repo.replace(/^https?:\/\//, '').split('/');
    if (more.length > 0 || input.snapshot.pluginsFor({ org, name }).includes('trigger')) return [];
    return [at('', `${repo} has jobs, but the plugin trigger is not enabled for it`)];
  });
};

/** A restricted label must be one, and may not be open to everybody as well. */
export const validateLabel: Check = (input) => {
  const { label } = input.snapshot.plugins;
  return Object.entries(label.restricted_labels).flatMap(([key, entries]) => entries.flatMap(({ label: name }, at): readonly Finding[] => {
    const place = (message: string) => [placeIn(input.pluginSources, ['label', 'restricted_labels', key, at, 'label'], message)];
    if (name === '') return place('expected a label');
    return label.additional_labels.includes(name) ? place(`the label ${name} is restricted, but in label.additional_labels as well`) : [];
  }));
};

/** Who may and who may not write a ConfigMap is said by organisation or repository. */
export const configUpdaterAcls: Check = (input) => Object.entries(input.snapshot.plugins.config_updater.maps).flatMap(([glob, map]) =>
  (['allowed_repos', 'denied_repos'] as const).flatMap((key) => map[key].flatMap((entry, at): readonly Finding[] => (/^[^/]+(?:\/[^/]*)?$/.test(entry)
    ? [] : [placeIn(input.pluginSources, ['config_updater', 'maps', glob, key, at], `expected ORG or ORG/REPO, found ${JSON.stringify(entry)}`)]))));

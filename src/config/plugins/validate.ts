import type { PlacedFault } from '../jobs/podSpec.js';
import { pattern } from '../../core/re2.js';
import { goTemplate } from '../goTemplate.js';
import { own } from '../lookup.js';
import { regexFault } from '../scalars.js';
import { keyClashes } from './configUpdater.js';
import { disorder } from './review.js';
import type { PluginsConfig } from './schema.js';

type Warning = readonly [...PlacedFault, at?: 'key' | 'value'];

/** Faults between entries, which may come from several files (config 3.5), in upstream's order; sections check themselves. */
export function pluginFaults(config: PluginsConfig): readonly PlacedFault[] {
  return [...doubled(config), ...doubledExternal(config), ...assignerClashes(config)];
}

/** What an operator should know of: what is deprecated, and what does not do what it seems to. */
export function pluginWarnings(config: PluginsConfig): readonly Warning[] {
  return [
    ...(Object.keys(config.plugins).length === 0 ? [[[], 'no plugins are configured'] satisfies Warning] : []),
    ...exclusionWarnings(config), ...deprecations(config), ...regexWarnings(config),
    ...disorder(config.size).map(({ step, message }): Warning => [['size', step], message]),
    ...keyClashes(config.config_updater).filter(({ grouped }) => grouped).map(({ path, message }): Warning => [['config_updater', 'maps', ...path], message, 'key']),
    ...config.welcome.flatMap(({ message_template: template }, at): readonly Warning[] => templateWarnings(['welcome', at, 'message_template'], template)),
  ];
}

/** The entry of the organisation that a key `org/repo` belongs to, unless that leaves the repository out. */
function aboveOf(plugins: PluginsConfig['plugins'], key: string): PluginsConfig['plugins'][string] | undefined {
  const [org = '', repo] = key.split('/');
  const above = repo === undefined ? undefined : own(plugins, org);
  return above && !above.excluded_repos.includes(repo ?? '') ? above : undefined;
}

function doubled({ plugins }: PluginsConfig): readonly PlacedFault[] {
  return Object.entries(plugins).flatMap(([key, entry]): readonly PlacedFault[] => {
    const twice = entry.plugins.filter((name) => aboveOf(plugins, key)?.plugins.includes(name));
    return twice.length > 0 ? [[['plugins', key], `enabled for ${key.split('/')[0]} already: ${twice.join(', ')}`]] : [];
  });
}

function doubledExternal({ external_plugins: plugins }: PluginsConfig): readonly PlacedFault[] {
  return Object.entries(plugins).flatMap(([key, entries]): readonly PlacedFault[] => {
    const [org = '', repo] = key.split('/');
    const above = repo === undefined ? [] : (own(plugins, org) ?? []);
    const twice = entries.filter(({ name }) => above.some((other) => other.name === name)).map(({ name }) => name);
    return twice.length > 0 ? [[['external_plugins', key], `enabled for ${org} already: ${twice.join(', ')}`]] : [];
  });
}

/** Two plugins that ask for reviews would ask twice. */
function assignerClashes({ plugins }: PluginsConfig): readonly PlacedFault[] {
  return Object.entries(plugins).flatMap(([key, entry]): readonly PlacedFault[] => {
    const effective = [...entry.plugins, ...(aboveOf(plugins, key)?.plugins ?? [])];
    return effective.includes('blunderbuss') && effective.includes('rifle') ? [[['plugins', key], 'blunderbuss and rifle exclude each other']] : [];
  });
}

/** A repository that a list names again, and where it does first. */
export interface Repeat {
  readonly repo: string;
  readonly path: PlacedFault[0];
  readonly first: PlacedFault[0];
}

/** Repositories and organisations that a list of entries names twice. Upstream refuses that in three lists only; in the others the first one counts. */
export function repeats(config: PluginsConfig, key: 'approve' | 'welcome' | 'invalid_commit_msg' | 'lgtm' | 'triggers'): readonly Repeat[] {
  const seen = new Map<string, number>();
  return config[key].flatMap(({ repos }, at) => repos.flatMap((repo, place): readonly Repeat[] => {
    const first = seen.get(repo);
    seen.set(repo, first ?? at);
    return first === undefined ? [] : [{ repo, path: [key, at, 'repos', place], first: [key, first] }];
  }));
}

function exclusionWarnings({ plugins }: PluginsConfig): readonly Warning[] {
  return Object.entries(plugins).flatMap(([key, { excluded_repos: excluded }]): readonly Warning[] => {
    if (key.includes('/')) return excluded.length === 0 ? [] : [[['plugins', key, 'excluded_repos'], 'has no effect at a repository', 'key']];
    return excluded.flatMap((repo, at): readonly Warning[] => (repo.includes('/') ? [[['plugins', key, 'excluded_repos', at], `expected the name of a repository without its organisation, found ${JSON.stringify(repo)}`]] : []));
  });
}

function deprecations(config: PluginsConfig): readonly Warning[] {
  const { bugzilla } = config;
  const branches = [
    { path: ['default'], level: bugzilla.default },
    ...Object.entries(bugzilla.orgs).flatMap(([org, { default: level, repos }]) => [
      { path: ['orgs', org, 'default'], level },
      ...Object.entries(repos).map(([repo, entry]) => ({ path: ['orgs', org, 'repos', repo, 'branches'], level: entry.branches })),
    ]),
  ];
  return [
    ...config.triggers.flatMap(({ trusted_org }, at): readonly Warning[] => (trusted_org === '' ? [] : [[['triggers', at, 'trusted_org'], 'trusted_org is deprecated', 'key']])),
    ...Object.entries(config.repo_milestone).flatMap(([repo, { maintainers_id }]): readonly Warning[] =>
      (maintainers_id === 0 ? [] : [[['repo_milestone', repo, 'maintainers_id'], 'maintainers_id is deprecated, say maintainers_team', 'key']])),
    ...branches.flatMap(({ path, level }) => Object.entries(level ?? {}).flatMap(([branch, options]): readonly Warning[] => (options.dependent_bug_target_release === undefined
      ? [] : [[['bugzilla', ...path, branch, 'dependent_bug_target_release'], 'dependent_bug_target_release is deprecated, say dependent_bug_target_releases', 'key']]))),
  ];
}

/** Expressions that upstream takes and that do nothing. */
function regexWarnings(config: PluginsConfig): readonly Warning[] {
  const never = (path: PlacedFault[0], texts: readonly string[], what: string) => texts.flatMap((text, at): readonly Warning[] => {
    const fault = regexFault(text);
    return fault === undefined ? [] : [[[...path, at], `${what}: ${fault}`]];
  });
  return [
    ...config.blockades.flatMap(({ blockregexps, exceptionregexps }, at) => [
      ...never(['blockades', at, 'blockregexps'], blockregexps, 'is not an RE2 expression and blocks nothing'),
      ...never(['blockades', at, 'exceptionregexps'], exceptionregexps, 'is not an RE2 expression and frees nothing'),
    ]),
    ...Object.entries(config.branch_cleaner.preserved_branches).flatMap(([key, entries]) =>
      never(['branch_cleaner', 'preserved_branches', key], entries, 'is not an RE2 expression and keeps only the branch of this name')),
    ...(groupCount(config.sigmention.regexp) === 0 ? [[['sigmention', 'regexp'], 'has no group that names a label and finds nothing'] satisfies Warning] : []),
  ];
}

/** A template that cannot be read; upstream finds out when it greets somebody. */
function templateWarnings(path: PlacedFault[0], template: string): readonly Warning[] {
  try {
    goTemplate(template);
    return [];
  } catch (err) {
    return [[path, `expected a Go template: ${err instanceof Error ? err.message : String(err)}`]];
  }
}

/** The number of groups in an expression: those of a match that takes none of it. */
function groupCount(source: string): number {
  return pattern(`(?:${source})|`).first('')?.groups.length ?? 0;
}

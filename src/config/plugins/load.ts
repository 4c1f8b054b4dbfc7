import { decode, isRecord } from '../decode.js';
import type { Findings } from '../findings.js';
import type { Source } from '../yaml/source.js';
import { field } from '../jobs/data.js';
import { configUpdaterFaults } from './configUpdater.js';
import { PluginsConfig } from './schema.js';
import { sectionFaults } from './sections.js';

/** Decodes plugins.yaml; both forms of `plugins` are taken. Undefined when there was a fault. */
export function decodePlugins(source: Source, findings: Findings): PluginsConfig | undefined {
  return decode(PluginsConfig, { ...source, value: currentForm(source, findings) }, findings);
}

/** The older form maps straight to lists; it counts only if every entry has it. Mixed forms fail when they are decoded. */
function currentForm(source: Source, findings: Findings): unknown {
  const { value } = source;
  if (!isRecord(value)) return value;
  const key = Object.keys(value).find((name) => name.toLowerCase() === 'plugins');
  const plugins = key === undefined ? undefined : value[key];
  if (key === undefined || !isRecord(plugins)) return value;
  const entries = Object.entries(plugins);
  if (!entries.some(([, list]) => Array.isArray(list)) || !entries.every(([, list]) => list === null || Array.isArray(list))) return value;
  findings.warnings.push(source.finding([key], 'the form "org: [plugin]" is deprecated, say "org: {plugins: [plugin]}"', 'key'));
  return { ...value, [key]: Object.fromEntries(entries.map(([name, list]) => [name, { plugins: list ?? [] }])) };
}

/** Checks what involves more than one entry (plugins-policy 1.16). */
export function validatePlugins(config: PluginsConfig, source: Pick<Source, 'finding'>, { errors, warnings }: Findings): void {
  if (Object.keys(config.plugins).length === 0) warnings.push(source.finding([], 'no plugins are configured'));
  for (const [key, { plugins }] of Object.entries(config.plugins)) {
    const [org = '', repo] = key.split('/');
    const ofOrg = Object.hasOwn(config.plugins, org) ? config.plugins[org] : undefined;
    if (repo === undefined || !ofOrg || ofOrg.excluded_repos.includes(repo)) continue;
    const doubled = plugins.filter((name) => ofOrg.plugins.includes(name));
    if (doubled.length > 0) errors.push(source.finding(['plugins', key], `enabled for ${org} already: ${doubled.join(', ')}`));
  }
  for (const [key, list] of Object.entries(config.external_plugins)) {
    const [org = '', repo] = key.split('/');
    const ofOrg = repo !== undefined && Object.hasOwn(config.external_plugins, org) ? (config.external_plugins[org] ?? []) : [];
    const doubled = list.filter(({ name }) => ofOrg.some((other) => other.name === name)).map(({ name }) => name);
    if (doubled.length > 0) errors.push(source.finding(['external_plugins', key], `enabled for ${org} already: ${doubled.join(', ')}`));
  }
  for (const [path, message] of [...sectionFaults(config), ...configUpdaterFaults(config.config_updater)]) errors.push(source.finding(path.filter((part) => part !== ''), message));
  const seen = new Map<string, number>();
  config.approve.forEach(({ repos }, at) => {
    repos.forEach((repo, place) => {
      const other = seen.get(repo);
      if (other !== undefined && other !== at) errors.push(source.finding(['approve', at, 'repos', place], `${repo} is in approve[${other}] already`));
      else seen.set(repo, at);
    });
  });
  config.triggers.forEach((entry, at) => {
    if (entry.trusted_org !== '') warnings.push(source.finding(['triggers', at, 'trusted_org'], 'trusted_org is deprecated', 'key'));
  });
  for (const [repo, milestone] of Object.entries(Object(config.repo_milestone ?? {}) as Readonly<Record<string, unknown>>)) {
    if (field(milestone, 'maintainers_id')) warnings.push(source.finding(['repo_milestone', repo, 'maintainers_id'], 'maintainers_id is deprecated, say maintainers_team', 'key'));
  }
}

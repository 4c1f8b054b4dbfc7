import type { Findings } from '../findings.js';
import { field } from '../jobs/data.js';
import { isZero, refuse, setKeys, united } from '../united.js';
import type { Source } from '../yaml/source.js';
import type { Bugzilla } from './bugzilla.js';
import type { Label } from './labels.js';
import { PluginsConfig } from './schema.js';

const MERGEABLE = ['plugins', 'external_plugins', 'approve', 'lgtm', 'triggers', 'welcome', 'bugzilla', 'label'] as const satisfies readonly (keyof PluginsConfig)[];
const isMergeable = (key: string) => MERGEABLE.some((one) => one === key);
const EMPTY = PluginsConfig.parse({});

/**
 * plugins.yaml with a supplemental file (config 3.2): entries of lists are appended; of maps a key may be in one file only. What may not
 * stand in such a file, and what is set twice, is an error at its place in that file.
 */
export function mergePlugins(main: PluginsConfig, more: PluginsConfig, source: Source, findings: Findings): PluginsConfig {
  const changed = new Set<string>(setKeys(more, EMPTY));
  refuse(Object.keys(EMPTY).filter((key) => !isMergeable(key) && (changed.has(key) || !isZero(field(source.value, key)))), [], source, findings);
  return {
    ...main,
    plugins: united(main.plugins, more.plugins, ['plugins'], source, findings),
    external_plugins: united(main.external_plugins, more.external_plugins, ['external_plugins'], source, findings),
    approve: [...main.approve, ...more.approve],
    lgtm: [...main.lgtm, ...more.lgtm],
    triggers: [...main.triggers, ...more.triggers],
    welcome: [...main.welcome, ...more.welcome],
    bugzilla: mergeBugzilla(main.bugzilla, more.bugzilla, source, findings),
    label: mergeLabel(main.label, more.label, source, findings),
  };
}

/** Restricted labels add up; the same one under the same key is an error. */
function mergeLabel(main: Label, more: Label, source: Source, findings: Findings): Label {
  if (more.additional_labels.length > 0) refuse(['additional_labels'], ['label'], source, findings);
  const restricted = new Map(Object.entries(main.restricted_labels));
  for (const [key, entries] of Object.entries(more.restricted_labels)) {
    const known = restricted.get(key) ?? [];
    for (const [at, { label }] of entries.entries()) {
      if (known.some((one) => one.label === label)) findings.errors.push(source.finding(['label', 'restricted_labels', key, at, 'label'], `${label} is restricted for ${JSON.stringify(key)} in another file already`));
    }
    restricted.set(key, [...known, ...entries]);
  }
  return { ...main, restricted_labels: Object.fromEntries(restricted) };
}

/** Each level's default may be in one file only; so may each repository. */
function mergeBugzilla(main: Bugzilla, more: Bugzilla, source: Source, findings: Findings): Bugzilla {
  const twice = (path: readonly string[]) => { findings.errors.push(source.finding(['bugzilla', ...path], 'is set in another file already', 'key')); };
  if (main.default && more.default) twice(['default']);
  const orgs = new Map(Object.entries(main.orgs));
  for (const [org, level] of Object.entries(more.orgs)) {
    const known = orgs.get(org);
    if (known?.default && level.default) twice(['orgs', org, 'default']);
    orgs.set(org, known ? { default: known.default ?? level.default, repos: united(known.repos, level.repos, ['bugzilla', 'orgs', org, 'repos'], source, findings) } : level);
  }
  return { default: main.default ?? more.default, orgs: Object.fromEntries(orgs) };
}

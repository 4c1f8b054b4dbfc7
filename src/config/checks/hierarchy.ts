import { dirname, relative } from 'node:path';
import { decode } from '../decode.js';
import { noFindings, type Finding } from '../findings.js';
import { decodePlugins } from '../plugins/load.js';
import { PluginsConfig } from '../plugins/schema.js';
import { ProwConfig } from '../prow/schema.js';
import { setKeys } from '../united.js';
import type { Source } from '../yaml/source.js';
import type { FileCheck } from './input.js';

/** What a supplemental file is about: everything, or these organisations and repositories (`org/repo`). */
interface About {
  readonly global: boolean;
  readonly keys: readonly string[];
}

/**
 * A supplemental file in the folder `<org>/` may be about that organisation as a whole only, one in `<org>/<repo>/` about that repository only.
 * Folders count from the supplemental folder itself, wherever the command is run.
 */
export const supplementalHierarchy: FileCheck = ({ files, prowSources, pluginSources }) => [
  ...prowSources.slice(1).flatMap((source) => misplaced(source, files.supplementalProwConfigDirs ?? [], aboutProw)),
  ...pluginSources.slice(1).flatMap((source) => misplaced(source, files.supplementalPluginConfigDirs ?? [], aboutPlugins)),
];

function misplaced(source: Source, folders: readonly string[], about: (source: Source) => About): readonly Finding[] {
  const folder = folders.map((one) => relative(one, dirname(source.file))).find((path) => !path.startsWith('..')) ?? '';
  const [org, repo, ...deeper] = folder.split(/[\\/]/).filter((part) => part !== '');
  if (org === undefined) return [];
  const say = (message: string) => [source.finding([], message)];
  if (deeper.length > 0) return say(`expected a file at most two folders deep (ORG/REPO), found it in ${folder}`);
  const { global, keys } = about(source);
  const place = repo === undefined ? org : `${org}/${repo}`;
  if (global) return say(`expected configuration of ${place} only, found some for everything`);
  // Configuration of one repository belongs into that repository's folder, not into its organisation's.
  const foreign = keys.filter((key) => key !== place);
  return foreign.length === 0 ? [] : say(`expected configuration of ${place} only, found some of ${[...new Set(foreign)].sort().join(', ')}`);
}

const isSet = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0) && JSON.stringify(value) !== '{}';
const BELOW = ['orgs', 'repos', 'branches'];
const policySet = (level: object) => Object.entries(level).some(([key, value]) => !BELOW.includes(key) && isSet(value));

function aboutProw(source: Source): About {
  const config = decode(ProwConfig, source, noFindings(), []);
  if (!config) return { global: false, keys: [] };
  const protection = config['branch-protection'];
  const slack = Object.keys(config.slack_reporter_configs);
  const keys = [
    ...Object.entries(protection.orgs).flatMap(([org, level]) => [
      ...(policySet(level) ? [org] : []), ...Object.keys(level.repos).map((repo) => `${org}/${repo}`),
    ]),
    ...Object.keys(config.tide.merge_method).map((key) => key.split('@')[0] ?? key),
    ...config.tide.queries.flatMap((query) => [...query.orgs, ...query.repos]),
    ...slack,
  ];
  return { global: policySet(protection) || slack.includes('*'), keys };
}

const GLOBAL_PLUGIN_KEYS: readonly string[] = ['plugins', 'external_plugins', 'approve', 'lgtm', 'triggers', 'welcome', 'bugzilla', 'label'];

function aboutPlugins(source: Source): About {
  const sound = decodePlugins(source, noFindings());
  const config = sound?.cut.length === 0 ? sound.value : undefined;
  if (!config) return { global: false, keys: [] };
  const empty = PluginsConfig.parse({});
  const others = setKeys(config, empty).filter((key) => !GLOBAL_PLUGIN_KEYS.includes(key));
  const restricted = Object.keys(config.label.restricted_labels);
  const bugzilla = Object.entries(config.bugzilla.orgs).flatMap(([org, level]) => [...(isSet(level.default) ? [org] : []), ...Object.keys(level.repos).map((repo) => `${org}/${repo}`)]);
  return {
    global: others.length > 0 || isSet(config.bugzilla.default) || isSet(config.label.additional_labels) || restricted.includes('*'),
    keys: [
      ...Object.keys(config.plugins), ...Object.keys(config.external_plugins), ...[config.approve, config.lgtm, config.triggers, config.welcome].flatMap((list: readonly Readonly<{ repos: readonly string[] }>[]) => list.flatMap(({ repos }) => repos)),
      ...restricted, ...bugzilla,
    ],
  };
}

import { basename } from 'node:path/posix';
import { z } from 'zod';
import { rule, rules } from '../rules.js';
import { flag, map, text, texts } from './fields.js';

const MAX_PARTITIONS = 256;

/** The ConfigMap, or several, that takes the files of a pattern (config 3.4.6). */
export const ConfigMapSpec = z.object({
  name: text('The name of the ConfigMap.'),
  partitioned_names: texts(`ConfigMaps that share the keys, at most ${MAX_PARTITIONS}; instead of a name.`),
  key: text('The key that the file goes to; its base name where this is missing.'),
  gzip: z.boolean().optional().meta({ description: 'Compress the values, or do not; as config_updater.gzip says where it is missing.' }),
  clusters: map(z.array(z.string()).readonly(), 'By cluster: namespaces that get the ConfigMap. An empty namespace is that of the ProwJobs.'),
  cluster_groups: texts('Names out of config_updater.cluster_groups; instead of clusters.'),
  use_full_path_as_key: flag('Let the key be the whole path, with dashes for slashes.'),
  allowed_repos: texts('Organisations and repositories whose changes count; all where it is empty.'),
  denied_repos: texts('Organisations and repositories whose changes never count.'),
}).check(rules<Targets>(
  rule(['name', 'partitioned_names'], 'partitioned_names', ({ name, partitioned_names: names }) => (name !== '' && names.length > 0 ? 'excludes name' : undefined)),
  rule(['partitioned_names'], 'partitioned_names', ({ partitioned_names: { length } }) => (length > MAX_PARTITIONS ? `expected at most ${MAX_PARTITIONS}, found ${length}` : undefined)),
  rule(['clusters', 'cluster_groups'], 'cluster_groups', ({ clusters, cluster_groups: groups }) => (Object.keys(clusters).length > 0 && groups.length > 0 ? 'excludes clusters' : undefined)),
)).readonly();

interface Targets {
  readonly name: string;
  readonly partitioned_names: readonly string[];
  readonly clusters: Readonly<Record<string, readonly string[]>>;
  readonly cluster_groups: readonly string[];
}

export type ConfigMapSpec = z.infer<typeof ConfigMapSpec>;

interface Maps {
  readonly cluster_groups: Readonly<Record<string, Readonly<{ clusters: readonly string[]; namespaces: readonly string[] }>>>;
  readonly maps: Readonly<Record<string, ConfigMapSpec>>;
}

/** Prow's own ConfigMaps, where the file names none. */
const OWN_MAPS = { 'config/prow/config.yaml': ConfigMapSpec.parse({ name: 'config' }), 'config/prow/plugins.yaml': ConfigMapSpec.parse({ name: 'plugins' }) } as const;

/** Which files of a repository go to which ConfigMaps when a pull request is merged. */
export const ConfigUpdater = z.object({
  gzip: flag('Compress values where a map does not say otherwise.'),
  cluster_groups: map(z.object({
    clusters: texts('Names of clusters.'),
    namespaces: texts('Namespaces in each of these clusters.'),
  }).readonly(), 'By name: clusters with namespaces, for maps that name the group.'),
  maps: map(ConfigMapSpec, 'By path or pattern (`*`, `**/`, `{a,b}`): the ConfigMap that takes the files. Without any, Prow’s own two files.'),
}).check(rules<Maps>({ keys: ['cluster_groups', 'maps'], faults: (section) => mapFaults(section).map(({ path, message }) => [['maps', ...path], message]) }))
  .transform((section) => (Object.keys(section.maps).length > 0 ? section : { ...section, maps: OWN_MAPS as Readonly<Record<string, ConfigMapSpec>> })).readonly();
export type ConfigUpdater = z.infer<typeof ConfigUpdater>;

/** A cluster and a namespace in it; an empty one is the component's own. */
export interface Target {
  readonly cluster: string;
  readonly namespace: string;
}

/**
 * Where a ConfigMap goes: its clusters, or what its groups stand for, or else Prow's own namespace. Everything else of the entry,
 * access lists included, stays in force (config 12.1: upstream loses it when it resolves groups).
 */
export function targetsOf({ cluster_groups }: Pick<Maps, 'cluster_groups'>, spec: Pick<ConfigMapSpec, 'clusters' | 'cluster_groups'>): readonly Target[] {
  const own = Object.entries(spec.clusters).flatMap(([cluster, namespaces]) => namespaces.map((namespace) => ({ cluster, namespace })));
  if (Object.keys(spec.clusters).length > 0) return own;
  if (spec.cluster_groups.length === 0) return [{ cluster: 'default', namespace: '' }];
  const targets = spec.cluster_groups.flatMap((name) => {
    const group = Object.hasOwn(cluster_groups, name) ? cluster_groups[name] : undefined;
    return (group?.clusters ?? []).flatMap((cluster) => (group?.namespaces ?? []).map((namespace) => ({ cluster, namespace })));
  });
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}

type Fault = Readonly<{ path: readonly (string | number)[]; message: string }>;

/** Groups that are not there, and two patterns that would be written to one key. */
function mapFaults(section: Maps): readonly Fault[] {
  const groups = Object.entries(section.maps).flatMap(([glob, spec]) => spec.cluster_groups.flatMap((group, at): readonly Fault[] => (Object.hasOwn(section.cluster_groups, group)
    ? [] : [{ path: [glob, 'cluster_groups', at], message: `there is no group ${JSON.stringify(group)} in config_updater.cluster_groups` }])));
  return [...groups, ...keyClashes(section).filter(({ grouped }) => !grouped)];
}

/**
 * Two patterns with one key, that is the base name of a pattern, in one ConfigMap. Upstream refuses them unless a group leads there,
 * which may well work: that is worth a warning.
 */
export function keyClashes(section: Maps): readonly (Fault & Readonly<{ grouped: boolean }>)[] {
  const faults: (Fault & { grouped: boolean })[] = [];
  const taken = new Map<string, Readonly<{ glob: string; grouped: boolean }>>();
  for (const [glob, spec] of Object.entries(section.maps)) {
    const key = spec.key || basename(glob);
    const name = spec.name || spec.partitioned_names.join(',');
    const grouped = spec.cluster_groups.length > 0;
    for (const target of targetsOf(section, spec)) {
      const id = JSON.stringify([name, target.cluster, target.namespace, key]);
      const other = taken.get(id);
      if (other === undefined) taken.set(id, { glob, grouped });
      else if (other.glob !== glob && !faults.some(({ path: [at] }) => at === glob)) {
        faults.push({ path: [glob], message: `writes the key ${key} of the ConfigMap ${name} as ${JSON.stringify(other.glob)} does`, grouped: grouped || other.grouped });
      }
    }
  }
  return faults;
}

import { basename } from 'node:path';
import { field, textAt, textsAt } from '../jobs/data.js';
import type { PlacedFault } from '../jobs/podSpec.js';

const MAX_PARTITIONS = 256;
type Entries = readonly (readonly [string, unknown])[];
const entriesOf = (value: unknown): Entries => Object.entries(Object(value ?? {}) as Readonly<Record<string, unknown>>);

/** Faults of `config_updater` (config 3.4.6): above all, two files that would be written to one key. */
export function configUpdaterFaults(section: unknown): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const groups = entriesOf(field(section, 'cluster_groups'));
  const taken = new Map<string, string>();
  for (const [glob, map] of entriesOf(field(section, 'maps'))) {
    const say = (key: string, message: string) => { faults.push([['config_updater', 'maps', glob, ...(key === '' ? [] : [key])], message]); };
    const name = textAt(map, 'name');
    const partitions = textsAt(map, 'partitioned_names');
    if (name !== '' && partitions.length > 0) say('partitioned_names', 'excludes name');
    if (partitions.length > MAX_PARTITIONS) say('partitioned_names', `expected at most ${MAX_PARTITIONS}, found ${partitions.length}`);
    const own = entriesOf(field(map, 'clusters'));
    const named = textsAt(map, 'cluster_groups');
    if (own.length > 0 && named.length > 0) say('cluster_groups', 'excludes clusters');
    for (const group of named) if (!groups.some(([known]) => known === group)) say('cluster_groups', `there is no group ${JSON.stringify(group)} in config_updater.cluster_groups`);
    const key = textAt(map, 'key') || basename(glob);
    for (const place of placesOf(own, named, groups)) {
      for (const target of partitions.length > 0 ? partitions : [name]) {
        const id = JSON.stringify([target, ...place, key]);
        const other = taken.get(id);
        if (other === undefined) taken.set(id, glob);
        else if (other !== glob) say('', `writes the key ${key} of the ConfigMap ${target} as ${JSON.stringify(other)} does`);
      }
    }
  }
  return faults;
}

/** Clusters and namespaces that a map writes to; without any, Prow's own. */
function placesOf(own: Entries, named: readonly string[], groups: Entries): readonly (readonly [cluster: string, namespace: string])[] {
  const direct = own.flatMap(([cluster, namespaces]) => (Array.isArray(namespaces) ? namespaces : []).map((one): readonly [string, string] => [cluster, String(one)]));
  const grouped = groups.filter(([name]) => named.includes(name)).flatMap(([, group]) =>
    textsAt(group, 'clusters').flatMap((cluster) => textsAt(group, 'namespaces').map((one): readonly [string, string] => [cluster, one])));
  const places = [...direct, ...grouped];
  return places.length === 0 && own.length === 0 && named.length === 0 ? [['default', '']] : places;
}

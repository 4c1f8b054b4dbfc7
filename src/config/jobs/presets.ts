import { isRecord } from '../decode.js';
import { normalized } from '../kube/normalize.js';
import { field } from './data.js';
import type { Data, Preset } from './schema.js';

/** A pod spec with the presets whose labels a job carries, in order; names that clash are faults (config 2.8). */
export function applyPresets(spec: Data, labels: Readonly<Record<string, string>>, presets: readonly Preset[]): Readonly<{ spec: Data; faults: readonly string[] }> {
  const faults: string[] = [];
  let out = spec;
  for (const preset of presets) {
    if (Object.entries(preset.labels).every(([key, value]) => labels[key] === value)) out = applyPreset(out, preset, faults);
  }
  return { spec: out, faults };
}

function applyPreset(spec: Data, preset: Preset, faults: string[]): Data {
  const out: Record<string, unknown> = { ...spec };
  if (preset.volumes.length > 0) out['volumes'] = appended(listOf(field(spec, 'volumes')), preset.volumes, 'volume', faults);
  if (preset.tolerations.length > 0) {
    const all = [...listOf(field(spec, 'tolerations'))];
    for (const toleration of preset.tolerations) {
      if (all.some((one) => sameToleration(one, toleration))) faults.push(`a preset adds a toleration that is there already: ${JSON.stringify(toleration)}`);
      all.push(toleration);
    }
    out['tolerations'] = all;
  }
  if (preset.env.length > 0 || preset.volumeMounts.length > 0) {
    out['containers'] = listOf(field(spec, 'containers')).map((container) => ({
      ...container,
      ...(preset.env.length > 0 && { env: appended(listOf(field(container, 'env')), preset.env, 'environment variable', faults) }),
      ...(preset.volumeMounts.length > 0 && { volumeMounts: appended(listOf(field(container, 'volumeMounts')), preset.volumeMounts, 'volume mount', faults) }),
    }));
  }
  return out;
}

function appended(mine: readonly Data[], added: readonly Data[], what: string, faults: string[]): readonly Data[] {
  const taken = new Set(mine.map((one) => field(one, 'name')));
  const fresh = added.filter((one) => {
    const name = field(one, 'name');
    const clash = taken.has(name);
    if (clash) faults.push(`a preset adds the ${what} ${JSON.stringify(name)}, which is there already`);
    taken.add(name);
    return !clash;
  });
  return [...mine, ...fresh];
}

/** The objects of a list; nothing where there is no list. */
export function listOf(value: unknown): readonly Data[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function sameToleration(a: Data, b: Data): boolean {
  const text = (data: Data) => JSON.stringify(normalized('Toleration', data));
  return text(a) === text(b);
}

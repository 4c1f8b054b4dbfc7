import { isRecord } from '../decode.js';
import { normalized } from '../kube/normalize.js';
import { field } from './data.js';
import type { Data, Preset } from './schema.js';

/** A pod spec with the presets whose labels a job carries, in order; names that clash are faults (config 2.8). */
export function applyPresets(spec: Data, labels: Readonly<Record<string, string>>, presets: readonly Preset[]): Readonly<{ spec: Data; faults: readonly string[] }> {
  const meant = presets.filter((preset) => Object.entries(preset.labels).every(([key, value]) => labels[key] === value));
  const all = (key: 'env' | 'volumes' | 'volumeMounts' | 'tolerations'): readonly Data[] => meant.flatMap((preset) => preset[key]);
  const [env, volumes, mounts, tolerations] = [all('env'), all('volumes'), all('volumeMounts'), all('tolerations')];
  const faults: string[] = [];
  const out: Record<string, unknown> = { ...spec };
  if (volumes.length > 0) out['volumes'] = appended(listOf(field(spec, 'volumes')), volumes, 'volume', faults);
  if (tolerations.length > 0) out['tolerations'] = withTolerations(listOf(field(spec, 'tolerations')), tolerations, faults);
  if (env.length > 0 || mounts.length > 0) {
    out['containers'] = listOf(field(spec, 'containers')).map((container) => ({
      ...container,
      ...(env.length > 0 && { env: appended(listOf(field(container, 'env')), env, 'environment variable', faults) }),
      ...(mounts.length > 0 && { volumeMounts: appended(listOf(field(container, 'volumeMounts')), mounts, 'volume mount', faults) }),
    }));
  }
  return { spec: env.length + volumes.length + mounts.length + tolerations.length > 0 ? out : spec, faults };
}

function withTolerations(mine: readonly Data[], added: readonly Data[], faults: string[]): readonly Data[] {
  const text = (data: Data) => JSON.stringify(normalized('Toleration', data));
  const seen = new Set(mine.map(text));
  for (const toleration of added) {
    const one = text(toleration);
    if (seen.has(one)) faults.push(`a preset adds a toleration that is there already: ${JSON.stringify(toleration)}`);
    seen.add(one);
  }
  return [...mine, ...added];
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

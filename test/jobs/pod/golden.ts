import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the configurations of public installations lie, beside the checkout. */
export const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
export const INSTALLATIONS = [
  { name: 'istio', configPath: 'config.yaml', jobConfigPath: 'jobs', pluginConfigPath: 'plugins.yaml' },
  { name: 'kubernetes', configPath: 'config/prow/config.yaml', jobConfigPath: 'config/jobs', pluginConfigPath: 'config/prow/plugins.yaml' },
] as const;
export const haveGolden = existsSync(`${DATA}golden`);

export function goldenLines(name: string): readonly Readonly<Record<string, unknown>>[] {
  return readFileSync(`${DATA}golden/${name}.jsonl`, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Absent, null and empty are the same; options of the pod utilities are compared as JSON. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const isJson = key === 'value' && 'name' in value && typeof value.name === 'string' && /(?:_OPTIONS|^JOB_SPEC)$/.test(value.name) && typeof item === 'string';
    const kept = comparable(isJson ? JSON.parse(item) : item);
    if (kept !== undefined && kept !== null && kept !== '' && !(typeof kept === 'object' && Object.keys(kept).length === 0)) out[key] = kept;
  }
  return out;
}

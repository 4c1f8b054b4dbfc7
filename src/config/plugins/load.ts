import { decodeSound, isRecord, type Sound } from '../decode.js';
import type { Finding, Findings } from '../findings.js';
import { placeIn } from '../places.js';
import { sectionPart } from '../prow/decodeProw.js';
import type { Source } from '../yaml/source.js';
import { PluginsConfig } from './schema.js';
import { pluginFaults, pluginWarnings, repeats, type Repeat } from './validate.js';

/** Decodes plugins.yaml; both forms of `plugins` are taken. With a fault it gives what is left (`decodeSound`). */
export function decodePlugins(source: Source, findings: Findings): Sound<PluginsConfig> | undefined {
  return decodeSound(PluginsConfig, { ...source, value: withoutNulls(currentForm(source, findings)) }, findings, sectionPart);
}

/** The older form maps straight to lists; it counts only if every entry has it. Mixed forms fail when they are decoded. */
function currentForm(source: Source, findings: Findings): unknown {
  const { key, fields: plugins, whole } = sectionOf(source.value, 'plugins');
  if (key === undefined) return source.value;
  const entries = Object.entries(plugins);
  if (!entries.some(([, list]) => Array.isArray(list)) || !entries.every(([, list]) => list === null || Array.isArray(list))) return source.value;
  findings.warnings.push(source.finding([key], 'the form "org: [plugin]" is deprecated, say "org: {plugins: [plugin]}"', 'key'));
  return { ...whole, [key]: Object.fromEntries(entries.map(([name, list]) => [name, { plugins: list ?? [] }])) };
}

/** In `dco` a key with null is as good as absent: the next wider one counts (config 3.3). Elsewhere it is an entry without anything in it. */
function withoutNulls(value: unknown): unknown {
  const { key, fields, whole } = sectionOf(value, 'dco');
  return key === undefined ? value : { ...whole, [key]: Object.fromEntries(Object.entries(fields).filter(([, entry]) => entry !== null)) };
}

type Fields = Readonly<Record<string, unknown>>;

/** A section that is a map, with the key that it has in the file. */
function sectionOf(value: unknown, name: string): Readonly<{ key: string; fields: Fields; whole: Fields } | { key: undefined; fields: Fields; whole: Fields }> {
  const whole = isRecord(value) ? value : {};
  const key = Object.hasOwn(whole, name) ? name : Object.keys(whole).find((one) => one.toLowerCase() === name);
  const fields = key === undefined ? undefined : whole[key];
  return key !== undefined && isRecord(fields) ? { key, fields, whole } : { key: undefined, fields: {}, whole };
}

/**
 * Checks what involves more than one entry (plugins-policy 1.16), and warns of what does not do what it seems to. The sources are
 * plugins.yaml and the files that were merged into it, in their order.
 */
export function validatePlugins(config: PluginsConfig, sources: readonly Source[], { errors, warnings }: Findings): void {
  for (const [path, message] of pluginFaults(config)) errors.push(placeIn(sources, path, message));
  for (const key of ['approve', 'welcome', 'invalid_commit_msg'] as const) errors.push(...repeats(config, key).map((one) => placeOf(one, sources, 'already')));
  for (const key of ['lgtm', 'triggers'] as const) warnings.push(...repeats(config, key).map((one) => placeOf(one, sources, 'already, and the first one counts')));
  for (const [path, message, at] of pluginWarnings(config)) warnings.push(placeIn(sources, path, message, at));
}

/** Indexes are those of the files, so a place in another file is told with its name. */
function placeOf({ repo, path, first }: Repeat, sources: readonly Source[], how: string): Finding {
  const [here, other] = [placeIn(sources, path, ''), placeIn(sources, first, '')];
  return { ...here, message: `${repo} is in ${other.path}${here.file === other.file ? '' : ` of ${other.file}`} ${how}` };
}

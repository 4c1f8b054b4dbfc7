import type { z } from 'zod';
import { decode } from './decode.js';
import type { Findings, Path } from './findings.js';
import { filesWithSuffix } from './jobs/files.js';
import type { ConfigFiles } from './configFiles.js';
import { decodePlugins } from './plugins/load.js';
import { PluginsConfig } from './plugins/schema.js';
import { ProwConfig } from './prow/schema.js';
import type { Source } from './yaml/source.js';

type Take = (file: string) => Promise<Source | undefined>;

async function* sources(folders: readonly string[], suffix: string, take: Take, findings: Findings): AsyncGenerator<Source, void> {
  for (const folder of folders) {
    let files: readonly string[] = [];
    try {
      files = await filesWithSuffix(folder, suffix);
    } catch (err) {
      findings.errors.push({ file: folder, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` });
    }
    for (const file of files) {
      const source = await take(file);
      if (source) yield source;
    }
  }
}

/** Keys of a decoded file whose value differs from the one an empty file has. */
function setKeys<T extends Readonly<Record<string, unknown>>>(value: T, empty: T): readonly (keyof T & string)[] {
  return Object.keys(value).filter((key) => JSON.stringify(value[key]) !== JSON.stringify(empty[key]));
}

/** The union of two maps; a key that both have is an error at the second one. */
function united<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, path: Path, source: Source, findings: Findings): Readonly<Record<string, T>> {
  for (const key of Object.keys(b)) if (Object.hasOwn(a, key)) findings.errors.push(source.finding([...path, key], 'is set in another file already', 'key'));
  return { ...a, ...b };
}

/** config.yaml with its supplemental files (config 2.2): branch protection, Slack reporters, and of Tide queries and merge methods. */
export async function mergeProwFiles(main: ProwConfig | undefined, files: ConfigFiles, take: Take, findings: Findings): Promise<ProwConfig | undefined> {
  const empty = ProwConfig.parse({});
  let merged = main;
  for await (const source of sources(files.supplementalProwConfigDirs ?? [], files.supplementalProwConfigSuffix ?? '_prowconfig.yaml', take, findings)) {
    const more = decode(ProwConfig, source, findings, ['presets', 'presubmits', 'postsubmits', 'periodics']);
    if (!more || !merged) continue;
    refuse(setKeys(more, empty).filter((key) => !['branch-protection', 'tide', 'slack_reporter_configs', 'prow_ignored', 'decorate_all_jobs'].includes(key)), [], source, findings);
    refuse(setKeys(more.tide, empty.tide).filter((key) => !['queries', 'merge_method'].includes(key) && !(key === 'status_update_period' && more.tide.status_update_period === more.tide.sync_period)), ['tide'], source, findings);
    merged = {
      ...merged,
      'branch-protection': mergeProtection(merged['branch-protection'], more['branch-protection'], ['branch-protection'], source, findings),
      ...(more.slack_reporter_configs !== undefined && {
        slack_reporter_configs: united(asRecord(merged.slack_reporter_configs), asRecord(more.slack_reporter_configs), ['slack_reporter_configs'], source, findings),
      }),
      tide: {
        ...merged.tide,
        queries: [...merged.tide.queries, ...more.tide.queries],
        merge_method: united(merged.tide.merge_method, more.tide.merge_method, ['tide', 'merge_method'], source, findings),
      },
    };
  }
  return merged;
}

function refuse(keys: readonly string[], path: Path, source: Source, findings: Findings): void {
  for (const key of keys) findings.errors.push(source.finding([...path, key], 'may not stand in a supplemental file', 'key'));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const BELOW = ['orgs', 'repos', 'branches'] as const;

/** Each level's own policy may be set in one file; levels below it may come from others. */
function mergeProtection<T extends Readonly<Record<string, unknown>>>(a: T, b: T, path: Path, source: Source, findings: Findings): T {
  const out: Record<string, unknown> = { ...a };
  const isSet = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  const policy = (level: T) => Object.entries(level).filter(([key, value]) => !BELOW.some((below) => below === key) && isSet(value));
  const mine = policy(b);
  if (mine.length > 0 && policy(a).length > 0) findings.errors.push(source.finding(path, 'the policy of this level is set in another file already', 'key'));
  for (const [key, value] of mine) out[key] = value;
  for (const below of BELOW) {
    if (b[below] === undefined) continue;
    const [ours, theirs] = [asRecord(a[below]), asRecord(b[below])];
    out[below] = { ...ours, ...Object.fromEntries(Object.entries(theirs).map(([key, value]) => [
      key, Object.hasOwn(ours, key) ? mergeProtection(asRecord(ours[key]), asRecord(value), [...path, below, key], source, findings) : value,
    ])) };
  }
  return out as T;
}

const MERGEABLE: readonly (keyof z.output<typeof PluginsConfig>)[] = ['plugins', 'external_plugins', 'approve', 'lgtm', 'triggers', 'welcome', 'bugzilla', 'label'];

/** plugins.yaml with its supplemental files (config 3.2). */
export async function mergePluginFiles(main: PluginsConfig | undefined, files: ConfigFiles, take: Take, findings: Findings): Promise<PluginsConfig | undefined> {
  const suffix = files.supplementalPluginConfigSuffix ?? '_pluginconfig.yaml';
  if (suffix === '') return main;
  const empty = PluginsConfig.parse({});
  let merged = main;
  for await (const source of sources(files.supplementalPluginConfigDirs ?? [], suffix, take, findings)) {
    const more = decodePlugins(source, findings);
    if (!more || !merged) continue;
    refuse(setKeys(more, empty).filter((key) => !MERGEABLE.some((one) => one === key)), [], source, findings);
    merged = {
      ...merged,
      plugins: united(merged.plugins, more.plugins, ['plugins'], source, findings),
      external_plugins: united(merged.external_plugins, more.external_plugins, ['external_plugins'], source, findings),
      approve: [...merged.approve, ...more.approve],
      lgtm: [...merged.lgtm, ...more.lgtm],
      triggers: [...merged.triggers, ...more.triggers],
      welcome: more.welcome === undefined ? merged.welcome : [...listOf(merged.welcome), ...listOf(more.welcome)],
      bugzilla: merged.bugzilla ?? more.bugzilla,
      label: merged.label ?? more.label,
    };
  }
  return merged;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

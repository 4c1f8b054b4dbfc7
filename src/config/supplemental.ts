import type { Finding, Findings, Path } from './findings.js';
import { field } from './jobs/data.js';
import { filesWithSuffix } from './jobs/files.js';
import { decodePlugins } from './plugins/load.js';
import { mergePlugins } from './plugins/merge.js';
import type { PluginsConfig } from './plugins/schema.js';
import { decodeProw } from './prow/decodeProw.js';
import { ProwConfig } from './prow/schema.js';
import { Tide } from './prow/tide.js';
import { isZero, refuse, united } from './united.js';
import type { Source } from './yaml/source.js';

/** The supplemental files of some folders, in the folders' order; a folder that cannot be read is a fault. */
export function supplementalFiles(folders: readonly string[], suffix: string, faults: Finding[]): readonly string[] {
  return folders.flatMap((folder) => {
    try {
      return filesWithSuffix(folder, suffix);
    } catch (err) {
      faults.push({ file: folder, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` });
      return [];
    }
  });
}

const MERGED: readonly string[] = ['branch-protection', 'tide', 'slack_reporter_configs', 'prow_ignored', 'decorate_all_jobs'];

/** Whether a file says something at a key. A default that is spelt out is something, too, and would be lost. */
function says(source: Source, path: readonly string[]): boolean {
  return !isZero(path.reduce<unknown>(field, source.value));
}

/** config.yaml with its supplemental files (config 2.2): branch protection, Slack reporters, and of Tide queries and merge methods. */
export function mergeProwFiles(main: ProwConfig | undefined, supplemental: readonly Source[], findings: Findings): ProwConfig | undefined {
  if (supplemental.length === 0) return main;
  const empty = ProwConfig.parse({});
  let merged = main;
  for (const source of supplemental) {
    const more = decodeProw(source, findings, ['presets', 'presubmits', 'postsubmits', 'periodics'])?.value;
    if (!more || !merged) continue;
    refuse(Object.keys(empty).filter((key) => !MERGED.includes(key) && says(source, [key])), [], source, findings);
    refuse(Object.keys(Tide.parse({})).concat('gerrit').filter((key) => !['queries', 'merge_method'].includes(key) && says(source, ['tide', key])), ['tide'], source, findings);
    merged = {
      ...merged,
      'branch-protection': mergeProtection(merged['branch-protection'], more['branch-protection'], ['branch-protection'], source, findings),
      slack_reporter_configs: united(merged.slack_reporter_configs, more.slack_reporter_configs, ['slack_reporter_configs'], source, findings),
      tide: {
        ...merged.tide,
        queries: [...merged.tide.queries, ...more.tide.queries],
        merge_method: united(merged.tide.merge_method, more.tide.merge_method, ['tide', 'merge_method'], source, findings),
      },
    };
  }
  return merged;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const BELOW = ['orgs', 'repos', 'branches'] as const;
/** Of the section as a whole, each by itself. */
const SWITCHES: readonly string[] = ['protect-tested-repos', 'allow_disabled_policies', 'allow_disabled_job_policies', 'protect_repos_with_optional_jobs'];

/** Each level's own policy may be set in one file; levels below it may come from others. */
function mergeProtection<T extends Readonly<Record<string, unknown>>>(a: T, b: T, path: Path, source: Source, findings: Findings): T {
  const out: Record<string, unknown> = { ...a };
  const isSet = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  const policy = (level: T) => Object.entries(level).filter(([key, value]) => !BELOW.some((below) => below === key) && !SWITCHES.includes(key) && isSet(value));
  const mine = policy(b);
  if (mine.length > 0 && policy(a).length > 0) findings.errors.push(source.finding(path, 'the policy of this level is set in another file already', 'key'));
  for (const [key, value] of mine) out[key] = value;
  for (const key of SWITCHES.filter((one) => isSet(b[one]))) {
    if (isSet(a[key])) findings.errors.push(source.finding([...path, key], 'is set in another file already', 'key'));
    out[key] = b[key];
  }
  for (const below of BELOW) {
    if (b[below] === undefined) continue;
    const [ours, theirs] = [asRecord(a[below]), asRecord(b[below])];
    out[below] = { ...ours, ...Object.fromEntries(Object.entries(theirs).map(([key, value]) => [
      key, Object.hasOwn(ours, key) ? mergeProtection(asRecord(ours[key]), asRecord(value), [...path, below, key], source, findings) : value,
    ])) };
  }
  return out as T;
}

/** plugins.yaml with its supplemental files (config 3.2). */
export function mergePluginFiles(main: PluginsConfig | undefined, supplemental: readonly Source[], findings: Findings): PluginsConfig | undefined {
  let merged = main;
  for (const source of supplemental) {
    const more = decodePlugins(source, findings)?.value;
    if (more && merged) merged = mergePlugins(merged, more, source, findings);
  }
  return merged;
}

import type { Repo } from '../../core/ids.js';
import { textAt, field } from '../jobs/data.js';
import { decorationEntries, entryMatches } from '../jobs/layers.js';
import { own } from '../lookup.js';
import type { Snapshot } from '../snapshot.js';
import type { Deck, RerunAuth } from './deck.js';

/** Who may run a job again unless the job says so itself: the last entry that matches, however wide it is. Undefined: nobody (config 2.5.6). */
export function rerunAuthFor({ default_rerun_auth_configs: entries }: Pick<Deck, 'default_rerun_auth_configs'>, repo: string, cluster: string): RerunAuth | undefined {
  return entries.findLast((entry) => entryMatches(entry, repo, cluster))?.rerun_auth_configs;
}

/** The address of a browser for a bucket: by repository, organisation, bucket, then for everything. Empty where there is none. */
export function browserPrefixFor({ gcs_browser_prefixes: byRepo, gcs_browser_prefixes_by_bucket: byBucket }: Deck['spyglass'], repo: Repo | undefined, bucket: string): string {
  const found = [repo && own(byRepo, `${repo.org}/${repo.name}`), repo && own(byRepo, repo.org), own(byBucket, bucket), own(byRepo, '*'), own(byBucket, '*')];
  return found.find((prefix) => prefix !== undefined && prefix !== '') ?? '';
}

const withoutScheme = (bucket: string): string => bucket.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');

/** The buckets that the configuration names, without `gs://`; jobs of repositories' own configuration do not count (config 2.5.6). */
export function knownBuckets({ prow, jobs }: Pick<Snapshot, 'prow' | 'jobs'>): ReadonlySet<string> {
  const decorations = [
    ...decorationEntries(prow).map(({ config }) => config),
    ...[...jobs.presubmits.values(), ...jobs.postsubmits.values(), jobs.periodics].flatMap((list) => list.map(({ decoration_config: decoration }) => decoration)),
  ];
  const named = decorations.map((decoration) => textAt(field(decoration, 'gcs_configuration'), 'bucket')).filter((bucket) => bucket !== '');
  return new Set([...prow.deck.additional_allowed_buckets, ...named].map(withoutScheme));
}

/** Whether only artifacts in known buckets may be shown; only an explicit `false` asks for it. */
export function checksBuckets({ skip_storage_path_validation: skip }: Pick<Deck, 'skip_storage_path_validation'>): boolean {
  return skip === false;
}

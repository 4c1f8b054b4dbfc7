import { slug } from '../../core/ids.js';
import { findDuration, formatDuration } from '../duration.js';
import { isRecord } from '../decode.js';
import { fieldList, spelled } from '../kube/normalize.js';
import type { DecorationEntry } from '../prow/schema.js';
import type { JobDefaults } from './defaults.js';
import type { Data } from './schema.js';

/** Whether a defaults entry is for jobs of a repository on a cluster (config 2.5.1). */
export function entryMatches(entry: Readonly<{ repo: string; cluster: string }>, repo: string, cluster: string): boolean {
  if (entry.cluster !== '' && entry.cluster !== '*' && entry.cluster !== cluster) return false;
  if (entry.repo === '' || entry.repo === '*' || entry.repo === repo) return true;
  const [host = '', ...rest] = repo.split('.');
  const plain = (host.endsWith('-review') ? [host.slice(0, -'-review'.length), ...rest].join('.') : repo).replace(/^https?:\/\//, '');
  return entry.repo === plain || entry.repo === plain.split('/')[0];
}

/** The decoration defaults as a list: the older map counts as `*`, then organisations, then repositories. */
export function decorationEntries(prow: Pick<JobDefaults, 'plank'>): readonly DecorationEntry[] {
  const { default_decoration_config_entries: entries, default_decoration_configs: map } = prow.plank;
  const rank = (key: string) => (key === '*' ? 0 : key.includes('/') ? 2 : 1);
  const old = Object.entries(map).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const all = [...entries, ...old.map(([repo, config]) => ({ repo, cluster: '*', config }))];
  return all.map(({ config, ...entry }) => ({ ...entry, config: spelled('DecorationConfig', config) }));
}

/** Fields of decoration whose own fields are inherited one by one; anything else is inherited whole. */
const NESTED = new Set(['utility_images', 'resources', 'gcs_configuration', 'censoring_options', 'scheduling_options']);
const DURATIONS: readonly string[] = ['timeout', 'grace_period', 'pod_pending_timeout', 'pod_running_timeout', 'pod_unscheduled_timeout'];
/** An explicit empty text in these stops the inheritance; a duration it is not. */
const EMPTY_COUNTS = new Set(['gcs_credentials_secret', 's3_credentials_secret', 'default_service_account_name', 'cookiefile_secret', ...DURATIONS]);

/** Fills what `specific` leaves unset from `general` (jobs 1.10). */
export function inheritDecoration(specific: Data, general: Data): Data {
  const out: Record<string, unknown> = { ...specific };
  for (const [key, inherited] of Object.entries(general)) {
    const mine = out[key];
    if (NESTED.has(key) && isRecord(mine) && isRecord(inherited)) out[key] = inheritFields(mine, inherited);
    else if (isUnset(mine) && !(mine === '' && EMPTY_COUNTS.has(key))) out[key] = inherited;
  }
  return out;
}

/** Here an empty list counts: it stops the inheritance. */
function inheritFields(mine: Data, inherited: Data): Data {
  const out: Record<string, unknown> = { ...mine };
  for (const [key, value] of Object.entries(inherited)) {
    const own = out[key];
    // Of two media types for one extension upstream keeps the default's.
    if (key === 'mediaTypes' && isRecord(own) && isRecord(value)) out[key] = { ...own, ...value };
    else if (!Array.isArray(own) && isUnset(own)) out[key] = value;
  }
  return out;
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What a decorated job is decorated with: its own configuration over the entries that match, later ones over earlier ones. */
export function decorationFor(own: Data | undefined, entries: readonly DecorationEntry[], repo: string, cluster: string): Data {
  const general = generalDecoration(entries, repo, cluster);
  return own ? inheritDecoration(spelled('DecorationConfig', own), general) : general;
}

/** Most jobs say nothing of their own, so that all of a repository and cluster are decorated with one object. */
const generals = new WeakMap<readonly DecorationEntry[], Map<string, Data>>();

function generalDecoration(entries: readonly DecorationEntry[], repo: string, cluster: string): Data {
  const known = generals.get(entries) ?? new Map<string, Data>();
  generals.set(entries, known);
  const key = `${repo}\0${cluster}`;
  let general: Data = known.get(key) ?? {};
  if (known.has(key)) return general;
  for (const entry of entries) if (entryMatches(entry, repo, cluster)) general = inheritDecoration(entry.config, general);
  known.set(key, general);
  return general;
}

const KNOWN = new Set(fieldList('DecorationConfig')?.map(({ name }) => name));

type Canonical = Readonly<{ config: Data; faults: readonly string[] }>;
const canonical = new WeakMap<Data, Canonical>();

/** Durations as upstream serialises them; those that cannot be read are named. The same object for the same object. */
export function canonicalDecoration(config: Data): Canonical {
  const known = canonical.get(config);
  if (known) return known;
  const made = canonicalOf(config);
  canonical.set(config, made);
  return made;
}

function canonicalOf(config: Data): Canonical {
  const out: Record<string, unknown> = { ...(Object.keys(config).every((key) => KNOWN.has(key)) ? config : spelled('DecorationConfig', config)) };
  const faults: string[] = [];
  for (const key of DURATIONS) {
    const value = out[key];
    if (value === undefined || value === null) continue;
    // Only these two may be given in nanoseconds.
    const ms = Number.isInteger(value) && (key === 'timeout' || key === 'grace_period') ? Number(value) / 1e6 : typeof value === 'string' ? findDuration(value) : undefined;
    if (ms === undefined) faults.push(key);
    else out[key] = formatDuration(ms);
  }
  return { config: out, faults };
}

/** `prowjob_defaults` of a job: its own over the matching entries, in order. */
export function prowjobDefaultsFor(own: Data | undefined, entries: readonly DecorationEntry[], repo: string, cluster: string): Data {
  let out: Data = own ? spelled('ProwJobDefaults', own) : {};
  for (const entry of entries.toReversed()) {
    if (!entryMatches(entry, repo, cluster)) continue;
    out = { ...out, ...Object.fromEntries(Object.entries(spelled('ProwJobDefaults', entry.config)).filter(([key]) => isUnset(out[key]))) };
  }
  return { ...out, tenant_id: isUnset(out['tenant_id']) ? 'GlobalDefaultID' : out['tenant_id'] };
}

/** The repository by which a periodic's defaults are chosen: its first extra ref, else none. */
export function repoOfRefs(refs: readonly Data[]): string {
  const [first] = refs;
  if (!first) return '';
  const { org = '', repo = '' } = Object.hasOwn(first, 'org') && Object.hasOwn(first, 'repo') ? first : spelled('Refs', first);
  return typeof org === 'string' && typeof repo === 'string' ? slug({ org, name: repo }) : '';
}

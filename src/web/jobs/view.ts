import type { Change, Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { ProwJob, ProwJobState } from '../../core/prowjob.js';
import { clusterOf, repoOf, suitsOf, type Filter } from './filter.js';
import { isVisible, type Visibility } from './visible.js';

export type JobIndex = Pick<Index<ProwJob, ProwJobLookup>, 'list' | 'by' | 'onChange' | 'synced'>;

/** What can be chosen in the filters. */
export interface Choices {
  readonly repos: readonly string[];
  readonly clusters: readonly string[];
  readonly jobs: readonly string[];
}

/** Rows of a list, and how it goes on. */
export interface JobPage {
  readonly jobs: readonly ProwJob[];
  /** Suiting jobs by state; all of them, on whatever page. */
  readonly counts: ReadonlyMap<ProwJobState, number>;
  readonly total: number;
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
  /** Whether there are newer ones before this page. */
  readonly newer: boolean;
}

/** All jobs that may be shown, newest first; kept up to date by the index and put in order when somebody looks. */
export interface JobView {
  /** Grows whenever anything that is shown changes. */
  version(): number;
  /** Grows whenever other jobs may be shown than before: what was made under former rules must not be given again. */
  rules(): number;
  list(): readonly ProwJob[];
  page(filter: Filter, options: Readonly<{ before: string | undefined; most: number }>): JobPage;
  choices(): Choices;
  /** Told after something changed. Returns how to stop listening. */
  onChange(listener: (job: ProwJob) => void): () => void;
  stop(): void;
}

/** Milliseconds since the epoch at which a job began; 0 when it does not say. */
export function startOf({ status, metadata }: ProwJob): number {
  return Date.parse(status.startTime ?? metadata.creationTimestamp ?? '') || 0;
}

interface Entry {
  readonly at: number;
  readonly job: ProwJob;
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** Newest first, then by job (deck 4.1), then by name, so that the order is one. */
const order = (a: Entry, b: Entry): number => b.at - a.at || text(a.job.spec.job, b.job.spec.job) || text(a.job.metadata.name, b.job.metadata.name);
/** The order in which jobs are listed: less than 0 where `a` is before `b`. */
export const orderOf = (a: ProwJob, b: ProwJob): number => order(entry(a), entry(b));
const entry = (job: ProwJob): Entry => ({ at: startOf(job), job });

/** Where an entry stands or would stand. */
function place(entries: readonly Entry[], wanted: Entry): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = entries[middle];
    if (there && order(there, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** More changes than this at once are cheaper sorted anew. */
const MANY = 400;
/** States that are counted, in the order in which they are shown. */
export const STATES = ['scheduling', 'triggered', 'pending', 'success', 'failure', 'error', 'aborted'] as const satisfies readonly ProwJobState[];

/** A page's end as an address says it: start, name and job, since jobs come and go between pages. */
export function cursorOf(job: ProwJob): string {
  return `${startOf(job)}:${job.metadata.name}:${job.spec.job}`;
}

function wantedBy(cursor: string): Entry | undefined {
  const [, at, name = '', job = ''] = /^(\d{1,16}):([^:]*):([\s\S]*)$/.exec(cursor) ?? [];
  return at === undefined ? undefined : { at: Number(at), job: { metadata: { name }, spec: { job } } as ProwJob };
}

/** Counts by name, with the names in order; these are put in order only after one came or went. */
function openCounts<Name extends string>() {
  const counts = new Map<Name, number>();
  let sorted: readonly Name[] | undefined;
  return {
    counts: counts as ReadonlyMap<Name, number>,
    add(name: Name): void {
      const count = counts.get(name) ?? 0;
      if (count === 0) sorted = undefined;
      counts.set(name, count + 1);
    },
    drop(name: Name): void {
      const left = (counts.get(name) ?? 0) - 1;
      if (left > 0) { counts.set(name, left); return; }
      if (counts.delete(name)) sorted = undefined;
    },
    names: (): readonly Name[] => (sorted ??= [...counts.keys()].sort()),
  };
}

/** What the filters offer, kept while jobs come and go: reading it off all jobs would take as long as the page. */
function openNames() {
  const [repos, clusters, jobs, states] = [openCounts<string>(), openCounts<string>(), openCounts<string>(), openCounts<ProwJobState>()];
  const tell = (job: ProwJob, what: 'add' | 'drop'): void => {
    const repo = repoOf(job);
    if (repo !== undefined) repos[what](repo);
    clusters[what](clusterOf(job));
    jobs[what](job.spec.job);
    states[what](job.status.state);
  };
  return {
    add: (job: ProwJob): void => { tell(job, 'add'); },
    drop: (job: ProwJob): void => { tell(job, 'drop'); },
    /** How many there are in each state. */
    states: (): Map<ProwJobState, number> => new Map(states.counts),
    choices: (): Choices => ({ repos: repos.names(), clusters: clusters.names(), jobs: jobs.names() }),
  };
}

/** Opens a view of an index. `visibility` is asked again whenever it may have changed. */
export function openView({ index, visibility }: Readonly<{ index: JobIndex; visibility: () => Visibility }>): JobView {
  let entries: Entry[] = [];
  let pending: Change<ProwJob>[] | 'all' = 'all';
  let version = 1;
  let rules = 1;
  let seen = visibility();
  let names = openNames();
  const listeners = new Set<(job: ProwJob) => void>();

  const stop = index.onChange((change) => {
    version++;
    if (pending !== 'all') {
      pending.push(change);
      if (pending.length > MANY) pending = 'all';
    }
    const job = change.now ?? change.old;
    if (job && isVisible(job, seen)) for (const listener of listeners) listener(job);
  });

  const fresh = (): readonly Entry[] => {
    const now = visibility();
    if ([...now.hidden].join() !== [...seen.hidden].join()) {
      version++;
      rules++;
      pending = 'all';
    }
    seen = now;
    if (pending === 'all') {
      entries = index.list().filter((job) => isVisible(job, seen)).map(entry).sort(order);
      names = openNames();
      for (const { job } of entries) names.add(job);
    } else {
      for (const { old, now: job } of pending) {
        if (old) {
          const at = place(entries, entry(old));
          if (entries[at]?.job.metadata.name === old.metadata.name) { entries.splice(at, 1); names.drop(old); }
        }
        if (job && isVisible(job, seen)) { const made = entry(job); entries.splice(place(entries, made), 0, made); names.add(job); }
      }
    }
    pending = [];
    return entries;
  };

  /** The jobs that an index finds for a filter, in order; all of them when nothing narrows it down. */
  const narrowed = (filter: Filter): readonly Entry[] => {
    const all = fresh();
    const { repo, pull, job } = filter;
    const found = repo !== undefined && pull !== undefined ? index.by('pull', `${repo}#${pull}`) : job !== undefined && !job.includes('*') ? index.by('job', job) : repo !== undefined ? index.by('repo', repo) : undefined;
    // Sorting a part takes longer than walking the whole once the part is most of it.
    if (found === undefined || found.length > all.length / 4) return all;
    return found.filter((one) => isVisible(one, seen)).map(entry).sort(order);
  };

  return {
    version: () => { fresh(); return version; },
    rules: () => { fresh(); return rules; },
    list: () => fresh().map(({ job }) => job),
    page(filter, { before, most }) {
      const all = Object.keys(filter).length === 0;
      const suits = suitsOf(filter);
      const suiting = all ? fresh() : narrowed(filter).filter(({ job }) => suits(job));
      const counts = all ? names.states() : new Map<ProwJobState, number>();
      if (!all) for (const { job: { status: { state } } } of suiting) counts.set(state, (counts.get(state) ?? 0) + 1);
      const from = before === undefined ? undefined : wantedBy(before);
      let at = from ? place(suiting, from) : 0;
      // The cursor names the last row of the page before.
      if (from && suiting[at]?.job.metadata.name === from.job.metadata.name) at++;
      const jobs = suiting.slice(at, at + most).map(({ job }) => job);
      const last = jobs.at(-1);
      return { jobs, counts, total: suiting.length, next: last && at + most < suiting.length ? cursorOf(last) : undefined, newer: at > 0 };
    },
    choices() {
      fresh();
      return names.choices();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    stop,
  };
}

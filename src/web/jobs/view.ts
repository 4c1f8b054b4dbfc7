import type { Change, Index, ProwJobLookup } from '../../core/ports/kube.js';
import type { ProwJob, ProwJobState } from '../../core/prowjob.js';
import { clusterOf, repoOf, suits, type Filter } from './filter.js';
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
  /** Changes whenever anything that is shown does. */
  version(): number;
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

/** Opens a view of an index. `visibility` is asked again whenever it may have changed. */
export function openView({ index, visibility }: Readonly<{ index: JobIndex; visibility: () => Visibility }>): JobView {
  let entries: Entry[] = [];
  let pending: Change<ProwJob>[] | 'all' = 'all';
  let version = 1;
  let seen = visibility();
  let known: { version: number; value: Choices } | undefined;
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
      pending = 'all';
    }
    seen = now;
    if (pending === 'all') entries = index.list().filter((job) => isVisible(job, seen)).map(entry).sort(order);
    else {
      for (const { old, now: job } of pending) {
        if (old) {
          const at = place(entries, entry(old));
          if (entries[at]?.job.metadata.name === old.metadata.name) entries.splice(at, 1);
        }
        if (job && isVisible(job, seen)) { const made = entry(job); entries.splice(place(entries, made), 0, made); }
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
    list: () => fresh().map(({ job }) => job),
    page(filter, { before, most }) {
      const suiting = narrowed(filter).filter(({ job }) => suits(job, filter));
      const counts = new Map<ProwJobState, number>();
      for (const { job: { status: { state } } } of suiting) counts.set(state, (counts.get(state) ?? 0) + 1);
      const from = before === undefined ? undefined : wantedBy(before);
      let at = from ? place(suiting, from) : 0;
      // The cursor names the last row of the page before.
      if (from && suiting[at]?.job.metadata.name === from.job.metadata.name) at++;
      const jobs = suiting.slice(at, at + most).map(({ job }) => job);
      const last = jobs.at(-1);
      return { jobs, counts, total: suiting.length, next: last && at + most < suiting.length ? cursorOf(last) : undefined, newer: at > 0 };
    },
    choices() {
      const all = fresh();
      if (known?.version === version) return known.value;
      const [repos, clusters, jobs] = [new Set<string>(), new Set<string>(), new Set<string>()];
      for (const { job } of all) {
        const repo = repoOf(job);
        if (repo !== undefined) repos.add(repo);
        clusters.add(clusterOf(job));
        jobs.add(job.spec.job);
      }
      known = { version, value: { repos: [...repos].sort(), clusters: [...clusters].sort(), jobs: [...jobs].sort() } };
      return known.value;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    stop,
  };
}

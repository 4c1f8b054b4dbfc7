import type { ProwJob } from '../../core/prowjob.js';

/** What a list of jobs is narrowed to; absent means all. Names are those of the addresses (deck 8.2). */
export interface Filter {
  readonly repo?: string;
  readonly type?: string;
  readonly job?: string;
  readonly author?: string;
  readonly pull?: string;
  readonly state?: string;
  readonly cluster?: string;
}

export const FILTERS = ['repo', 'type', 'job', 'author', 'pull', 'state', 'cluster'] as const satisfies readonly (keyof Filter)[];

/** Longer values can be meant by nobody. */
const LONGEST = 500;

/** The filter of an address; what is empty is no filter. */
export function filterOf(query: (name: string) => string | undefined): Filter {
  return Object.fromEntries(FILTERS.flatMap((name) => {
    const value = (query(name) ?? '').trim().slice(0, LONGEST);
    return value === '' ? [] : [[name, value]];
  }));
}

/** Names and values in one order: the query of an address. Empty without any filter. */
export function queryOf(filter: Filter, more: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) { const value = filter[name]; if (value !== undefined) query.set(name, value); }
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  return query.toString();
}

/** Says whether a whole text is what a pattern says, in which `*` is any text. Takes time in proportion to text and pattern. */
export function globOf(glob: string): (text: string) => boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === glob;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** `org/repo` that a job is listed under: of its refs, else of the first of its extra_refs. */
export function repoOf({ spec }: Pick<ProwJob, 'spec'>): string | undefined {
  const refs = spec.refs ?? spec.extra_refs?.[0];
  return refs && `${refs.org}/${refs.repo}`;
}

/** What `cluster` an address means by a job's. */
export function clusterOf({ spec }: Pick<ProwJob, 'spec'>): string {
  return spec.cluster || 'default';
}

/** Says whether a job suits a filter (deck 8.2): repositories, types, states and clusters exactly, job names with `*`, any pull request of a batch. */
export function suitsOf(filter: Filter): (job: ProwJob) => boolean {
  const { type, state, repo, cluster, pull, author } = filter;
  const named = filter.job === undefined ? undefined : globOf(filter.job);
  return (job) => {
    const { spec, status } = job;
    if (type !== undefined && spec.type !== type) return false;
    if (state !== undefined && status.state !== state) return false;
    if (repo !== undefined && repoOf(job) !== repo) return false;
    if (cluster !== undefined && clusterOf(job) !== cluster) return false;
    if (named && !named(spec.job)) return false;
    if (pull === undefined && author === undefined) return true;
    const pulls = spec.refs?.pulls ?? [];
    return (pull === undefined || pulls.some(({ number }) => String(number) === pull)) && (author === undefined || pulls.some((one) => one.author === author));
  };
}

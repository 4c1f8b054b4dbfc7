import { flakeOf } from '../../core/jobNotes.js';
import type { ProwJob } from '../../core/prowjob.js';
import { FILTERS, queryOf, type Filter } from '../jobs/filter.js';
import { STATES, startOf, type Choices, type JobPage } from '../jobs/view.js';
import { jobPath, linkTo, lookOf, moment, spell, tookOf } from '../jobs/words.js';
import { ago } from '../time.js';

/** What a list of jobs shows, read together. */
export interface JobList {
  readonly filter: Filter;
  readonly page: JobPage;
  readonly choices: Choices;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where people see repositories. */
  readonly linkUrl: string;
  /** Whether the cluster's jobs have been read once. */
  readonly synced: boolean;
}

const TYPES = ['presubmit', 'postsubmit', 'periodic', 'batch'];
/** More choices than this are typed, not chosen. */
const MOST_CHOICES = 400;

/** A state by icon and word. */
export function State({ state }: { state: string }) {
  const { tone, icon, word } = lookOf(state);
  return <span class={`state ${tone}`}><i aria-hidden="true">{icon}</i>{word}</span>;
}

/** How long a job took, or has been running; the latter goes on by itself where there is JavaScript. */
export function Took({ job, now }: { job: ProwJob; now: number }) {
  const took = tookOf(job);
  return took === undefined ? <span data-since={startOf(job)}>{spell(now - startOf(job))}</span> : <>{spell(took)}</>;
}

function Refs({ job, linkUrl }: { job: ProwJob; linkUrl: string }) {
  const refs = job.spec.refs ?? job.spec.extra_refs?.[0];
  if (!refs) return <span class="sub">–</span>;
  const pulls = job.spec.refs?.pulls ?? [];
  const [pull] = pulls;
  return (
    <>
      <a href={linkTo.repo(refs, linkUrl)}>{refs.org}/{refs.repo}</a>{' '}
      {pull === undefined ? <>{refs.base_ref} {refs.base_sha ? <a href={linkTo.commit(refs, linkUrl)}><code>{refs.base_sha.slice(0, 7)}</code></a> : null}</>
        : pulls.slice(0, 10).map((one) => <><a href={linkTo.pull(refs, one, linkUrl)} title={one.title}>#{one.number}</a>{' '}</>)}
      {pull && pulls.length === 1 ? <a href={linkTo.head(refs, pull, linkUrl)}><code>{pull.sha.slice(0, 7)}</code></a> : null}
      {pulls.length > 10 ? `and ${pulls.length - 10} more` : null}
      {pull && pulls.length === 1 ? <div class="sub" title={pull.title}>{pull.author}{pull.title ? <>: {cut(pull.title, 120)}</> : null}</div> : null}
    </>
  );
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

function Row({ job, now, linkUrl }: { job: ProwJob; now: number; linkUrl: string }) {
  const { name } = job.metadata;
  const said = job.status.state === 'success' ? '' : (job.status.description ?? '');
  return (
    <tr id={`j-${name}`}>
      <td class="c-state"><State state={job.status.state} /></td>
      <td class="c-job"><a href={jobPath(name)}>{job.spec.job}</a> <span class="sub">{job.spec.type}{flakeOf(job) ? ', flake' : ''}</span>{said === '' ? null : <div class="sub">{cut(said, 160)}</div>}</td>
      <td class="c-refs"><Refs job={job} linkUrl={linkUrl} /></td>
      <td class="time c-start"><time datetime={new Date(startOf(job)).toISOString()} title={`${moment(startOf(job))} UTC`}>{ago(startOf(job), now)} ago</time></td>
      <td class="num c-took"><Took job={job} now={now} /></td>
      <td class="links c-links">
        {job.status.build_id ? <a href={`/log?${new URLSearchParams({ job: job.spec.job, id: job.status.build_id }).toString()}`}>log</a> : null}
        <a href={`/prowjob?${new URLSearchParams({ prowjob: name }).toString()}`}>YAML</a>
      </td>
    </tr>
  );
}

function without(filter: Filter, name: keyof Filter): Filter {
  const { [name]: _left, ...rest } = filter;
  return rest;
}

const at = (filter: Filter, more: Readonly<Record<string, string | undefined>> = {}): string => {
  const query = queryOf(filter, more);
  return query === '' ? '/jobs' : `/jobs?${query}`;
};

function Counts({ filter, page }: { filter: Filter; page: JobPage }) {
  return (
    <div class="bar" id="counts">
      <a class="chip" href={at(without(filter, 'state'))} aria-current={filter.state === undefined ? 'true' : undefined}>all</a>
      {STATES.filter((state) => (page.counts.get(state) ?? 0) > 0 || filter.state === state).map((state) => {
        const { tone, icon, word } = lookOf(state);
        return <a class={`chip ${tone}`} href={at({ ...filter, state })} aria-current={filter.state === state ? 'true' : undefined}><span aria-hidden="true">{icon}</span> {page.counts.get(state) ?? 0} {word}</a>;
      })}
      <span class="end">{page.total === page.jobs.length ? `${page.total} ${page.total === 1 ? 'job' : 'jobs'}` : `${page.jobs.length} of ${page.total} jobs`}</span>
    </div>
  );
}

/** The part of the list that changes: counts, rows, and the way to further pages. */
export function JobRows({ filter, page, now, linkUrl, synced }: JobList) {
  return (
    <>
      <Counts filter={filter} page={page} />
      {synced ? null : <p class="note" id="unsynced" role="alert">The jobs of the cluster have not all been read yet; this list grows.</p>}
      {page.jobs.length === 0 ? <p class="empty" id="none">{Object.keys(filter).length > 0 ? 'No job suits these filters.' : 'No job has run yet. A job shows here once something triggers it.'}</p> : (
        <div class="scroll" id="list">
          <table class="jobs" id="table">
            <thead id="head"><tr><th class="c-state">State</th><th class="c-job">Job</th><th class="c-refs">For</th><th class="c-start">Started</th><th class="c-took">Took</th><th class="c-links"><span class="sub">Links</span></th></tr></thead>
            <tbody id="rows">{page.jobs.map((job) => <Row job={job} now={now} linkUrl={linkUrl} />)}</tbody>
          </table>
        </div>
      )}
      <div class="pager" id="pager">
        {page.newer ? <a href={at(filter)}>Newest</a> : null}
        {page.next === undefined ? null : <a href={at(filter, { before: page.next })}>Older jobs</a>}
      </div>
    </>
  );
}

function Choice({ name, label, value, values }: { name: string; label: string; value: string | undefined; values: readonly string[] }) {
  if (values.length > MOST_CHOICES) return <label>{label}<input name={name} value={value ?? ''} autocomplete="off" /></label>;
  const all = value === undefined || values.includes(value) ? values : [value, ...values];
  return <label>{label}<select name={name}><option value="">any</option>{all.map((one) => <option value={one} selected={one === value}>{one}</option>)}</select></label>;
}

/** The filters as a form that works without JavaScript. */
export function FilterForm({ filter, choices }: { filter: Filter; choices: Choices }) {
  return (
    <form class="filter" action="/jobs" method="get" role="search" aria-label="Filter jobs">
      <Choice name="repo" label="Repository" value={filter.repo} values={choices.repos} />
      <label>Job (* is any text)<input name="job" value={filter.job ?? ''} list={choices.jobs.length <= MOST_CHOICES ? 'job-names' : undefined} autocomplete="off" spellcheck={false} /></label>
      {choices.jobs.length <= MOST_CHOICES ? <datalist id="job-names">{choices.jobs.map((job) => <option value={job}></option>)}</datalist> : null}
      <Choice name="type" label="Type" value={filter.type} values={TYPES} />
      <Choice name="state" label="State" value={filter.state} values={STATES} />
      <label>Pull request<input name="pull" value={filter.pull ?? ''} inputmode="numeric" autocomplete="off" /></label>
      <label>Author<input name="author" value={filter.author ?? ''} autocomplete="off" spellcheck={false} /></label>
      {choices.clusters.length > 1 || filter.cluster !== undefined ? <Choice name="cluster" label="Cluster" value={filter.cluster} values={choices.clusters} /> : null}
      <button>Filter</button>
      {FILTERS.some((name) => filter[name] !== undefined) ? <a class="button" href="/jobs">Clear</a> : null}
    </form>
  );
}

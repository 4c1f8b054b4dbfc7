import { flakeOf, revivalsTold } from '../../core/jobNotes.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { Artifacts, TestResults } from '../jobs/artifacts.js';
import type { Run } from '../jobs/runs.js';
import { startOf } from '../jobs/view.js';
import { bytesOf, jobPath, linkTo, moment, spell, tookOf } from '../jobs/words.js';
import { State, Took } from './jobs.js';

/** How whoever looks may act: with buttons on the administrators' listener, by command or comment elsewhere. */
export type Acting = Readonly<{ kind: 'buttons'; nonce: string } | { kind: 'commands' }>;

export interface JobView {
  readonly run: Run;
  readonly now: number;
  readonly linkUrl: string;
  readonly acting: Acting;
  /** What the pod says, while the job is not complete; undefined when it was not asked or says nothing. */
  readonly pod: string | undefined;
}

const time = (text: unknown): number | undefined => { const at = typeof text === 'string' ? Date.parse(text) : Number.NaN; return Number.isNaN(at) ? undefined : at; };

/** The moments of a job in their order. */
function stepsOf(job: ProwJob): readonly Readonly<{ word: string; at: number }>[] {
  const [pending, end] = [time(job.status['pendingTime']), time(job.status.completionTime)];
  return [{ word: 'triggered', at: startOf(job) }, ...(pending === undefined ? [] : [{ word: 'running', at: pending }]), ...(end === undefined ? [] : [{ word: job.status.state, at: end }])];
}

function Steps({ job, now }: { job: ProwJob; now: number }) {
  const steps = stepsOf(job);
  return (
    <ol class="steps" aria-label="Timeline">
      {steps.map(({ word, at }, n) => <li data-gap={spell(at - (steps[n - 1]?.at ?? at))}><b>{word}</b> <time datetime={new Date(at).toISOString()}>{moment(at)}</time></li>)}
      {tookOf(job) === undefined ? <li data-gap="…"><span class="sub">for <Took job={job} now={now} /></span></li> : null}
    </ol>
  );
}

function Facts({ run: { folder }, job, linkUrl }: { run: Run; job: ProwJob; linkUrl: string }) {
  const { spec, status, metadata } = job;
  const refs = spec.refs ?? spec.extra_refs?.[0];
  const pulls = spec.refs?.pulls ?? [];
  return (
    <dl class="facts">
      {refs ? <div><dt>Repository</dt><dd><a href={linkTo.repo(refs, linkUrl)}>{refs.org}/{refs.repo}</a></dd></div> : null}
      {refs ? <div><dt>Base</dt><dd>{refs.base_ref}{refs.base_sha ? <> <a href={linkTo.commit(refs, linkUrl)}><code>{refs.base_sha.slice(0, 12)}</code></a></> : null}</dd></div> : null}
      <div><dt>Type</dt><dd>{spec.type}</dd></div>
      <div><dt>Cluster</dt><dd>{spec.cluster || 'default'}{spec.agent === 'kubernetes' ? '' : ` (agent ${spec.agent})`}</dd></div>
      <div><dt>Build</dt><dd>{status.build_id || '–'}</dd></div>
      {status.pod_name ? <div><dt>Pod</dt><dd><code>{status.pod_name}</code></dd></div> : null}
      {refs && spec.refs ? pulls.map((pull) => (
        <div class="wide"><dt>Pull request</dt><dd><a href={linkTo.pull(refs, pull, linkUrl)}>#{pull.number}</a> {pull.title ?? ''} <span class="sub">by {pull.author}, commit <a href={linkTo.head(refs, pull, linkUrl)}><code>{pull.sha.slice(0, 12)}</code></a></span></dd></div>
      )) : null}
      <div class="wide"><dt>ProwJob</dt><dd><code>{metadata.name}</code></dd></div>
      {folder === undefined ? null : <div class="wide"><dt>Results</dt><dd><code>{folder}</code></dd></div>}
    </dl>
  );
}

function Buttons({ job, nonce }: { job: ProwJob; nonce: string }) {
  const { name } = job.metadata;
  const open = job.status.state === 'triggered' || job.status.state === 'pending';
  return (
    <div class="acts">
      <form method="post" action={`/rerun?${new URLSearchParams({ prowjob: name }).toString()}`}><input type="hidden" name="nonce" value={nonce} /><button>Run again</button></form>
      {open ? <form method="post" action={`/abort?${new URLSearchParams({ prowjob: name }).toString()}`}><button class="bad">Abort</button></form> : null}
    </div>
  );
}

/** How to run a job again, or end it, for whoever may not act here. */
function Commands({ job }: { job: ProwJob }) {
  const { spec, status, metadata } = job;
  const open = status.completionTime === undefined;
  return (
    <p class="sub run-again">
      {spec.type === 'presubmit' && spec.rerun_command ? <>Run again: comment <code>{spec.rerun_command}</code> on the pull request, or </> : <>Run again: </>}
      <code>prow job rerun {metadata.name}</code>{open ? <>. End it: <code>prow job abort {metadata.name}</code></> : null}
    </p>
  );
}

/** What explains a result that the code under test does not. */
function Circumstances({ job }: { job: ProwJob }) {
  const [revivals, flake] = [revivalsTold(job), flakeOf(job)];
  return (
    <>
      {revivals === undefined ? null : <p class="sub">{revivals}.</p>}
      {flake === undefined ? null : <p class="note">Flake: on the same commits <a href={jobPath(flake.other)}>another run</a> {flake.ended}.</p>}
    </>
  );
}

/** What changes of a job's page while it runs. */
export function JobHead({ run, now, linkUrl, acting, pod }: JobView) {
  const { job } = run;
  if (!job) {
    return (
      <section id="job">
        <div class="title"><h2>{run.jobName}</h2></div>
        <p class="sub">This run left no <code>prowjob.json</code>; here is what it did leave in <code>{run.folder}</code>.</p>
      </section>
    );
  }
  const bad = job.status.state === 'failure' || job.status.state === 'error';
  return (
    <section id="job">
      <div class="title">
        <h2>{job.spec.job}</h2>
        <State state={job.status.state} /> <span class="sub"><Took job={job} now={now} /></span>
        {acting.kind === 'buttons' && run.live ? <Buttons job={job} nonce={acting.nonce} /> : null}
      </div>
      {job.status.description ? <p class={bad ? 'note' : 'sub'}>{job.status.description}</p> : null}
      <Circumstances job={job} />
      {pod === undefined ? null : <p class="sub">Pod: {pod}</p>}
      <Steps job={job} now={now} />
      <Facts run={run} job={job} linkUrl={linkUrl} />
      {acting.kind === 'commands' && run.live ? <Commands job={job} /> : null}
    </section>
  );
}

const address = (path: string, query: Readonly<Record<string, string>>): string => `${path}?${new URLSearchParams(query).toString()}`;

/** Test cases that failed, as the run's JUnit files have them. */
export function Tests({ results }: { results: TestResults | undefined }) {
  if (!results) return null;
  const { failed, passed, skipped, problems } = results;
  return (
    <section>
      <h2>Tests</h2>
      <p class="sub">{failed.length} failed, {passed} passed{skipped > 0 ? `, ${skipped} skipped` : ''}</p>
      {problems.map((problem) => <p class="note">{problem}</p>)}
      {failed.slice(0, 100).map(({ suite, name, text, seconds }, n) => (
        <details class="test" open={n < 3}>
          <summary><span class="state bad"><i aria-hidden="true">✗</i></span>{suite === '' ? null : <span class="sub">{suite} › </span>}{name}{seconds === undefined ? null : <span class="sub"> {seconds.toFixed(1)} s</span>}</summary>
          <pre>{text.length > 20_000 ? `${text.slice(0, 20_000)}\n… (${text.length - 20_000} characters more)` : text}</pre>
        </details>
      ))}
      {failed.length > 100 ? <p class="sub">and {failed.length - 100} more</p> : null}
    </section>
  );
}

/** The files that a run left. */
export function Files({ source, artifacts: { files, more, problem } }: { source: string; artifacts: Artifacts }) {
  return (
    <section>
      <h2>Files</h2>
      {problem === undefined ? null : <p class="note">The files could not all be listed: {problem}</p>}
      {files.length === 0 && problem === undefined ? <p class="empty">No files have been stored yet.</p> : null}
      <ul class="files">{files.map(({ name, size }) => <li><a href={address('/artifact', { src: source, name })}>{name}</a> <span class="sub">{bytesOf(size)}</span></li>)}</ul>
      {more ? <p class="sub">There are more files than are listed here.</p> : null}
    </section>
  );
}

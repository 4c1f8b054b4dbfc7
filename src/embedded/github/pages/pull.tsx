import type { Child } from 'hono/jsx';
import { fullName, type PullIssue } from '../hub.js';
import type { CheckRun } from '../state/checks.js';
import type { Issue, Review, TimelineEvent, Comment } from '../state/issues.js';
import type { Repo } from '../state.js';
import { Markdown } from './text.js';

export const pullPath = (repo: Repo, number: number): string => `/${fullName(repo)}/pull/${String(number)}`;

function State({ issue }: { issue: Issue }) {
  const [tone, word] = issue.pull?.mergedAt ? ['good', 'merged'] : issue.state === 'closed' ? ['bad', 'closed'] : issue.pull?.draft ? ['', 'draft'] : ['busy', 'open'];
  return <span class={`chip ${tone}`}>{word}</span>;
}

/** Every pull request of a repository, newest first. */
export function PullList({ repo }: { repo: Repo }) {
  const pulls = [...repo.issues.values()].filter(({ pull }) => pull !== null).sort((a, b) => b.number - a.number);
  if (pulls.length === 0) return <p class="empty">There is no pull request yet.</p>;
  return (
    <ul class="list card">
      {pulls.map((issue) => (
        <li>
          <a href={pullPath(repo, issue.number)}>#{issue.number} {issue.title}</a> <State issue={issue} /> {[...issue.labels].map(({ name }) => <><span class="chip">{name}</span> </>)}
          <div class="by">by {issue.user} into {issue.pull?.base.ref}, {issue.comments.length} comments</div>
        </li>
      ))}
    </ul>
  );
}

const isBot = (login: string): boolean => login.endsWith('[bot]');

function Said({ by, at, id, verb, body }: { by: string; at: string | null; id: string; verb: string; body: string }) {
  return (
    <article class={`card ${isBot(by) ? 'bot' : ''}`} id={id}>
      <div class="by"><strong>{by}</strong> {verb} <a href={`#${id}`}><time datetime={at ?? ''}>{(at ?? '').replace('T', ' ').replace('Z', '')}</time></a></div>
      <Markdown text={body} />
    </article>
  );
}

const REVIEWED: Readonly<Record<string, string>> = { APPROVED: 'approved the changes', CHANGES_REQUESTED: 'asked for changes', COMMENTED: 'reviewed', DISMISSED: 'reviewed (dismissed)', PENDING: 'began a review' };

function wordsOf({ event, detail }: TimelineEvent): string {
  const name = (key: string, field: string): string => String((detail[key] as Readonly<Record<string, unknown>> | undefined)?.[field] ?? '');
  switch (event) {
    case 'labeled': return `added the label ${name('label', 'name')}`;
    case 'unlabeled': return `removed the label ${name('label', 'name')}`;
    case 'assigned': return `assigned ${name('assignee', 'login')}`;
    case 'unassigned': return `unassigned ${name('assignee', 'login')}`;
    case 'review_requested': return `asked ${name('requested_reviewer', 'login')} for a review`;
    case 'renamed': return `changed the title from "${name('rename', 'from')}"`;
    case 'head_ref_force_pushed': return 'force-pushed the branch';
    default: return event.replaceAll('_', ' ');
  }
}

type Entry = Readonly<{ id: number; shown: Child }>;

/** Comments, reviews and what happened, in order: ids grow with time. */
function entriesOf(issue: PullIssue): readonly Entry[] {
  const comment = (one: Comment): Entry => ({ id: one.id, shown: <Said by={one.user} at={one.createdAt} id={`issuecomment-${String(one.id)}`} verb={one.updatedAt === one.createdAt ? 'commented' : 'commented (edited)'} body={one.body} /> });
  const review = (one: Review): Entry => ({ id: one.id, shown: <Said by={one.user} at={one.submittedAt} id={`pullrequestreview-${String(one.id)}`} verb={REVIEWED[one.state] ?? 'reviewed'} body={one.body} /> });
  const event = (one: TimelineEvent): Entry => ({ id: one.id, shown: <p class="event"><strong>{one.actor}</strong> {wordsOf(one)}</p> });
  return [...issue.comments.map(comment), ...issue.pull.reviews.map(review), ...issue.events.filter((one) => one.event !== 'reviewed').map(event)].sort((a, b) => a.id - b.id);
}

function tone({ status, conclusion }: CheckRun): string {
  if (status !== 'completed') return 'busy';
  return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped' ? 'good' : 'bad';
}

function Checks({ repo, issue }: { repo: Repo; issue: PullIssue }) {
  const { sha } = issue.pull.head;
  const newest = new Map(repo.checkRuns.filter((run) => run.sha === sha).map((run) => [run.name, run]));
  const statuses = new Map(repo.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]));
  if (newest.size + statuses.size === 0) return <p class="empty">None has reported.</p>;
  return (
    <ul class="list">
      {[...newest.values()].map((run) => (
        <li>
          <span class={`chip ${tone(run)}`}>{run.conclusion ?? run.status.replaceAll('_', ' ')}</span> {run.name}
          {run.output.title === null ? null : <div class="small">{run.output.title}</div>}
        </li>
      ))}
      {[...statuses.values()].map((status) => <li><span class={`chip ${status.state === 'success' ? 'good' : status.state === 'pending' ? 'busy' : 'bad'}`}>{status.state}</span> {status.context} <div class="small">{status.description}</div></li>)}
    </ul>
  );
}

/** The part of a pull request's page that changes while one looks at it. */
export function PullPart({ repo, issue }: { repo: Repo; issue: PullIssue }) {
  const { pull } = issue;
  const summary = repo.checkRuns.filter(({ name, sha }) => name === 'tide' && sha === pull.head.sha).at(-1)?.output.summary;
  return (
    <div class="cols">
      <section aria-label="Conversation">
        <Said by={issue.user} at={issue.createdAt} id={`issue-${String(issue.id)}`} verb={`wants to merge ${pull.head.owner}:${pull.head.ref} into ${pull.base.ref}`} body={issue.body ?? ''} />
        {entriesOf(issue).map(({ shown }) => shown)}
      </section>
      <aside>
        <div class="card"><State issue={issue} /> <span class="small">head {pull.head.sha.slice(0, 10)}{pull.mergeCommit === null ? '' : `, merged as ${pull.mergeCommit.slice(0, 10)}`}</span></div>
        <div class="card"><h2>Labels</h2>{issue.labels.size === 0 ? <p class="empty">None.</p> : [...issue.labels].map(({ name }) => <><span class="chip" data-label={name}>{name}</span> </>)}</div>
        <div class="card"><h2>Checks</h2><Checks repo={repo} issue={issue} /></div>
        {summary && issue.state === 'open' ? <div class="card"><h2>Merging</h2><Markdown text={summary} /></div> : null}
      </aside>
    </div>
  );
}

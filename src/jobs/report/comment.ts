import { goTemplate } from '../../config/goTemplate.js';
import { forRepo, names } from '../../config/lookup.js';
import type { Snapshot } from '../../config/snapshot.js';
import { prowJobData } from '../../config/templateData.js';
import { NotFoundError } from '../../core/errors.js';
import type { IssueRef } from '../../core/ids.js';
import type { Comment, GitHubReads, GitHubWrites, Identity } from '../../core/ports/github.js';
import type { Gates } from '../../core/ports/gates.js';
import type { Index, ProwJobLookup } from '../../core/ports/kube.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import { isSelf } from '../../core/trusted.js';
import { failureComment, formerRows, nextRows, REPORT_MARKER } from './failures.js';

export interface CommentDeps {
  readonly config: () => Pick<Snapshot, 'prow' | 'plugins'>;
  readonly github: Pick<GitHubReads, 'comments'> & Pick<GitHubWrites, 'createComment' | 'editComment' | 'deleteComment'>;
  readonly identity: (options: Readonly<{ signal: AbortSignal }>) => Promise<Identity>;
  readonly index: Pick<Index<ProwJob, ProwJobLookup>, 'by'>;
  readonly gates: Pick<Gates, 'wait'>;
}

/** The comment about failed jobs of a pull request, brought up to date with a job that has ended (jobs 10.2). */
export async function commentOn(job: ProwJob, deps: CommentDeps, signal: AbortSignal): Promise<void> {
  const { prow } = deps.config();
  const { refs } = job.spec;
  const pull = refs?.pulls?.[0];
  if (!refs || !pull) return;
  const issue: IssueRef = { org: refs.org, name: refs.repo, number: pull.number };
  if (names(prow.github_reporter.no_comment_repos, issue)) return;
  const summary = names(prow.github_reporter.summary_comment_repos, issue);
  const round = summary ? summaryRound(job, issue, deps) : isComplete(job) ? [job] : undefined;
  if (!round) return;
  // Jobs of one pull request end at once, and each reads the comment, changes it and writes it.
  const pass = await deps.gates.wait([`comment ${issue.org}/${issue.name}#${issue.number}`], { signal });
  try {
    await comment({ issue, author: pull.author, round, summary }, deps, signal);
  } finally {
    await pass.leave();
  }
}

type About = Readonly<{ issue: IssueRef; author: string; round: readonly ProwJob[]; summary: boolean }>;

async function comment({ issue, author, round, summary }: About, deps: CommentDeps, signal: AbortSignal): Promise<void> {
  const { prow, plugins } = deps.config();
  const me = await deps.identity({ signal });
  const own = (await deps.github.comments(issue, { signal })).filter((one) => isSelf(me, one.user.login) && one.body.includes(REPORT_MARKER));
  const { rows, fresh } = nextRows({ jobs: round, former: formerRows(own.map(({ body }) => body)) });
  const wanted = rows.length > 0 || (summary && round.every(({ status }) => status.state !== 'aborted'));
  const template = forRepo(prow.plank.report_templates, issue) ?? '';
  const body = wanted ? failureComment({ author, rows, footer: template === '' || !round[0] ? '' : goTemplate(template).run(prowJobData(round[0])) }) : undefined;
  await bring(issue, own, { body, fresh: fresh > 0, style: plugins.comment_style }, deps, signal);
}

/** All of the pull request's newest runs on this commit, once they are complete. */
function summaryRound(job: ProwJob, issue: IssueRef, { index }: CommentDeps): readonly ProwJob[] | undefined {
  const sha = job.spec.refs?.pulls?.[0]?.sha;
  const newest = new Map<string, ProwJob>([[job.spec.job, job]]);
  for (const other of index.by('pull', `${issue.org}/${issue.name}#${issue.number}`)) {
    if (other.spec.type !== 'presubmit' || other.spec.refs?.pulls?.[0]?.sha !== sha || other.metadata.name === job.metadata.name) continue;
    if (!isComplete(other)) return undefined;
    if (other.spec.report !== true) continue;
    const known = newest.get(other.spec.job);
    if (!known || Date.parse(other.status.startTime ?? '') > Date.parse(known.status.startTime ?? '')) newest.set(other.spec.job, other);
  }
  return isComplete(job) ? [...newest.values()] : undefined;
}

interface Wanted {
  readonly body: string | undefined;
  /** Something failed that had not failed before: upstream's way is a new comment, so that the author is told. */
  readonly fresh: boolean;
  readonly style: 'quiet' | 'upstream';
}

/** The new comment comes before the old ones go: whoever dies in between leaves one too many, never none. */
async function bring(issue: IssueRef, own: readonly Comment[], { body, fresh, style }: Wanted, { github }: CommentDeps, signal: AbortSignal): Promise<void> {
  const newest = own.at(-1);
  const old = own.slice(0, -1);
  const remove = async (some: readonly Comment[]): Promise<void> => { for (const one of some) await github.deleteComment(issue, one.id, { signal, priority: 'housekeeping' }); };
  if (body === undefined) return remove(own);
  if (newest && newest.body.replaceAll('\r\n', '\n').trimEnd() === body) return remove(old);
  if (newest && (style === 'quiet' || !fresh)) {
    try {
      await github.editComment(issue, newest.id, body, { signal, priority: 'comment' });
      return await remove(old);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  await github.createComment(issue, body, { signal, priority: 'comment' });
  await remove(own);
}

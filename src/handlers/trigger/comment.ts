import { asksAnything, outdatesHelp, readAsked, withoutFences, type Asked } from '../../config/jobs/asked.js';
import { inRepoEnabled } from '../../config/jobs/inRepo.js';
import { triggerMatches } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import { automatic, contextsOf, needsChanges, pickJobs, wantedBy } from '../../config/jobs/wanted.js';
import { triggerFor } from '../../config/plugins/entries.js';
import type { TriggerEntry } from '../../config/plugins/schema.js';
import type { Action } from '../../core/action.js';
import type { CommentEvent, Pull } from '../../core/event.js';
import { replyTo } from '../../core/reply.js';
import { isSelf, trusted } from '../../core/trusted.js';
import type { PluginContext } from '../plugin.js';
import { explain, faultText } from './broken.js';
import { available, helpDue } from './decide.js';
import { silentStates } from './silent.js';
import { ABORTED, changesOf, mayHaveTests, startJobs, testsAt } from './start.js';
import { CONFLICT_TEXT, HELP_PURPOSE, helpText, isHelp, mayNotCancelText, untrustedText } from './text.js';
import { hasLabel, mayStart, NEEDS_OK_TO_TEST, OK_TO_TEST } from './trust.js';
import { approvals, reruns } from './workflows.js';

/** What a comment makes trigger do (plugins-policy 4.1.4). Reads come in the order in which they may end it. */
export async function onComment(event: CommentEvent, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  if (event.action !== 'created' || !event.isPull || event.state !== 'open') return [];
  const text = withoutFences(event.body);
  const asked = readAsked(text);
  const asks = asksAnything(asked) || config.presubmits(event.repo).some((job) => triggerMatches(job, text));
  if (!asks && (text.trim() === '' || !inRepoEnabled(config.prow, event.repo))) return [];
  if (isSelf(await github.identity({ signal }), event.user.login)) return [];

  const entry = triggerFor(config.plugins, event.repo);
  // Most who ask are trusted: what a test needs is read meanwhile.
  const reading = tipsOf(event, context);
  reading.catch(() => undefined);
  if (!asks && !(await asksOwnJob(text, await reading, context))) return [];
  const trust = await mayStart({ who: event.user.login, author: event.issueAuthor.login }, event.issue, entry, context);
  const vouching = !entry.ignore_ok_to_test && (asked.okToTest || asked.cancel);
  if (trust.kind === 'no') return [answer(event, 'untrusted', untrustedText(entry, trust.why))];
  if (trust.why !== undefined && asked.cancel && !entry.ignore_ok_to_test) {
    // On a trusted pull request anybody's vouching counts, their taking it back does not.
    return [...vouch(event, trust.labels ?? event.labels ?? [], asked.okToTest), answer(event, 'cancel', mayNotCancelText(trust.why))];
  }
  const labels = trust.labels ?? (vouching ? undefined : event.labels) ?? (await github.labels(event.issue, { signal }));
  if (vouching && asked.cancel) return takeBack(event, labels, entry, context);
  return [...vouch(event, labels, vouching), ...(await test(event, await reading, { text, asked: { ...asked, okToTest: vouching && asked.okToTest }, entry }, context))];
}

/** Whether a comment starts a job of the repository's own configuration, whose triggers nobody knows before it is read. */
async function asksOwnJob(text: string, { pull, baseSha }: Tips, context: PluginContext): Promise<boolean> {
  const { presubmits } = await testsAt(pull, baseSha, context);
  return presubmits.some((job) => triggerMatches(job, text));
}

function answer(event: CommentEvent, purpose: string, message: string): Action {
  return { kind: 'comment.reply', issue: event.issue, purpose, body: replyTo(event, message) };
}

/** Taking back wins over vouching in one comment. A stranger's jobs that run are ended (K32); with upstream's style they go on, as there. */
async function takeBack({ issue, issueAuthor }: CommentEvent, labels: readonly string[], entry: TriggerEntry, context: PluginContext): Promise<readonly Action[]> {
  const actions: Action[] = [];
  if (hasLabel(labels, OK_TO_TEST)) actions.push({ kind: 'label.remove', issue, label: OK_TO_TEST });
  if (!hasLabel(labels, NEEDS_OK_TO_TEST)) actions.push({ kind: 'label.add', issue, label: NEEDS_OK_TO_TEST });
  if (context.config.plugins.comment_style === 'quiet' && !(await trusted(issueAuthor.login, issue, entry, context)).trusted) actions.push({ kind: 'prowjob.abort', issue, description: ABORTED });
  return actions;
}

function vouch({ issue }: CommentEvent, labels: readonly string[], vouching: boolean): readonly Action[] {
  const has = hasLabel(labels, OK_TO_TEST);
  const actions: Action[] = [];
  if (vouching && !has) actions.push({ kind: 'label.add', issue, label: OK_TO_TEST });
  if ((vouching || has) && hasLabel(labels, NEEDS_OK_TO_TEST)) actions.push({ kind: 'label.remove', issue, label: NEEDS_OK_TO_TEST });
  return actions;
}

interface Testing {
  readonly text: string;
  readonly asked: Asked;
  readonly entry: TriggerEntry;
}

async function test(event: CommentEvent, { pull, baseSha }: Tips, { text, asked, entry }: Testing, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  const { presubmits, fault } = await testsAt(pull, baseSha, context);
  const changes = changesOf(pull, context);
  const again = asked.retest || asked.retestRequired;
  const [states, silent, outdated, workflows] = await Promise.all([
    again ? github.contexts(pull, pull.headSha, { signal }) : [],
    again ? silentStates(presubmits, pull, context) : [],
    outdatesHelp(text) ? formerHelp(event, context) : [],
    entry.trigger_github_workflows ? workflowsOf(pull, asked, context) : [],
  ]);
  const jobs = await pickJobs(wantedBy(presubmits, text, asked, contextsOf([...states, ...silent])), pull, changes);
  const note = helpDue(asked, jobs.length);
  if (note !== undefined && !(note === 'nothing for all' && workflows.length > 0)) {
    const approved = workflows.filter((action) => action.kind === 'workflow.approve');
    const help = helpText(note, available(presubmits, pull.baseRef, await changesFor(presubmits, pull, changes)), `${pull.org}/${pull.name}@${pull.baseRef}`);
    return [answer(event, HELP_PURPOSE, [help, ...faultText(fault, pull, context)].join('\n\n')), ...approved];
  }
  const labels = again ? { 'prow.k8s.io/retest': 'true' } : {};
  return [
    ...startJobs(jobs, { pull, baseSha, labels }, context),
    ...(pull.mergeable === false && jobs.length > 0 && config.plugins.comment_style === 'quiet' ? [answer(event, 'conflict', CONFLICT_TEXT)] : []),
    ...(fault ? await explain(pull, fault, context) : []),
    { kind: 'each', actions: [...workflows, ...outdated.map((commentId): Action => ({ kind: 'comment.delete', issue: event.issue, commentId }))] },
  ];
}

interface Tips {
  readonly pull: Pull;
  readonly baseSha: string;
}

/** The pull request and the tip of its base, which only presubmits need. */
async function tipsOf({ issue, pull, defaultBranch }: CommentEvent, context: PluginContext): Promise<Tips> {
  const { github, signal } = context;
  if (!mayHaveTests(issue, context)) return { pull: pull ?? (await github.pull(issue, { signal })), baseSha: '' };
  if (pull) return { pull, baseSha: await github.branchSha(pull, pull.baseRef, { signal }) };
  return github.pullAndBase(issue, defaultBranch, { signal });
}

/** Help that was given before. The only comment there is has none before it; what we have said is known as a rule. */
async function formerHelp({ issue, commentCount, issueCreatedAt }: CommentEvent, { github, said, signal }: PluginContext): Promise<readonly number[]> {
  if (commentCount === 1) return [];
  const known = await said.ids('trigger', HELP_PURPOSE, issue, issueCreatedAt);
  if (known) return known;
  const [me, comments] = await Promise.all([github.identity({ signal }), github.comments(issue, { signal })]);
  return comments.filter((comment) => isSelf(me, comment.user.login) && isHelp(comment.body)).map(({ id }) => id);
}

/** The help names the conditional jobs that `/test all` would run, so it needs the changes if there are any such jobs. */
function changesFor(presubmits: readonly Presubmit[], pull: Pull, changes: () => Promise<readonly string[]>): Promise<readonly string[]> {
  return needsChanges(automatic(presubmits), pull.baseRef) ? changes() : Promise.resolve([]);
}

async function workflowsOf(pull: Pull, asked: Asked, context: PluginContext): Promise<readonly Action[]> {
  return [...(asked.okToTest ? await approvals(pull, context) : []), ...(asked.retest || asked.testAll ? await reruns(pull, context) : [])];
}

import { blockadesFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { isReplyOf, standingComments, withoutMarker } from '../../core/marker.js';
import type { Comment, Identity, IssueEventEntry } from '../../core/ports/github.js';
import { isSelf } from '../../core/trusted.js';
import type { Plugin, PluginContext } from '../plugin.js';
import { blockedFiles, type Blocked } from './decide.js';
import { BLOCKED, blockedText, UPSTREAMS } from './text.js';

const PURPOSE = 'blocked';
const isLabel = (label: string) => label.toLowerCase() === BLOCKED;

/** Whether an event can change what is blocked: the files, the branch they go to, or a label that somebody took away. */
async function concerns({ action, baseChanged, label, sender }: PullEvent, { github, signal }: PluginContext): Promise<boolean> {
  switch (action) {
    case 'opened': case 'reopened': case 'synchronize': return true;
    case 'edited': return baseChanged;
    case 'unlabeled': return label !== undefined && isLabel(label) && !isSelf(await github.identity({ signal }), sender.login);
    default: return false;
  }
}

async function onPull(event: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  const { pull, action } = event;
  const { github, config, signal } = context;
  if (!(await concerns(event, context))) return [];
  const guards = blockadesFor(config.plugins, { org: pull.org, name: pull.name, branch: pull.baseRef });
  if (guards.length === 0 && action !== 'edited' && !pull.labels.some(isLabel)) return [];
  const [labels, files] = await Promise.all([action === 'opened' ? pull.labels : github.labels(pull, { signal }), guards.length === 0 ? [] : github.files(pull, { signal })]);
  const blocked = blockedFiles(files, guards);
  const labelled = labels.some(isLabel);
  if (blocked.length > 0) return block(pull, blocked, labelled, context);
  return labelled ? release(pull, context) : [];
}

/** The label, and the comment that names the files; upstream never brings that up to date. */
async function block(pull: Pull, blocked: readonly Blocked[], labelled: boolean, { github, config, signal }: PluginContext): Promise<readonly Action[]> {
  const { org, name, number } = pull;
  const issue = { org, name, number };
  const body = blockedText(pull, blocked);
  const add: readonly Action[] = labelled ? [] : [{ kind: 'label.add', issue, label: BLOCKED }];
  if (config.plugins.comment_style === 'upstream') return labelled ? [] : [...add, { kind: 'comment.reply', issue, purpose: PURPOSE, body }];
  const [me, comments] = await Promise.all([github.identity({ signal }), github.comments(issue, { signal })]);
  const former = standingComments(comments, me, 'blockade', PURPOSE);
  const newest = former.at(-1);
  if (newest && withoutMarker(newest.body) === body) return add;
  return [...add, { kind: 'comment.upsert', issue, purpose: PURPOSE, body, style: 'edit', formerIds: former.map(({ id }) => id) }];
}

/** Nothing is blocked any more. A label that a person has added is a decision of that person and stays. */
async function release(pull: Pull, { github, signal }: PluginContext): Promise<readonly Action[]> {
  const { org, name, number } = pull;
  const issue = { org, name, number };
  const [me, comments, timeline] = await Promise.all([github.identity({ signal }), github.comments(issue, { signal }), github.issueEvents(issue, { signal })]);
  const deletions = ours(comments, me).map(({ id }): Action => ({ kind: 'comment.delete', issue, commentId: id }));
  const actions: readonly Action[] = [...(byHand(timeline, comments, me) ? [] : [{ kind: 'label.remove', issue, label: BLOCKED } as const]), ...deletions];
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

/** Our comments about blocked files, of any style, and those that upstream left. */
function ours(comments: readonly Comment[], me: Identity): readonly Comment[] {
  const standing = new Set(standingComments(comments, me, 'blockade', PURPOSE));
  return comments.filter((comment) => standing.has(comment) || (isSelf(me, comment.user.login) && (isReplyOf(comment.body, 'blockade', PURPOSE) || comment.body.includes(UPSTREAMS))));
}

/** Whether a person was the last to add the label; a bot that went before us has left its comment as well. */
function byHand(timeline: readonly IssueEventEntry[], comments: readonly Comment[], me: Identity): boolean {
  const last = timeline.findLast(({ event, label = '' }) => event === 'labeled' && isLabel(label));
  if (last === undefined || last.actor === '' || isSelf(me, last.actor)) return false;
  return !comments.some(({ user, body }) => user.login === last.actor && body.includes(UPSTREAMS));
}

/** Keeps pull requests from merging that touch protected paths. */
export const blockade: Plugin<never> = {
  name: 'blockade',
  help: `Keeps pull requests that touch protected files from merging with the label \`${BLOCKED}\`.`,
  commands: {},
  on: { pull_request: onPull },
  describe(config, repo) {
    if (!repo) return '';
    const entries = config.plugins.blockades.filter(({ repos }) => repos.includes(repo.org) || repos.includes(`${repo.org}/${repo.name}`));
    return entries.map(({ branchregexp, blockregexps, exceptionregexps, explanation }) => [
      `Paths that match ${blockregexps.map((one) => `\`${one}\``).join(', ')} are protected`,
      ...(exceptionregexps.length > 0 ? [`, but for ${exceptionregexps.map((one) => `\`${one}\``).join(', ')}`] : []),
      ...(branchregexp === undefined ? [] : [`, on branches that match \`${branchregexp}\``]),
      explanation === '' ? '.' : `: ${explanation}.`,
    ].join('')).join(' ');
  },
};

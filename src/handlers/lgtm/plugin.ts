import { names } from '../../config/lookup.js';
import { lgtmFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { Pull, PullEvent, ReviewEvent } from '../../core/event.js';
import { normLogin, sameLogin, type IssueRef, type Repo } from '../../core/ids.js';
import { replyTo } from '../../core/reply.js';
import type { Comment } from '../../core/ports/github.js';
import { isSelf } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { ADD, afterAdding, afterCancelling, CANCEL, decideRemoval, hasLgtm, LGTM, outdatedBy, reviewedTree, wantOf, type Want } from './decide.js';

type Verb = 'lgtm' | 'lgtm-cancel';

/** Somebody wants the label to come or go. */
interface Request {
  readonly want: Want;
  readonly repo: Repo;
  readonly issue: IssueRef;
  readonly author: string;
  readonly assignees: readonly string[];
  /** As the payload has them. */
  readonly labels: readonly string[] | undefined;
  readonly asked: Readonly<{ user: { readonly login: string }; body: string; url: string }>;
  /** Read where it is needed and the payload has none. */
  readonly pull: Pull | undefined;
}

async function onCommand(event: CommandEvent<Verb>, context: PluginContext): Promise<readonly Action[]> {
  const want = wantOf(event.body);
  if (!want || !event.isPull || event.state !== 'open') return [];
  const { repo, issue, issueAuthor, assignees, labels, user, body, url, pull } = event;
  return handle({ want, repo, issue, author: issueAuthor.login, assignees, labels, asked: { user, body, url }, pull }, context);
}

async function onReview({ action, repo, pull, review }: ReviewEvent, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  if (action !== 'submitted' || pull.state !== 'open' || !lgtmFor(config.plugins, repo).review_acts_as_lgtm) return [];
  if (review.user.type === 'Bot' || wantOf(review.body)) return [];
  const state = review.state.toLowerCase();
  if (state !== 'approved' && state !== 'changes_requested') return [];
  if (isSelf(await github.identity({ signal }), review.user.login)) return [];
  const { org, name, number, author, assignees, labels } = pull;
  return handle({ want: state === 'approved' ? 'add' : 'remove', repo, issue: { org, name, number }, author: author.login, assignees, labels, asked: review, pull }, context);
}

async function handle(request: Request, context: PluginContext): Promise<readonly Action[]> {
  const { want, repo, issue, author, assignees, asked } = request;
  const { github, config } = context;
  const options = { signal: context.signal };
  const commenter = asked.user.login;
  const isAuthor = commenter === author;
  const refuse = (message: string): readonly Action[] => [{ kind: 'comment.reply', issue, purpose: 'refused', body: replyTo(asked, message) }];
  if (isAuthor && want === 'add') return refuse('authors cannot LGTM their own pull requests. Somebody else has to: `/cc @login` asks for a review.');

  const first: Action[] = [];
  if (!isAuthor && names(config.plugins.owners.skip_collaborators, repo)) {
    if (!(await isOwner(commenter, request, context))) return refuse('only people whom the OWNERS files name as approvers or reviewers of these changes may change the LGTM label. Your review helps all the same; `/cc @login` asks one of them for another.');
  } else if (!isAuthor) {
    if (!(await github.isCollaborator(repo, commenter, options))) return refuse('only collaborators of this repository may change the LGTM label. Your review helps all the same; `/cc @login` asks one of them for another.');
    const reviews = want === 'add' || config.plugins.comment_style === 'upstream';
    if (reviews && !assignees.some((login) => sameLogin(login, commenter))) first.push({ kind: 'assign', issue, logins: [commenter] });
  }

  // A change may be repeated, so the payload is enough to make it; that nothing is to be done needs the truth.
  const settled = (labels: readonly string[]) => hasLgtm(labels) === (want === 'add');
  if (!request.labels || settled(request.labels)) {
    // Whoever changed nothing is no reviewer on that account (K33); upstream assigns them all the same.
    if (settled(await github.labels(issue, options))) return config.plugins.comment_style === 'upstream' ? first : [];
  }
  const change: Action = { kind: want === 'add' ? 'label.add' : 'label.remove', issue, label: LGTM };
  // Somebody who cannot be assigned does not hold up the label.
  const begin: readonly Action[] = first.length > 0 ? [{ kind: 'each', actions: [...first, change] }] : [change];
  return [...begin, ...(await follow(request, context))];
}

/** What goes with the change of the label. */
async function follow(request: Request, context: PluginContext): Promise<readonly Action[]> {
  const { want, repo, issue, author, assignees } = request;
  const { github, config } = context;
  const options = { signal: context.signal };
  const { store_tree_hash } = lgtmFor(config.plugins, repo);
  if (want === 'remove') {
    if (!store_tree_hash) return [];
    const [identity, comments] = await Promise.all([github.identity(options), github.comments(issue, options)]);
    return afterCancelling({ issue, author, assignees, comments, identity });
  }
  if (await isSticky(repo, author, context)) return [];
  const [identity, comments] = await Promise.all([github.identity(options), github.comments(issue, options)]);
  const tree = store_tree_hash ? await github.treeSha(repo, (request.pull ?? (await github.pull(issue, options))).headSha, options) : undefined;
  return afterAdding({ issue, comments, identity, tree, style: config.plugins.comment_style });
}

/** Whether the OWNERS files name somebody for at least one changed file. */
async function isOwner(login: string, { repo, issue, pull }: Request, { github, owners, signal }: PluginContext): Promise<boolean> {
  const { baseRef } = pull ?? (await github.pull(issue, { signal }));
  const [known, files] = await Promise.all([owners.load(repo, baseRef, { signal }), github.files(issue, { signal })]);
  const name = normLogin(login);
  return files.some(({ path }) => [...known.approvers(path), ...known.reviewers(path)].some((layer) => layer.has(name)));
}

/** Whether the label of this author's pull requests outlives new changes. What cannot be found out counts as no. */
async function isSticky(repo: Repo, author: string, { github, config, log, signal }: PluginContext): Promise<boolean> {
  const team = lgtmFor(config.plugins, repo).trusted_team_for_sticky_lgtm;
  if (team === '') return false;
  try {
    return await github.isTeamMember(repo.org, team, author, { signal });
  } catch (error) {
    signal.throwIfAborted();
    log.error({ err: error, team }, 'team of sticky LGTM cannot be read');
    return false;
  }
}

async function onPull({ action, repo, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'synchronize' || pull.merged) return [];
  const { github, config } = context;
  const options = { signal: context.signal };
  const { org, name, number, author, assignees } = pull;
  const issue = { org, name, number };
  // The label may have been added after the payload was made, for what was there before the push.
  if (!hasLgtm(pull.labels) && !hasLgtm(await github.labels(issue, options))) return [];
  if (await isSticky(repo, author.login, context)) return [];
  const { store_tree_hash } = lgtmFor(config.plugins, repo);
  let outdated: readonly Comment[] = [];
  if (store_tree_hash) {
    const [identity, comments] = await Promise.all([github.identity(options), github.comments(issue, options)]);
    outdated = outdatedBy(config.plugins.comment_style, comments, identity);
    const reviewed = reviewedTree(comments, identity);
    if (reviewed !== undefined && reviewed === (await github.treeSha(repo, pull.headSha, options))) return [];
  }
  return decideRemoval({ issue, author: author.login, assignees, askReviewers: store_tree_hash, outdated });
}

/** Adds the label `lgtm` where a reviewer says so, and removes it when there is something new to review. */
export const lgtm: Plugin<Verb> = {
  name: 'lgtm',
  help: 'Adds the label `lgtm` to a pull request when a reviewer says that it looks good, and removes it when new changes arrive.',
  commands: {
    lgtm: { usage: '/lgtm', about: 'Says that a pull request looks good: adds the label `lgtm`.', who: 'Collaborators of the repository, except the author', examples: ['/lgtm', '/lgtm no-issue'], featured: true, pattern: ADD },
    'lgtm-cancel': { usage: '/lgtm cancel', about: 'Removes the label `lgtm`; `/remove-lgtm` does the same.', who: 'Collaborators of the repository and the author', examples: ['/lgtm cancel', '/remove-lgtm'], featured: true, pattern: CANCEL },
  },
  on: { command: onCommand, pull_request: onPull, pull_request_review: onReview },
  describe(config, repo) {
    if (!repo) return '';
    const { review_acts_as_lgtm, store_tree_hash, trusted_team_for_sticky_lgtm } = lgtmFor(config.plugins, repo);
    return [
      ...(review_acts_as_lgtm ? ['Approving reviews on GitHub count as `/lgtm`, requested changes as `/lgtm cancel`.'] : []),
      ...(store_tree_hash ? ['The label stays when a push changes commits but no file.'] : []),
      ...(trusted_team_for_sticky_lgtm === '' ? [] : [`The label stays on pull requests by members of the team ${trusted_team_for_sticky_lgtm}.`]),
    ].join(' ');
  },
};

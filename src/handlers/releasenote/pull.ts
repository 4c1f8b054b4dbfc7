import type { Action } from '../../core/action.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { sameLogin } from '../../core/ids.js';
import { commandText } from '../../core/markdown.js';
import { formerNotices, giveNotice, isNotice, together, withdraw } from '../../core/notice.js';
import type { Comment } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { isFinal } from '../../core/retry.js';
import type { PluginContext } from '../plugin.js';
import { ACTION_REQUIRED, DEPRECATION, EXCLUSIVE, labelFor, labelSet, NEEDED, NONE, NOTE, parentsOf, type NoteLabel } from './note.js';
import { NOTICES, whyText, type Why } from './text.js';

export const NONE_COMMAND = pattern('(?mi)^/release-note-none\\s*$');

/** Whether a pull request needs a note, and which of those that it picks lack one. What cannot be read for good is left out. */
async function processOf({ pull, defaultBranch }: PullEvent, { github, signal }: PluginContext): Promise<Readonly<{ must: boolean; lacking: readonly number[] }>> {
  const parents = parentsOf(pull.body);
  if (pull.baseRef === 'master' || pull.baseRef === defaultBranch || parents.length === 0) return { must: true, lacking: [] };
  const lacking = await Promise.all(parents.map(async (number) => {
    try {
      const labels = labelSet(await github.labels({ org: pull.org, name: pull.name, number }, { signal }));
      return labels.has(NOTE) || labels.has(ACTION_REQUIRED) ? [] : [number];
    } catch (error) {
      if (!isFinal(error)) throw error;
      return [];
    }
  }));
  return { must: lacking.flat().length > 0, lacking: lacking.flat() };
}

/** Whether the author or a member has said that there is nothing to say. */
async function saidNone(pull: Pull, comments: readonly Comment[], { github, signal }: PluginContext): Promise<boolean> {
  const logins = [...new Set(comments.filter(({ body }) => NONE_COMMAND.test(commandText(body))).map(({ user }) => user.login))];
  if (logins.some((login) => sameLogin(login, pull.author.login))) return true;
  return (await Promise.all(logins.map((login) => github.isMember(pull.org, login, { signal })))).some((member) => member);
}

/** The one label, the right one first. */
export function labelActions(want: NoteLabel, issue: Readonly<{ org: string; name: string; number: number }>, labels: ReadonlySet<string>): readonly Action[] {
  const add: readonly Action[] = labels.has(want) ? [] : [{ kind: 'label.add', issue, label: want }];
  return [...add, ...EXCLUSIVE.filter((label) => label !== want && labels.has(label)).map((label): Action => ({ kind: 'label.remove', issue, label }))];
}

const concerns = ({ action, label }: PullEvent): boolean => {
  switch (action) {
    case 'opened': case 'edited': case 'ready_for_review': return true;
    case 'labeled': return label !== undefined && (label.toLowerCase() === DEPRECATION || EXCLUSIVE.some((one) => one === label.toLowerCase()));
    case 'unlabeled': return label?.toLowerCase() === DEPRECATION;
    default: return false;
  }
};

/** Brings the label in line with the description (plugins-policy 4.23), and says what is missing. */
export async function onPull(event: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (!concerns(event)) return [];
  const { github, delivery, signal } = context;
  const { pull, action } = event;
  const issue = { org: pull.org, name: pull.name, number: pull.number };
  const fresh = action === 'opened' && !delivery.repeated;
  const labels = labelSet(fresh ? pull.labels : await github.labels(issue, { signal }));
  const want = labelFor(pull.body, labels);
  if (want !== NEEDED) return together([...labelActions(want, issue, labels), ...(await clear(pull, fresh, context))]);
  if (pull.merged) return [];
  const { must, lacking } = await processOf(event, context);
  if (!must) return together([...(labels.has(NEEDED) ? [{ kind: 'label.remove', issue, label: NEEDED } as const] : []), ...(await clear(pull, fresh, context))]);
  const comments = fresh ? [] : await github.comments(issue, { signal });
  const deprecates = labels.has(DEPRECATION);
  if (!deprecates && (await saidNone(pull, comments, context))) return together([...labelActions(NONE, issue, labels), ...(await clear(pull, fresh, context))]);
  const whys: readonly Why[] = [...(lacking.length > 0 ? [{ kind: 'parents', lacking } as const] : []), { kind: deprecates ? 'deprecation' : 'needed' }];
  return together([...labelActions(NEEDED, issue, labels), ...(await explain(pull, whys, { labelled: labels.has(NEEDED), comments }, context))]);
}

/** Takes back that something is missing. Upstream leaves what it said about a deprecation. */
async function clear(pull: Pull, fresh: boolean, context: PluginContext): Promise<readonly Action[]> {
  if (fresh) return [];
  const { needed, parents, deprecation } = NOTICES;
  const all = context.config.plugins.comment_style === 'quiet' ? [needed, parents, deprecation] : [needed, parents];
  return withdraw(pull, await formerNotices(all, pull, pull.createdAt, context));
}

/** Quiet: one comment for all, kept up to date. Upstream: one for each, when the label comes. */
async function explain(pull: Pull, whys: readonly Why[], { labelled, comments }: Readonly<{ labelled: boolean; comments: readonly Comment[] }>, { config, github, signal }: PluginContext): Promise<readonly Action[]> {
  const { guidelines_url: guidelines } = config.plugins.release_note;
  const issue = { org: pull.org, name: pull.name, number: pull.number };
  if (config.plugins.comment_style === 'upstream') {
    return labelled ? [] : whys.map((why): Action => ({ kind: 'comment.reply', issue, purpose: NOTICES[why.kind].purpose, body: whyText([why], guidelines) }));
  }
  const me = comments.length === 0 ? undefined : await github.identity({ signal });
  const former = comments.filter(({ user, body }) => user.login === me?.login && Object.values(NOTICES).some((notice) => isNotice(notice, body)));
  return giveNotice(NOTICES.needed, issue, whyText(whys, guidelines), former, 'quiet');
}

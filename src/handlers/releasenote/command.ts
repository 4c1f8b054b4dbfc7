import type { Action } from '../../core/action.js';
import { sameLogin } from '../../core/ids.js';
import { replyTo } from '../../core/reply.js';
import type { CommandEvent, PluginContext } from '../plugin.js';
import { DEPRECATION, labelFor, labelSet, NONE, NOTE, noteOf, ACTION_REQUIRED, withNote } from './note.js';
import { labelActions } from './pull.js';
import { DEPRECATED_TEXT, HAS_DEPRECATION_TEXT, HAS_NOTE_TEXT, NO_BLOCK_TEXT, NO_FORMER_TEXT, NOT_ALLOWED_TEXT, NOT_MEMBER_TEXT } from './text.js';

export type Verb = 'release-note-edit' | 'release-note-none' | 'release-note' | 'release-note-action-required';

/** Commands count in comments of pull requests only, not in descriptions or reviews: a description has its block. */
export async function onCommand(event: CommandEvent<Verb>, context: PluginContext): Promise<readonly Action[]> {
  if (!event.isPull || event.source !== 'issue_comment') return [];
  const verbs = new Set(event.commands.map(({ verb }) => verb));
  if (verbs.has('release-note-edit')) return edit(event, context);
  if (verbs.has('release-note')) return answer(event, DEPRECATED_TEXT);
  return verbs.has('release-note-none') ? none(event, context) : answer(event, DEPRECATED_TEXT);
}

function answer(event: CommandEvent<Verb>, message: string): readonly Action[] {
  return [{ kind: 'comment.reply', issue: event.issue, purpose: 'answer', body: replyTo(event, message) }];
}

async function none(event: CommandEvent<Verb>, { github, signal }: PluginContext): Promise<readonly Action[]> {
  const { user, issueAuthor, issueBody, issue, repo } = event;
  if (!sameLogin(user.login, issueAuthor.login) && !(await github.isMember(repo.org, user.login, { signal }))) return answer(event, NOT_ALLOWED_TEXT);
  const labels = labelSet(await github.labels(issue, { signal }));
  const written = labelFor(issueBody, labels);
  if (written === NOTE || written === ACTION_REQUIRED) return answer(event, HAS_NOTE_TEXT);
  if (labels.has(DEPRECATION)) return answer(event, HAS_DEPRECATION_TEXT);
  return labelActions(NONE, issue, labels);
}

async function edit(event: CommandEvent<Verb>, { github, signal }: PluginContext): Promise<readonly Action[]> {
  const { user, body, issue, repo } = event;
  if (!(await github.isMember(repo.org, user.login, { signal }))) return answer(event, NOT_MEMBER_TEXT);
  const note = noteOf(body);
  if (note === '') return answer(event, NO_BLOCK_TEXT);
  // Read just before it is written, so that an edit by somebody else is not undone.
  const changed = withNote((await github.pull(issue, { signal })).body, note);
  return changed === undefined ? answer(event, NO_FORMER_TEXT) : [{ kind: 'pull.edit', issue, change: { body: changed } }];
}

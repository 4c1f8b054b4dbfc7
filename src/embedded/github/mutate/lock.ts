import type { Hub } from '../hub.js';
import type { Issue } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';

/** Locks a conversation for a reason (or none, as null), or with false opens it again. */
export function setLock(hub: Hub, who: Who, repo: Repo, issue: Issue, reason: string | null | false): void {
  issue.locked = reason !== false;
  issue.lockReason = reason === false ? null : reason;
  touch(hub, issue);
  addEvent(hub, who, issue, issue.locked ? 'locked' : 'unlocked');
  recordIssue(hub, who, repo, issue, issue.locked ? 'issue.lock' : 'issue.unlock');
  emitIssue(hub, who, repo, issue, issue.locked ? 'locked' : 'unlocked');
}

import type { Action } from '../action.js';
import type { CheckEvent, CommentEvent, Pull, PullEvent, StatusEvent } from '../event.js';
import { askAwaiting, askReviewers, asksAtOnce, type AskDeps, type AskSettings, type Preference } from './ask.js';

/** When blunderbuss and rifle act (plugins-policy 4.8); they differ only in whom they prefer. */
export interface ReviewEvents<D extends AskDeps> {
  opened(event: PullEvent, deps: D): Promise<readonly Action[]>;
  asked(event: CommentEvent, deps: D): Promise<readonly Action[]>;
  /** `isAwaited`: whether this status is the one that is waited for. */
  reported(event: StatusEvent | CheckEvent, deps: D): Promise<readonly Action[]>;
}

/** A commit status, whatever GitHub calls it. */
export interface Reported {
  readonly context: string;
  readonly state: string;
  readonly description: string;
}

export interface ReviewRules<D extends AskDeps> {
  settings(deps: D): AskSettings & Readonly<{ wait_for_status?: object | undefined }>;
  /** Whether this status is the one that is waited for, where one is. */
  isAwaited(status: Reported, deps: D): boolean;
  prefer(deps: D): Preference;
}

export function reviewEvents<D extends AskDeps>({ settings, isAwaited, prefer }: ReviewRules<D>): ReviewEvents<D> {
  const ask = (pull: Pull, deps: D) => askReviewers(pull, settings(deps), prefer(deps), deps);
  return {
    async opened({ action, pull }, deps) {
      if (action !== 'opened' && action !== 'ready_for_review') return [];
      return asksAtOnce(pull, settings(deps)) ? ask(pull, deps) : [];
    },
    async asked(event, deps) {
      if (!event.isPull || event.state === 'closed') return [];
      // The description of a new pull request comes with its opening, which asks already.
      if (event.source === 'pull_request' && event.pull && asksAtOnce(event.pull, settings(deps))) return [];
      return ask(event.pull ?? (await deps.github.pull(event.issue, { signal: deps.signal })), deps);
    },
    async reported(event, deps) {
      const status = reportedBy(event);
      if (!status || !isAwaited(status, deps)) return [];
      return askAwaiting(event.repo, event.sha, settings(deps), prefer(deps), deps);
    },
  };
}

/** A check run counts like a status of its name: our own Tide reports with one. */
function reportedBy(event: StatusEvent | CheckEvent): Reported | undefined {
  if (event.kind === 'status') return event;
  if (event.kind !== 'check_run') return undefined;
  const passed = ['success', 'neutral', 'skipped'].includes(event.conclusion ?? '');
  return { context: event.name, state: event.status !== 'completed' ? 'pending' : passed ? 'success' : 'failure', description: event.title ?? '' };
}

import { LRUCache } from 'lru-cache';
import type { Event, Pull } from '../../core/event.js';
import { issueKey, type IssueRef } from '../../core/ids.js';

/** Which branch a pull request was last seen to go to: a guess that saves waiting, never an answer. */
export interface Bases {
  of(ref: IssueRef): string | undefined;
  learn(pull: Pull): void;
  observe(event: Event): void;
}

const MOST = 10_000;

/** Guesses of this process. */
export function createBases(): Bases {
  const known = new LRUCache<string, string>({ max: MOST });
  const learn = (pull: Pull): void => { known.set(issueKey(pull).toLowerCase(), pull.baseRef); };
  return {
    of: (ref) => known.get(issueKey(ref).toLowerCase()),
    learn,
    observe(event) { if (event.kind === 'pull_request') learn(event.pull); },
  };
}

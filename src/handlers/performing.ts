import type { Delivery } from '../core/event.js';
import type { GitHubReads, GitHubWrites } from '../core/ports/github.js';
import type { Intents } from '../core/ports/intents.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import type { Said } from '../core/ports/said.js';

/**
 * How the actions of plugins are performed. Every action may be repeated: it has an identity of its own at its service, or its intent is
 * stored first and an unknown outcome looked up (design decision 17). `repeated` runs (recovered deliveries, later attempts)
 * also look whether a label or a job has been changed by somebody since.
 */
export interface ActDeps {
  readonly github: GitHubReads & GitHubWrites;
  readonly jobs: ProwJobs;
  readonly intents: Intents;
  readonly said: Said;
  readonly log: Log;
  /** `dry`: says what it would do and writes nothing. */
  readonly mode: 'act' | 'dry';
}

export interface ActContext {
  readonly plugin: string;
  readonly delivery: Pick<Delivery, 'id' | 'at' | 'via'>;
  readonly repeated: boolean;
  readonly signal: AbortSignal;
}

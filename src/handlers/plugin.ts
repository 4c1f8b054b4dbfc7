import type { InRepoReads } from '../config/jobs/inRepo.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Action } from '../core/action.js';
import type { CheckEvent, CommentEvent, IssueEvent, PullEvent, PushEvent, ReviewEvent, StatusEvent } from '../core/event.js';
import type { Repo } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { GitMerges, GitReads } from '../core/ports/git.js';
import type { GitHubReads } from '../core/ports/github.js';
import type { GitTrees } from '../core/ports/inRepo.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import type { Said } from '../core/ports/said.js';
import type { TideViews } from '../core/ports/tide.js';
import type { Match, Pattern } from '../core/re2.js';
import type { OwnersReads } from '../core/owners/port.js';

/** One slash command. The parser, `/help`, `/plugin-help.js` and the contract test read this one declaration. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  /** Who may use it, in words. */
  readonly who: string;
  readonly examples: readonly string[];
  readonly featured?: boolean;
  /** RE2 over the raw body (plugins-policy 1.15); every match is a use of the command. */
  readonly pattern: Pattern;
}

export interface ParsedCommand<Verb extends string> extends Match {
  readonly verb: Verb;
}

/** A created comment with at least one of the plugin's commands, in the order in which they stand. */
export interface CommandEvent<Verb extends string> extends CommentEvent {
  readonly commands: readonly [ParsedCommand<Verb>, ...ParsedCommand<Verb>[]];
}

/** Repositories from their mirrors. Merging touches nothing but the mirror. */
export type PluginGit = GitReads & GitMerges & Pick<GitTrees, 'idsAt' | 'mergeBases'>;

/** What a plugin may read. It writes nothing: it returns actions. */
export interface PluginContext {
  readonly github: GitHubReads;
  readonly git: PluginGit;
  readonly owners: OwnersReads;
  /** Jobs of a repository with those that it configures itself. */
  readonly inRepo: InRepoReads;
  readonly jobs: Pick<ProwJobs, 'find' | 'list'>;
  /** Which comments this bot has made, where that is certain. */
  readonly said: Pick<Said, 'ids'>;
  /** What Tide last knew and decided. */
  readonly tide: Pick<TideViews, 'pools' | 'merges'>;
  /** The configuration as it was when the event was taken up. */
  readonly config: Snapshot;
  /** The delivery that is being handled; its id makes names and markers. `repeated`: it is late or was handled before in part, so that what came after it may have been handled already. */
  readonly delivery: Readonly<{ id: string; at: number; repeated: boolean }>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

type Actions = Promise<readonly Action[]>;

/** What a plugin listens to; its declared events are the keys that are there. Method syntax keeps `Plugin<'hold'>` a `Plugin`. */
export interface Handlers<Verb extends string> {
  command?(event: CommandEvent<Verb>, context: PluginContext): Actions;
  /** Every comment-like event of any action; only for plugins whose commands are not fixed (trigger). */
  comment?(event: CommentEvent, context: PluginContext): Actions;
  pull_request?(event: PullEvent, context: PluginContext): Actions;
  pull_request_review?(event: ReviewEvent, context: PluginContext): Actions;
  issues?(event: IssueEvent, context: PluginContext): Actions;
  push?(event: PushEvent, context: PluginContext): Actions;
  status?(event: StatusEvent, context: PluginContext): Actions;
  check?(event: CheckEvent, context: PluginContext): Actions;
}

export interface Plugin<Verb extends string = string> {
  /** The name in plugins.yaml. */
  readonly name: string;
  readonly help: string;
  readonly commands: Readonly<Record<Verb, Command>>;
  readonly on: Handlers<Verb>;
  /** What the configuration means for a repository, in words, for the help pages; undefined: the whole installation. */
  describe?(config: Snapshot, repo: Repo | undefined): string;
}

import type { InRepoReads } from '../config/jobs/inRepo.js';
import type { ConfigSource, Snapshot } from '../config/snapshot.js';
import type { ActionKind, Action } from '../core/action.js';
import { NotYet, UserError } from '../core/errors.js';
import type { Delivery, Event } from '../core/event.js';
import { isExternal } from '../core/external.js';
import { issueKey, slug, type Repo } from '../core/ids.js';
import type { OwnersReads } from '../core/owners/port.js';
import type { Clock } from '../core/ports/clock.js';
import type { Feed } from '../core/ports/feed.js';
import type { GitHubReads, GitHubWrites } from '../core/ports/github.js';
import type { Handling } from '../core/ports/handling.js';
import type { Intents } from '../core/ports/intents.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { Log } from '../core/ports/log.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Said } from '../core/ports/said.js';
import type { TideViews } from '../core/ports/tide.js';
import { replyTo } from '../core/reply.js';
import { toError } from '../core/retry.js';
import { combined, perform } from './act.js';
import { apology } from './apology.js';
import { commandEvent } from './commands.js';
import { parseEvents } from './events.js';
import { addresseesOf, forward, placeOf, type Addressee, type ExternalDeps } from './external.js';
import { laneOf } from './lane.js';
import type { Plugin, PluginContext, PluginGit } from './plugin.js';
import { plugins as builtIn } from './registry.js';
import { watchUse } from './use.js';

export interface HandlingDeps {
  readonly config: ConfigSource;
  /** A client whose calls are accounted to the plugin. */
  githubFor(plugin: string): GitHubReads & GitHubWrites;
  readonly git: PluginGit;
  readonly owners: OwnersReads;
  readonly inRepo: InRepoReads;
  readonly jobs: ProwJobs;
  readonly intents: Intents;
  readonly said: Said;
  /** What Tide knows; nothing where left out. */
  readonly tide?: Pick<TideViews, 'pools' | 'merges'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly feed?: Feed;
  /** `dry`: plugins decide, nothing is written. */
  readonly mode: 'act' | 'dry';
  /** All built-in ones where left out. */
  readonly plugins?: readonly Plugin[];
  /** Without it events are sent on to nobody. */
  readonly external?: ExternalDeps;
  /** Whether this installation acts in a repository, or for an organisation as a whole; everywhere where left out (plugins-policy 1.1). */
  enabled?(at: Readonly<{ org: string; name: string | undefined }>): boolean;
  /** Tells queues of others what an event may have changed. */
  poke?(events: readonly Event[], delivery: Delivery): Promise<void>;
}

/** What a plugin does with an event. */
type Part = Readonly<{ event: Event; run: (context: PluginContext) => Promise<readonly Action[]> }>;

/** What a plugin would do with these events, in order: the typed event first, then the comment. */
export function partsOf(plugin: Plugin, events: readonly Event[]): readonly Part[] {
  const { on } = plugin;
  return events.flatMap((event): readonly Part[] => {
    const part = (handler: ((context: PluginContext) => Promise<readonly Action[]>) | undefined) => (handler ? [{ event, run: handler }] : []);
    switch (event.kind) {
      case 'comment': {
        const found = on.command ? commandEvent(plugin, event) : undefined;
        return [
          ...part(found && ((context) => on.command?.(found, context) ?? Promise.resolve([]))),
          ...part(on.comment && ((context) => on.comment?.(event, context) ?? Promise.resolve([]))),
        ];
      }
      case 'pull_request': return part(on.pull_request && ((context) => on.pull_request?.(event, context) ?? Promise.resolve([])));
      case 'pull_request_review': return part(on.pull_request_review && ((context) => on.pull_request_review?.(event, context) ?? Promise.resolve([])));
      case 'issues': return part(on.issues && ((context) => on.issues?.(event, context) ?? Promise.resolve([])));
      case 'push': return part(on.push && ((context) => on.push?.(event, context) ?? Promise.resolve([])));
      case 'status': return part(on.status && ((context) => on.status?.(event, context) ?? Promise.resolve([])));
      case 'check_run': case 'check_suite': case 'workflow_run': return part(on.check && ((context) => on.check?.(event, context) ?? Promise.resolve([])));
      case 'other': return [];
      default: return event satisfies never;
    }
  });
}

/** The plugins, as the event path sees them. */
export function createHandling(deps: HandlingDeps): Handling {
  const all = deps.plugins ?? builtIn;
  // All plugins of a delivery get the same object: it is parsed once.
  const parsed = new WeakMap<Delivery, readonly Event[]>();
  const eventsOf = (delivery: Delivery): readonly Event[] => {
    const known = parsed.get(delivery);
    if (known) return known;
    const events = parseEvents(delivery);
    parsed.set(delivery, events);
    return events;
  };
  const { poke } = deps;
  const addressees = (config: Snapshot, delivery: Delivery, events: readonly Event[]): readonly Addressee[] => {
    const at = placeOf(events);
    return !deps.external || !at || deps.enabled?.(at) === false ? [] : addresseesOf(config, delivery, events);
  };
  return {
    laneOf,
    async pluginsFor(delivery) {
      const events = eventsOf(delivery);
      const config = deps.config.current();
      const sentOn = addressees(config, delivery, events).map(({ name }) => name);
      const repo = repoOf(events);
      if (!repo) return sentOn;
      const enabled = new Set(config.pluginsFor(repo));
      return [...all.filter((plugin) => enabled.has(plugin.name) && partsOf(plugin, events).length > 0).map((plugin) => plugin.name), ...sentOn];
    },
    async run(name, delivery, run) {
      if (isExternal(name)) {
        const addressee = addressees(deps.config.current(), delivery, eventsOf(delivery)).find((one) => one.name === name);
        // One that the configuration names no more gets nothing more.
        return addressee && deps.external ? forward(addressee, delivery, { ...deps, external: deps.external, signal: run.signal }) : [];
      }
      const plugin = all.find((one) => one.name === name);
      // A plugin that an older version knew: its work cannot be done here and is not owed any more.
      if (!plugin) return [];
      const errors: Error[] = [];
      const done: ActionKind[] = [];
      const config = deps.config.current();
      for (const part of partsOf(plugin, eventsOf(delivery))) {
        try {
          done.push(...(await runPart(plugin, part, config, delivery, run, deps)));
        } catch (error) {
          errors.push(toError(error));
        }
      }
      if (errors.length > 0) throw combined(errors);
      return done;
    },
    async gaveUp(name, delivery, { signal }) {
      const plugin = all.find((one) => one.name === name);
      if (!plugin || deps.mode === 'dry') return;
      const actions = apology(plugin, eventsOf(delivery), delivery, deps.config.current());
      const log = deps.log.child({ plugin: name, 'event-GUID': delivery.id });
      // It may be given up more than once, by a retry that a person asked for: the answer is looked for then.
      await perform(actions, { plugin: name, delivery, repeated: true, signal }, { github: deps.githubFor(name), jobs: deps.jobs, intents: deps.intents, said: deps.said, log, mode: deps.mode });
    },
    ...(poke ? { poke: (delivery: Delivery) => poke(eventsOf(delivery), delivery) } : {}),
  };
}

function repoOf(events: readonly Event[]): Repo | undefined {
  return events.map((event) => event.repo).find((repo) => repo !== undefined);
}

const nothingKnown: Pick<TideViews, 'pools' | 'merges'> = { pools: () => Promise.resolve([]), merges: () => Promise.resolve([]) };

/** After this long somebody may have decided anew in the meantime, whatever the delay came from. */
const LATE_MS = 60_000;

async function runPart(
  plugin: Plugin, { event, run }: Part, config: Snapshot, delivery: Delivery, { signal, attempt }: Readonly<{ signal: AbortSignal; attempt: number }>, deps: HandlingDeps,
): Promise<readonly ActionKind[]> {
  const { clock, metrics } = deps;
  const log = deps.log.child({ plugin: plugin.name, 'event-type': delivery.event, 'event-GUID': delivery.id, ...about(event) });
  const github = watchUse(deps.githubFor(plugin.name));
  const owners = watchUse(deps.owners);
  const act = { github: github.port, jobs: deps.jobs, intents: deps.intents, said: deps.said, log, mode: deps.mode };
  const started = clock.now();
  const how = { plugin: plugin.name, delivery, repeated: delivery.via === 'recovered' || attempt > 1 || started - delivery.at > LATE_MS, signal };
  const labels = () => ({ event_type: delivery.event, action: actionOf(event), plugin: plugin.name, took_action: String(github.used() || owners.used()) });
  try {
    const done = await perform(
      await run({ github: github.port, git: deps.git, owners: owners.port, inRepo: deps.inRepo, jobs: deps.jobs, said: deps.said, tide: deps.tide ?? nothingKnown, config, delivery: { id: delivery.id, at: delivery.at, repeated: how.repeated }, clock, log, signal }), how, act,
    );
    if (done.length > 0) deps.feed?.publish({ topic: 'plugin', key: delivery.id, at: clock.now(), text: `${plugin.name}: ${done.join(', ')}${where(event)}` });
    return done;
  } catch (error) {
    if (error instanceof NotYet) throw error;
    metrics.count('prow_plugin_handle_errors', labels());
    if (!(error instanceof UserError)) {
      log.error({ err: error }, 'plugin failed');
      throw error;
    }
    log.warn({ err: error }, 'plugin was asked for what it cannot do');
    const answered = answerTo(event, error);
    return answered ? await perform([answered], how, act) : [];
  } finally {
    metrics.observe('prow_plugin_handle_duration_seconds', (clock.now() - started) / 1000, labels());
  }
}

/** A user's error goes to whoever asked, word for word; where nobody asked, the log has it. */
function answerTo(event: Event, error: UserError): Action | undefined {
  if (event.kind !== 'comment' || event.action !== 'created') return undefined;
  return { kind: 'comment.reply', issue: event.issue, purpose: 'error', body: replyTo(event, error.message) };
}

/** Upstream's `action` label: the coerced one of comments, `none` of pushes and statuses. */
function actionOf(event: Event): string {
  return event.kind === 'push' || event.kind === 'status' ? 'none' : (event.action ?? 'none');
}

function about(event: Event): object {
  if (!event.repo) return {};
  const base = { org: event.repo.org, repo: event.repo.name };
  switch (event.kind) {
    case 'comment': return { ...base, pr: event.issue.number, commenter: event.user.login, url: event.url };
    case 'pull_request': case 'pull_request_review': return { ...base, pr: event.pull.number, author: event.pull.author.login, url: event.pull.url };
    case 'issues': return { ...base, pr: event.issue.number, author: event.author.login, url: event.url };
    case 'push': case 'status': case 'check_run': case 'check_suite': case 'workflow_run': case 'other': return base;
    default: return event satisfies never;
  }
}

function where(event: Event): string {
  switch (event.kind) {
    case 'comment': case 'issues': return ` on ${issueKey(event.issue)}`;
    case 'pull_request': case 'pull_request_review': return ` on ${issueKey(event.pull)}`;
    case 'push': case 'status': case 'check_run': case 'check_suite': case 'workflow_run': return ` in ${slug(event.repo)}`;
    case 'other': return '';
    default: return event satisfies never;
  }
}

import { Hono } from 'hono';
import { createExternalPlugins } from './adapters/externalPlugins.js';
import type { HmacSecrets } from './config/hmac.js';
import type { ExternalPlugin } from './config/plugins/schema.js';
import { RemoteError } from './core/errors.js';
import type { Delivery, Event } from './core/event.js';
import type { Clock } from './core/ports/clock.js';
import type { ExternalPlugins } from './core/ports/external.js';
import { silentLog, type Log } from './core/ports/log.js';
import { noMetrics, type Metrics } from './core/ports/metrics.js';
import type { Secret } from './core/ports/secrets.js';
import { backoff, isFinal, toError } from './core/retry.js';
import { parseEvents } from './handlers/events.js';
import { forward } from './handlers/external.js';
import type { PluginHelp } from './core/helpDocument.js';
import { checkWebhook } from './web/hook.js';
import { eventLabel } from './web/eventNames.js';

/** The events that have handlers of their own (plugins-policy 1.14). */
export const SERVED_EVENTS = [
  'issues', 'issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment', 'push', 'status', 'workflow_run', 'registry_package',
] as const;
export type ServedEvent = (typeof SERVED_EVENTS)[number];

/** A webhook as a handler gets it. */
export interface Webhook {
  /** GitHub's GUID. */
  readonly id: string;
  readonly name: string;
  /** What GitHub sent. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** What it means: the typed event, then the comment that it holds. */
  readonly events: readonly Event[];
}

/** Runs beside the answer, which it does not change; what it throws is logged. */
export type WebhookHandler = (webhook: Webhook, run: Readonly<{ signal: AbortSignal }>) => Promise<void>;

export interface EventServerOptions {
  /** Path of webhooks; must start with `/`. */
  readonly endpoint?: string;
  readonly secrets: Secret<HmacSecrets>;
  readonly on: Readonly<Partial<Record<ServedEvent, readonly WebhookHandler[]>>>;
  /** Answers `POST /help`; without it that is 500. */
  readonly help?: (repos: readonly Readonly<{ Org: string; Repo: string }>[], run: Readonly<{ signal: AbortSignal }>) => Promise<Omit<PluginHelp, 'Events'>>;
  /** External plugins that get events sent on, by `org` or `org/repo`; one without events gets none. */
  readonly externalPlugins?: () => Readonly<Record<string, readonly Readonly<{ name: string; endpoint?: string; events: readonly string[] }>[]>>;
  readonly external?: Pick<ExternalPlugins, 'deliver'>;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
}

/** A server of webhooks for an external plugin of your own. */
export interface EventServer {
  /** For `@hono/node-server`, Bun, Deno, a test. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Takes nothing new and waits for handlers and events on their way, no longer than `graceMs`, then aborts their signal. */
  shutdown(options: Readonly<{ graceMs: number }>): Promise<void>;
}

const ATTEMPTS = 5;
const BACKOFF = { backoffMs: 100, maxBackoffMs: 1_600 } as const;

/**
 * What somebody needs to write an external plugin: it checks webhooks as `prow serve` does, answers 200 at once and calls the handlers of the
 * event, all at the same time, for every repository. Nothing is stored: Prow itself sends an event again until this server has answered.
 */
export function createEventServer(options: EventServerOptions): EventServer {
  const { endpoint = '/hook', on, secrets, clock = { now: () => Date.now() }, log = silentLog, metrics = noMetrics } = options;
  if (!endpoint.startsWith('/')) throw new RangeError(`the endpoint ${JSON.stringify(endpoint)} does not start with /`);
  const external = options.external ?? createExternalPlugins();
  const running = new Set<Promise<void>>();
  const ended = new AbortController();
  let stopping = false;

  const track = (what: object, work: () => Promise<void>): void => {
    const one = Promise.resolve().then(work).catch((err: unknown) => { log.error({ err, ...what }, 'an event could not be handled'); }).finally(() => running.delete(one));
    running.add(one);
  };

  const accept = (delivery: Delivery): void => {
    const payload = JSON.parse(delivery.body) as Readonly<Record<string, unknown>> | null;
    const served = SERVED_EVENTS.find((name) => name === delivery.event);
    if (served === undefined || payload === null || typeof payload !== 'object') return;
    const events = parseEvents(delivery);
    const webhook: Webhook = { id: delivery.id, name: delivery.event, payload, events };
    for (const handler of on[served] ?? []) track({ event: delivery.event, 'event-GUID': delivery.id }, () => handler(webhook, { signal: ended.signal }));
    for (const plugin of sentTo(delivery.event, events)) track({ 'external-plugin': plugin.name, 'event-GUID': delivery.id }, () => send(plugin, delivery));
  };

  const sentTo = (event: string, events: readonly Event[]): readonly ExternalPlugin[] => {
    const repo = events.map((one) => one.repo).find((one) => one !== undefined);
    const all = options.externalPlugins?.() ?? {};
    const keys = repo ? [repo.org, `${repo.org}/${repo.name}`] : [];
    return keys.flatMap((key) => (Object.hasOwn(all, key) ? (all[key] ?? []) : [])).filter(({ events: wanted }) => wanted.includes(event))
      .map(({ name, endpoint: to, events: wanted }) => ({ name, endpoint: to ?? `http://${name}`, events: wanted, excluded_repos: [] }));
  };

  const send = async (plugin: ExternalPlugin, delivery: Delivery): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await forward({ name: plugin.name, plugin }, delivery, { external: { plugins: external, secrets }, clock, log, metrics, mode: 'act', signal: ended.signal });
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS || isFinal(error) || !(error instanceof RemoteError)) throw error;
        await pause(backoff(attempt, BACKOFF), ended.signal);
      }
    }
  };

  const app = new Hono();
  app.all(endpoint, async (c) => {
    if (stopping) return c.text('stopping\n', 503);
    const checked = await checkWebhook(c.req.raw, { secrets, clock });
    const { status, text, headers = {} } = 'status' in checked ? checked : { status: 200, text: 'accepted' };
    if (!('status' in checked)) {
      metrics.count('prow_webhook_counter', { event_type: eventLabel(checked.event) });
      accept(checked);
    }
    metrics.count('prow_webhook_response_codes', { response_code: String(status) });
    return new Response(`${text}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers } });
  });
  app.all('/help', async (c) => {
    c.header('Cache-Control', 'no-cache');
    if (c.req.method !== 'POST') return c.text('only POST is allowed\n', 405);
    if (!options.help) return c.text('this plugin gives no help\n', 500);
    try {
      return c.json(await options.help(reposOf(await c.req.json()), { signal: c.req.raw.signal }));
    } catch (err) {
      return c.text(`no help: ${toError(err).message}\n`, 500);
    }
  });
  return {
    fetch: (request) => app.fetch(request),
    async shutdown({ graceMs }) {
      stopping = true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, graceMs); });
      await Promise.race([Promise.all(running), late]);
      clearTimeout(timer);
      ended.abort(new Error('the server stops'));
    },
  };
}

function reposOf(body: unknown): readonly Readonly<{ Org: string; Repo: string }>[] {
  if (!Array.isArray(body)) throw new RangeError('expected a list of {"Org": ORG, "Repo": REPO}');
  return body.map((one: unknown) => {
    const { Org, Repo } = (one ?? {}) as { Org?: unknown; Repo?: unknown };
    if (typeof Org !== 'string' || typeof Repo !== 'string') throw new RangeError('expected a list of {"Org": ORG, "Repo": REPO}');
    return { Org, Repo };
  });
}

/** Resolves after a while, or rejects with the signal's reason. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => { clearTimeout(timer); reject(toError(signal.reason)); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', onAbort); resolve(); }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

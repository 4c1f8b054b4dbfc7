import type { HmacSecrets } from '../config/hmac.js';
import { tokensFor } from '../config/hmac.js';
import { externalPluginsFor } from '../config/plugins/entries.js';
import type { ExternalPlugin } from '../config/plugins/schema.js';
import type { Snapshot } from '../config/snapshot.js';
import { RemoteError } from '../core/errors.js';
import type { Delivery, Event } from '../core/event.js';
import { externalName, shownName } from '../core/external.js';
import type { Clock } from '../core/ports/clock.js';
import type { ExternalPlugins } from '../core/ports/external.js';
import type { Log } from '../core/ports/log.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Secret } from '../core/ports/secrets.js';
import { sign, signerOf, verified } from '../core/signature.js';
import { parseObject } from './json.js';

/** What sending events on needs. */
export interface ExternalDeps {
  readonly plugins: Pick<ExternalPlugins, 'deliver'>;
  /** The webhook secrets, where this process has them: what was found in GitHub's list of deliveries may have to be signed anew. */
  readonly secrets?: Secret<HmacSecrets> | undefined;
}

/** An external plugin that gets a delivery, under its name in queues. */
export interface Addressee {
  readonly name: string;
  readonly plugin: ExternalPlugin;
}

/** Who gets a delivery: the organisation's external plugins and the repository's. An event of an organisation goes to the former (K5). */
export function addresseesOf(config: Pick<Snapshot, 'plugins'>, delivery: Pick<Delivery, 'event'>, events: readonly Event[]): readonly Addressee[] {
  const at = placeOf(events);
  if (at === undefined) return [];
  const seen = new Map<string, number>();
  return externalPluginsFor(config.plugins, at, delivery.event).map((plugin) => {
    const known = plugin.name || plugin.endpoint;
    const ordinal = (seen.get(known) ?? 0) + 1;
    seen.set(known, ordinal);
    return { name: externalName(known, ordinal), plugin };
  });
}

/** Whose event it is: of a repository, or of an organisation alone. */
export function placeOf(events: readonly Event[]): Readonly<{ org: string; name: string | undefined }> | undefined {
  const repo = events.map((event) => event.repo).find((one) => one !== undefined);
  if (repo) return repo;
  const org = events.map((event) => (event.kind === 'other' ? event.org : undefined)).find((one) => one !== undefined && one !== '');
  return org === undefined ? undefined : { org, name: undefined };
}

/** Answers after which the same message may be taken later. */
const isBusy = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/**
 * Sends a delivery on (plugins-policy 1.10): the same bytes and headers, as `ProwHook`. No answer, and one of a service in trouble, throws
 * what is tried again; any other answer ends it, since the plugin has had the event. Gives what was done.
 */
export async function forward(
  { name, plugin }: Addressee, delivery: Delivery, { external, clock, log, metrics, mode, signal }: Readonly<{ external: ExternalDeps; clock: Clock; log: Log; metrics: Metrics; mode: 'act' | 'dry'; signal: AbortSignal }>,
): Promise<readonly string[]> {
  const shown = shownName(name);
  const about = log.child({ 'external-plugin': shown, 'event-type': delivery.event, 'event-GUID': delivery.id });
  if (mode === 'dry') {
    about.info({ endpoint: plugin.endpoint }, 'dry run: would have sent the event on');
    return [];
  }
  const started = clock.now();
  const counted = (result: string): void => {
    metrics.count('prow_external_plugin_deliveries', { plugin: shown, result });
    metrics.observe('prow_external_plugin_duration_seconds', (clock.now() - started) / 1000, { plugin: shown });
  };
  let answer: Awaited<ReturnType<ExternalPlugins['deliver']>>;
  try {
    answer = await external.plugins.deliver(plugin.endpoint, { headers: messageHeaders(delivery, external), body: delivery.body }, { signal });
  } catch (error) {
    if (!signal.aborted) counted('no answer');
    throw error;
  }
  const { status, text, retryAfterMs } = answer;
  counted(String(status));
  if (isBusy(status)) throw new RemoteError(`${shown} answered ${status}: ${text.slice(0, 200)}`, { service: 'external', status, retryAfterMs });
  if (status < 200 || status > 299) {
    about.error({ status, text }, 'an external plugin refused an event');
    return [`refused: ${status}`];
  }
  about.debug({ status }, 'event sent on');
  return ['sent'];
}

/** GitHub's headers; where they are lost, or the body is no longer byte for byte what was signed, they are made anew. */
export function messageHeaders(delivery: Delivery, { secrets }: Pick<ExternalDeps, 'secrets'>): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    ...delivery.headers, 'content-type': 'application/json', 'x-github-event': delivery.event, 'x-github-delivery': delivery.id, 'user-agent': 'ProwHook',
  };
  const tokens = secrets ? tokensFor(secrets.value(), signerOf(parseObject(delivery.body))) : [];
  const [newest] = tokens.slice(-1);
  if (newest !== undefined && !verified(delivery.body, headers['x-hub-signature-256'] ?? '', tokens)) {
    headers['x-hub-signature-256'] = sign(delivery.body, newest);
    delete headers['x-hub-signature'];
  }
  return headers;
}

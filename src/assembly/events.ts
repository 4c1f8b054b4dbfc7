import { existsSync } from 'node:fs';
import { createExternalPlugins } from '../adapters/externalPlugins.js';
import { secretFile } from '../adapters/secrets.js';
import type { Settings } from '../cli/settings.js';
import { parseHmacSecrets, type HmacSecrets } from '../config/hmac.js';
import { mayAct } from './config.js';
import type { Clock } from '../core/ports/clock.js';
import type { ExternalPlugins } from '../core/ports/external.js';
import type { Log } from '../core/ports/log.js';
import type { Metrics } from '../core/ports/metrics.js';
import type { Secret } from '../core/ports/secrets.js';
import type { HandlingDeps } from '../handlers/dispatch.js';

/** What webhooks need on their way in and on. */
export interface EventSide {
  readonly plugins: ExternalPlugins;
  /** The webhook secrets; undefined in a worker that was given none. */
  readonly secrets: Secret<HmacSecrets> | undefined;
  readonly handling: Pick<HandlingDeps, 'external' | 'enabled'>;
  /** Brings the metrics of the secrets up to date. */
  look(): void;
}

/** Opens it. Throws ConfigError for secrets that cannot be read; a worker needs none. */
export function openEventSide(settings: Settings, { censor, clock, log, metrics }: Readonly<{ censor: Readonly<{ add(text: string): void }>; clock: Clock; log: Log; metrics: Metrics }>): EventSide {
  const { hmacSecretFile: path, components, role } = settings;
  const takesWebhooks = components.has('hook') && role !== 'worker';
  const parse = (text: string): HmacSecrets => {
    const secret = parseHmacSecrets(text);
    for (const token of [...secret.values()].flat()) censor.add(token);
    return secret;
  };
  const secrets = takesWebhooks || (components.has('hook') && path !== '' && existsSync(path)) ? secretFile(path, { clock, log, parse }) : undefined;
  const plugins = createExternalPlugins();
  return {
    plugins,
    secrets,
    handling: { external: { plugins, secrets }, enabled: mayAct(settings) },
    look: () => { if (secrets) metrics.set('prow_webhook_secrets_broken', secrets.broken() ? 1 : 0); },
  };
}

import { RemoteError } from '../core/errors.js';
import type { SlackMessages } from '../core/ports/slack.js';

export interface SlackOptions {
  /** `https://slack.com/api` */
  readonly endpoint: string;
  /** The token of a workspace; `*` is the usual one. */
  readonly token: (host: string) => string | undefined;
  readonly mode: 'act' | 'dry';
}

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']);

/** Posts to Slack as upstream does (jobs 10.4), but the token goes into a header, where no log keeps it. */
export function createSlackMessages({ endpoint, token, mode }: SlackOptions): SlackMessages {
  return {
    async post({ host, channel, text }, { signal }) {
      const secret = token(host);
      if (secret === undefined) throw new RemoteError(`there is no Slack token for ${host === '*' ? 'the usual workspace (--slack-token-file)' : `${host} (--additional-slack-token-files)`}`, { service: 'slack', retry: 'never' });
      if (mode === 'dry') return;
      let answer: Response;
      try {
        answer = await fetch(`${endpoint}/chat.postMessage`, {
          method: 'POST', signal, redirect: 'error',
          headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ username: 'prow', icon_emoji: ':prow:', channel, text }).toString(),
        });
      } catch (cause) {
        signal.throwIfAborted();
        throw new RemoteError('Slack does not answer', { service: 'slack', cause });
      }
      const seconds = Number(answer.headers.get('retry-after'));
      const retryAfterMs = seconds > 0 ? seconds * 1_000 : undefined;
      const body = (await answer.json().catch(() => ({}))) as { ok?: boolean; error?: string };
      if (answer.ok && body.ok === true) return;
      const error = body.error ?? `status ${answer.status}`;
      const passes = answer.status === 429 || answer.status >= 500 || PASSING.has(error);
      throw new RemoteError(`Slack refused a message to ${channel}: ${error}`, { service: 'slack', status: answer.status, retry: passes ? 'later' : 'never', retryAfterMs });
    },
  };
}

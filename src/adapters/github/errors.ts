import { NotFoundError, PermissionError, RemoteError } from '../../core/errors.js';

/** What GitHub answered, reduced to what errors are made of. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly what: string;
}

/** When GitHub asks for a pause: milliseconds since the epoch until which nothing should be sent; undefined when it does not. */
export function pauseUntil({ status, message, headers }: Omit<Refusal, 'what'>, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after']);
  // One second more than asked for: clocks differ, and a second refusal prolongs the pause.
  if (Number.isFinite(after) && after > 0) return now + (after + 1) * 1_000;
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']);
    if (Number.isFinite(reset)) return Math.max(now, reset * 1_000) + 1_000;
  }
  if (status === 429 || /secondary rate limit|abuse detection/i.test(message)) return now + 60_000;
  return undefined;
}

/** The permission that an App lacks, as app.yml writes it: `contents: write`. */
function permissionOf(headers: Refusal['headers']): string | undefined {
  const accepted = headers['x-accepted-github-permissions'];
  return accepted?.split(';')[0]?.split(',').map((one) => one.trim().replace('=', ': ')).join(', ');
}

/** The error of a refused call; never for answers that ask for a pause. */
export function errorOf({ status, message, headers, what }: Refusal): RemoteError {
  const text = `GitHub refused ${what}: ${status} ${message}`;
  if (status === 404) return new NotFoundError(text, { service: 'github' });
  if (status === 403) {
    const permission = permissionOf(headers);
    if (/not accessible by integration/i.test(message)) {
      return new PermissionError(`the App lacks the permission ${permission ?? '(GitHub does not say which)'}: ${text}`, { service: 'github', permission });
    }
    const [wanted, have] = [headers['x-accepted-oauth-scopes'], headers['x-oauth-scopes']].map((list) => (list ?? '').split(',').map((scope) => scope.trim()).filter((scope) => scope !== ''));
    if (wanted && wanted.length > 0 && !wanted.some((scope) => have?.includes(scope))) {
      return new PermissionError(`the token has the scopes ${have?.join(', ') || '(none)'}, and one of ${wanted.join(', ')} is needed: ${text}`, { service: 'github', permission: wanted.join(', ') });
    }
    return new PermissionError(text, { service: 'github' });
  }
  return new RemoteError(text, { service: 'github', status, retry: status >= 500 || status === 401 || status === 409 ? 'later' : 'never' });
}

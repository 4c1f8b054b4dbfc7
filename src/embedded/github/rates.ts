import { iso, type Hub } from './hub.js';
import { rateIdentity } from './auth.js';
import { ApiError } from './hub.js';
import type { Who } from './state/people.js';

export type Resource = 'core' | 'search' | 'graphql';
export type Limits = Readonly<Record<Resource, number>>;

/** GitHub's own limits per hour; search is per minute. */
export const defaultLimits: Limits = { core: 5000, search: 30, graphql: 5000 };
const windows: Readonly<Record<Resource, number>> = { core: 3_600_000, search: 60_000, graphql: 3_600_000 };

export interface RateView { readonly limit: number; readonly remaining: number; readonly used: number; readonly reset: number; readonly resource: Resource }

export interface Rates {
  view(who: Who, resource: Resource): RateView;
  /** Throws GitHub's refusal where nothing is left. */
  check(who: Who, resource: Resource): void;
  spend(who: Who, resource: Resource, points?: number): void;
  headers(who: Who, resource: Resource): Record<string, string>;
}

export function createRates(hub: Hub, { limits, exhaustedUntil }: { limits: Limits; exhaustedUntil: () => number | undefined }): Rates {
  const limitOf = (who: Who, resource: Resource): number => (who.kind === 'anonymous' ? (resource === 'search' ? 10 : 60) : limits[resource]);
  function window(who: Who, resource: Resource): { used: number; resetAt: number } {
    const name = `${rateIdentity(who)} ${resource}`;
    const known = hub.state.rates.get(name);
    if (known && known.resetAt > hub.now()) return known;
    const fresh = { used: 0, resetAt: hub.now() + windows[resource] };
    hub.state.rates.set(name, fresh);
    return fresh;
  }
  const out = (): number | undefined => {
    const until = exhaustedUntil();
    return until !== undefined && until > hub.now() ? until : undefined;
  };
  function view(who: Who, resource: Resource): RateView {
    const { used, resetAt } = window(who, resource);
    const limit = limitOf(who, resource);
    const until = out();
    if (until !== undefined) return { limit, used: limit, remaining: 0, reset: Math.ceil(until / 1000), resource };
    return { limit, used: Math.min(used, limit), remaining: Math.max(0, limit - used), reset: Math.ceil(resetAt / 1000), resource };
  }
  const headers: Rates['headers'] = (who, resource) => {
    const { limit, remaining, used, reset } = view(who, resource);
    return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-used': String(used), 'x-ratelimit-reset': String(reset), 'x-ratelimit-resource': resource };
  };
  return {
    view, headers,
    check(who, resource) {
      if (view(who, resource).remaining > 0) return;
      const subject = who.kind === 'installation' ? `installation ID ${String(who.installationId)}` : who.kind === 'anonymous' ? '127.0.0.1' : `user ID ${who.login}`;
      throw new ApiError(403, `API rate limit exceeded for ${subject}.`, { documentation_url: 'https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting', reset: iso(view(who, resource).reset * 1000) }, headers(who, resource));
    },
    spend(who, resource, points = 1) { window(who, resource).used += points; },
  };
}

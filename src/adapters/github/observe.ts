import type { Event } from '../../core/event.js';
import type { AnswerCache } from './cache.js';
import { factGroups } from './facts.js';

/** Makes remembered facts stale, or true again, by what GitHub tells: no fact outlives the event that changes it. */
export async function observe(event: Event, cache: Pick<AnswerCache, 'forget'>): Promise<void> {
  if (event.kind !== 'other') return;
  switch (event.name) {
    case 'member': case 'repository': case 'public': {
      if (event.repo) await cache.forget(factGroups.repo(event.repo));
      return;
    }
    case 'membership': case 'organization': case 'team': case 'team_add': {
      if (event.org !== undefined) await cache.forget(factGroups.org(event.org));
      if (event.repo) await cache.forget(factGroups.repo(event.repo));
      return;
    }
    default:
  }
}

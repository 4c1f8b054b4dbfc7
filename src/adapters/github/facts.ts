import type { Repo } from '../../core/ids.js';
import type { AnswerCache } from './cache.js';
import type { Http } from './http.js';

/** What reads of whatever kind rest on. */
export interface FactDeps {
  readonly http: Http;
  readonly cache: AnswerCache;
}

/** Names of groups of facts, so that an event can make them stale. */
export const factGroups = {
  org: (org: string): string => `org:${org.toLowerCase()}`,
  repo: ({ org, name }: Repo): string => `repo:${org.toLowerCase()}/${name.toLowerCase()}`,
  self: 'self',
} as const;

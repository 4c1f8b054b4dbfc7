import { RemoteError } from '../../core/errors.js';
import type { Event } from '../../core/event.js';
import type { Checks } from '../../core/ports/checks.js';
import type { Deliveries } from '../../core/ports/deliveries.js';
import type { GitHubReads, GitHubWrites, Identity, Opts } from '../../core/ports/github.js';
import { createAuth } from './auth.js';
import { createBases } from './bases.js';
import { createCache } from './cache.js';
import { createChecks } from './checks.js';
import { createDeliveries, tokenHooks } from './deliveries.js';
import { factGroups } from './facts.js';
import { createHttp, type Http } from './http.js';
import { createMerging } from './merging.js';
import { observe } from './observe.js';
import type { Merging } from '../../core/ports/merging.js';
import type { GitHubOptions } from './options.js';
import { createPacing } from './pacing.js';
import { createReads, identityOf } from './reads.js';
import { createWrites } from './writes.js';

/** What the App may do and is told, as GitHub has it. */
export interface Granted {
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

export interface GitHub {
  /** Reads and writes that are accounted to a plugin. */
  forPlugin(name: string): GitHubReads & GitHubWrites;
  readonly http: Http;
  readonly deliveries: Deliveries;
  /** GitHub as Tide needs it. */
  readonly merging: Merging;
  /** Results of jobs. */
  readonly checks: Checks;
  identity(options: Opts): Promise<Identity>;
  /** Learns from an event what is remembered no longer holds. */
  observe(event: Event): Promise<void>;
  gitCredentials(org: string, signal: AbortSignal): Promise<{ readonly user: string; readonly password: string } | undefined>;
  /** Names of an organisation's or user's repositories; empty where they cannot be listed. Asked once an hour. */
  repositories(org: string, options: Opts): Promise<readonly string[]>;
  /** undefined with a personal token. */
  granted(options: Opts): Promise<Granted | undefined>;
}

/** The one client of a process. `enabled`: keys of plugins.yaml, whose hooks are looked at with a personal token. */
export function createGitHub(options: GitHubOptions & { readonly enabled: () => readonly string[] }): GitHub {
  const { redis, prefix, clock, auth } = options;
  const cache = createCache({ redis, prefix, clock });
  const identity = createAuth(options);
  const http = createHttp({ ...options, identity, cache, pacing: createPacing({ redis, prefix, clock }) });
  const bases = createBases();
  const deps = { http, cache, kind: auth.kind, bases } as const;
  /** Also tells the metrics which account a token belongs to. */
  async function self(plugin: string, signal: AbortSignal): Promise<Identity> {
    const found = await identityOf(deps, plugin, signal);
    const { hash } = await identity.for(undefined, signal);
    const email = auth.kind === 'app' ? `${found.slug}@users.noreply.github.com` : '';
    options.metrics.set('github_user_info', 1, { token_hash: hash, login: found.login, email });
    return found;
  }
  return {
    http,
    forPlugin: (name) => ({ ...createReads(deps, name), ...createWrites(http, name) }),
    deliveries: createDeliveries({ http, hooks: auth.kind === 'app' ? async () => [{ org: undefined, path: '/app/hook' }] : tokenHooks(http, options.enabled) }),
    merging: createMerging({ http, identity: ({ signal }) => identityOf(deps, 'tide', signal) }),
    checks: createChecks(http),
    identity: ({ signal }) => self('prow', signal),
    observe: (event) => { http.unshare(); bases.observe(event); return observe(event, cache); },
    gitCredentials: (org, signal) => identity.gitCredentials(org, signal),
    repositories: (org, options) =>
      cache.fact(factGroups.org(org), 'repositories', 3_600_000, async (signal) => {
        for (const kind of ['orgs', 'users']) {
          try {
            return (await http.pages<{ name: string }>({ method: 'GET', route: `/${kind}/{org}/repos`, params: { org }, org, plugin: 'help', priority: 'read', signal })).map(({ name }) => name);
          } catch (error) {
            if (!(error instanceof RemoteError && error.retry === 'never')) throw error;
          }
        }
        return [];
      }, options.signal),
    async granted({ signal }) {
      if (auth.kind !== 'app') return undefined;
      const { data } = await http.call({ method: 'GET', route: '/app', org: undefined, plugin: 'prow', priority: 'read', signal });
      const { permissions = {}, events = [] } = data as Partial<Granted>;
      return { permissions, events };
    },
  };
}

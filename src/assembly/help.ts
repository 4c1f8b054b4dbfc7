import { mayAct } from './config.js';
import type { Settings } from '../cli/settings.js';
import type { ConfigSource, Snapshot } from '../config/snapshot.js';
import { externalPluginsOf } from '../config/plugins/entries.js';
import { parseSlug, type Repo } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { ExternalPlugins } from '../core/ports/external.js';
import type { Log } from '../core/ports/log.js';
import type { HelpDocument, PluginHelp } from '../core/helpDocument.js';
import { externalHelp, helpDocument, isSlug } from '../handlers/help.js';
import type { Plugin } from '../handlers/plugin.js';
import type { InRepo } from '../web/catalogue.js';

export interface HelpSideDeps {
  readonly config: ConfigSource;
  readonly plugins: readonly Plugin[];
  readonly settings: Pick<Settings, 'enabled'>;
  /** Names of an organisation's, else a user's, repositories. */
  readonly repositories: (org: string, options: Readonly<{ signal: AbortSignal }>) => Promise<readonly string[]>;
  readonly external: Pick<ExternalPlugins, 'help'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly waitMs?: number;
}

/** The help of all plugins, without anybody waiting for what has been asked before (K36). */
export interface HelpSide {
  document(): Promise<HelpDocument>;
  inRepo(slug: string): InRepo | undefined;
  stop(): void;
}

/** A page waits no longer for what is not known yet; it comes with the next one. */
const WAIT_MS = 1_000;
const REPOS_MS = 3_600_000;
const HELP_MS = 60_000;
/** What could not be had is asked for again after this long; what was had before stays that long. */
const RETRY_MS = 10_000;
const STALE_MS = 1_800_000;
const LOAD_MS = 30_000;

interface Remembered<T> {
  /** What is known, after a wait where nothing is. */
  get(): Promise<T | undefined>;
}

interface Rules<T> {
  readonly load: (signal: AbortSignal) => Promise<T>;
  readonly freshMs: number;
  readonly staleMs: number;
  readonly waitMs: number;
  readonly clock: Clock;
  readonly ended: AbortSignal;
  readonly failed: (err: unknown) => void;
}

/** Keeps a value, and reads it again behind everybody's back once it is old. */
export function remembered<T>({ load, freshMs, staleMs, waitMs, clock, ended, failed }: Rules<T>): Remembered<T> {
  let known: Readonly<{ value: T; at: number }> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  const refresh = async (): Promise<void> => {
    try {
      known = { value: await load(AbortSignal.any([ended, AbortSignal.timeout(LOAD_MS)])), at: clock.now() };
    } catch (err) {
      failedAt = clock.now();
      if (!ended.aborted) failed(err);
    } finally {
      loading = undefined;
    }
  };
  return {
    async get() {
      const now = clock.now();
      if (known === undefined || now - known.at >= freshMs) {
        if (loading === undefined && now - failedAt >= RETRY_MS) loading = refresh();
      }
      if (known === undefined && loading !== undefined) await atMost(waitMs, loading);
      return known !== undefined && clock.now() - known.at < staleMs ? known.value : undefined;
    },
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => { timer = setTimeout(resolve, ms); })]);
  clearTimeout(timer);
}

/** Opens the help pages' memory. */
export function openHelp({ config, plugins, settings, repositories, external, clock, log, waitMs = WAIT_MS }: HelpSideDeps): HelpSide {
  const ending = new AbortController();
  const about = { waitMs, clock, ended: ending.signal };
  const may = mayAct(settings);
  const orgs = new Map<string, Remembered<readonly string[]>>();
  const helps = new Map<string, Remembered<PluginHelp>>();

  const reposOf = (org: string): Remembered<readonly string[]> => {
    const found = orgs.get(org) ?? remembered({ ...about, freshMs: REPOS_MS, staleMs: Infinity, load: (signal) => repositories(org, { signal }), failed: (err) => { log.info({ err, org }, 'an organisation could not be listed; its repositories are missing in the help'); } });
    orgs.set(org, found);
    return found;
  };

  async function helpOfExternals(now: Snapshot, repos: readonly Repo[]): Promise<Readonly<Record<string, PluginHelp>>> {
    const all = externalPluginsOf(now.plugins);
    const asked = await Promise.all([...all].map(async ([name, plugin]) => {
      const key = `${name} ${plugin.endpoint}`;
      const load = async (signal: AbortSignal): Promise<PluginHelp> => externalHelp(await external.help(plugin.endpoint, repos.filter((repo) => inRepoOf(now, repo).external.includes(name)), { signal }), plugin.events);
      const one = helps.get(key) ?? remembered({ ...about, freshMs: HELP_MS, staleMs: STALE_MS, load, failed: (err) => { log.info({ err, 'external-plugin': name }, 'an external plugin gave no help'); } });
      helps.set(key, one);
      const help = await one.get();
      return help ? [[name, help] as const] : [];
    }));
    for (const key of helps.keys()) if (![...all].some(([name, { endpoint }]) => key === `${name} ${endpoint}`)) helps.delete(key);
    return Object.fromEntries(asked.flat());
  }

  const inRepoOf = (now: Snapshot, repo: Repo): InRepo =>
    may(repo) ? { plugins: now.pluginsFor(repo), external: [...externalPluginsOf(now.plugins, repo).keys()] } : { plugins: [], external: [] };

  return {
    async document() {
      const now = config.current();
      const keys = [...new Set([...now.enabled.keys(), ...Object.keys(now.plugins.external_plugins)])];
      const named = keys.filter((key) => !key.includes('/'));
      const listed = new Map(await Promise.all(named.map(async (org) => [org, (await reposOf(org).get()) ?? []] as const)));
      for (const org of orgs.keys()) if (!named.includes(org)) orgs.delete(org);
      const repos = helpDocument(now, [], listed).AllRepos.filter(isSlug).map((slug) => parseSlug(slug));
      return helpDocument(now, plugins, listed, await helpOfExternals(now, repos));
    },
    inRepo: (slug) => (isSlug(slug) ? inRepoOf(config.current(), parseSlug(slug)) : undefined),
    stop: () => { ending.abort(); },
  };
}

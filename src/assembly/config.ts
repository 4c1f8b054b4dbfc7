import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { followConfigRepo, type ConfigRepo } from '../adapters/configRepo.js';
import { createTip } from '../adapters/configRepoTip.js';
import { createMirrors, type MirrorOptions } from '../adapters/git/mirror.js';
import type { GitHub } from '../adapters/github/client.js';
import type { ConfigRepoSettings } from '../cli/configFlags.js';
import type { Settings } from '../cli/settings.js';
import type { ConfigSource, Snapshot } from '../config/snapshot.js';
import { watchConfig, type Ticker, type WatchedConfig } from '../config/watch.js';
import { slug } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { Feed } from '../core/ports/feed.js';
import type { Log } from '../core/ports/log.js';
import type { ConfigStatus } from '../web/configStatus.js';

const LOOK_MS = 1_000;

/** Looks at files again and again. */
export const every: Ticker = (tick) => {
  const timer = setInterval(() => { void tick(); }, LOOK_MS);
  return { stop: () => { clearInterval(timer); } };
};

const after = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms).unref();
  return { stop: () => { clearTimeout(timer); } };
};

/** Where decoded job files are kept for the next start. */
function cacheDir({ stateDir }: Pick<Settings, 'stateDir'>): string {
  return join(stateDir, 'decoded');
}

/** Follows the files that the flags name. Throws ConfigError for broken ones. */
export function watchFiles(settings: Settings, { log }: Readonly<{ log: Log }>): Promise<WatchedConfig> {
  return watchConfig(
    {
      configPath: settings.configPath, jobConfigPath: settings.jobConfigPath, pluginConfigPath: settings.pluginConfigPath,
      supplementalProwConfigDirs: settings.supplemental.prowDirs, supplementalProwConfigSuffix: settings.supplemental.prowSuffix,
      supplementalPluginConfigDirs: settings.supplemental.pluginDirs, supplementalPluginConfigSuffix: settings.supplemental.pluginSuffix,
    },
    { log, every, cacheDir: cacheDir(settings) },
  );
}

/** Follows `--config-repo`. Its checkouts lie apart by repository, branch and paths: what other flags made is not taken for good. Throws ConfigError. */
export function followRepo(from: ConfigRepoSettings, { stateDir, supplemental }: Settings, { github, git, log }: Readonly<{ github: Pick<GitHub, 'http'>; git: MirrorOptions; log: Log }>): Promise<ConfigRepo> {
  const { repo, branch, ...paths } = from;
  const suffixes = { prow: supplemental.prowSuffix, plugin: supplemental.pluginSuffix };
  const key = createHash('sha256').update(JSON.stringify([slug(repo).toLowerCase(), branch, paths, suffixes])).digest('hex').slice(0, 12);
  const dir = join(stateDir, 'config');
  return followConfigRepo({ repo, branch, paths, suffixes, dir: join(dir, `${repo.org}--${repo.name}--${key}`.toLowerCase()) }, {
    tip: createTip({ repo, branch }, { http: github.http, clock: git.clock }),
    // Of the history only the tip: a configuration needs nothing else.
    mirrors: createMirrors({ ...git, dir: join(dir, 'git'), depth: 1 }), clock: git.clock, log, every, after, cacheDir: cacheDir({ stateDir }),
  });
}

/** Looks at the repository whenever any process hears of a push. Ends with the signal. */
export async function hearOfPushes(repo: ConfigRepo, { feed, signal }: Readonly<{ feed: Pick<Feed, 'subscribe'>; signal: AbortSignal }>): Promise<void> {
  for await (const { topic, key } of feed.subscribe({ signal })) if (topic === 'config') void repo.look(key);
}

/** What is in force, as pages and metrics show it. */
export function configStatus(config: WatchedConfig, repo: ConfigRepo | undefined, since: number): ConfigStatus {
  const broken = config.problem();
  const problem = broken === undefined || repo ? broken : `the newest files are broken, the last good ones stay in force:\n${broken}`;
  return { source: repo?.source() ?? 'files', revision: repo?.commit() ?? config.current().revision, since, problem, remark: repo?.remark() };
}

/** Tells open pages when another configuration is in force, or when something keeps a newer one out. */
export function tellOfChanges(status: () => ConfigStatus, { feed, clock }: Readonly<{ feed: Pick<Feed, 'publish'>; clock: Clock }>): Readonly<{ stop(): void }> {
  const look = (): string => { const { revision, problem, remark } = status(); return JSON.stringify([revision, problem, remark]); };
  let told = look();
  return every(async () => {
    const now = look();
    if (now !== told) feed.publish({ topic: 'config-status', key: status().revision, at: clock.now(), text: 'configuration' });
    told = now;
  });
}

type Place = Readonly<{ org: string; name: string | undefined }>;

/** Whether the flags let this installation act somewhere (plugins-policy 1.1); names are compared as GitHub does, without case. */
export function mayAct({ enabled: { orgs, repos, notOrgs, notRepos } }: Pick<Settings, 'enabled'>): (at: Place) => boolean {
  const [allowed, denied] = [[...orgs, ...repos], [...notOrgs, ...notRepos]].map((names) => new Set(names.map((name) => name.toLowerCase())));
  return ({ org, name }) => {
    const keys = [org, ...(name === undefined ? [] : [`${org}/${name}`])].map((key) => key.toLowerCase());
    return (allowed?.size === 0 || keys.some((key) => allowed?.has(key))) && !keys.some((key) => denied?.has(key));
  };
}

/** The configuration as this installation may act on it: repositories that the flags switch off have no plugins. */
export function restricted(source: ConfigSource, settings: Pick<Settings, 'enabled'>): ConfigSource {
  const may = mayAct(settings);
  if (Object.values(settings.enabled).every((names) => names.length === 0)) return source;
  const seen = new WeakMap<Snapshot, Snapshot>();
  return {
    problem: () => source.problem(),
    current() {
      const snapshot = source.current();
      const known = seen.get(snapshot);
      if (known) return known;
      const made: Snapshot = { ...snapshot, pluginsFor: (repo) => (may(repo) ? snapshot.pluginsFor(repo) : []) };
      seen.set(snapshot, made);
      return made;
    },
  };
}

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFiles } from '../config/configFiles.js';
import { watchConfig, type WatchDeps, type WatchedConfig } from '../config/watch.js';
import { ConfigError } from '../core/errors.js';
import type { Event } from '../core/event.js';
import { sameLogin, slug, type Repo } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import { openCheckouts } from './configRepoCheckouts.js';
import { checkOut, dropRefs } from './configRepoCommit.js';
import { layoutOf, type ConfigPaths, type Layout } from './configRepoFiles.js';
import { createLooks, type Looked, type LooksDeps } from './configRepoLooks.js';
import type { Tip } from './configRepoTip.js';
import type { Mirrors } from './git/mirror.js';

export interface ConfigRepoOptions {
  readonly repo: Repo;
  /** undefined: the default branch. */
  readonly branch: string | undefined;
  readonly paths: ConfigPaths;
  readonly suffixes: Readonly<{ prow: string; plugin: string }>;
  /** Folder of the checkouts, for this repository, branch and these paths alone. */
  readonly dir: string;
}

export interface ConfigRepoDeps extends WatchDeps, LooksDeps {
  /** Asks GitHub for the newest commit. */
  readonly tip: Readonly<{ find(signal: AbortSignal): Promise<Tip>; forget(): void }>;
  readonly mirrors: Mirrors;
  readonly clock: Clock;
}

/** A configuration that follows a branch. */
export interface ConfigRepo extends WatchedConfig {
  /** Looks at the branch at once. `wanted`: the commit that an event named, which GitHub may show a moment late. Never throws. */
  look(wanted?: string): Promise<void>;
  /** The commit that an event brings to the branch, the empty text where the event does not say which; undefined for one that does not concern it. */
  concerns(event: Event): string | undefined;
  /** Why the branch cannot be asked; what is in force goes on. */
  remark(): string | undefined;
  /** `org/repo@branch`. */
  source(): string;
  /** The commit whose configuration is in force. */
  commit(): string;
}

const TIP_MS = 60_000;
/** With an earlier checkout a start waits no longer for GitHub. */
const START_MS = 20_000;
/** So much of a commit's name is shown to people. */
const SHOWN = 12;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Rejects when the work takes too long, whatever it waits for. */
function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>, ended: AbortSignal): Promise<T> {
  const late = new AbortController();
  const signal = AbortSignal.any([late.signal, ended]);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { late.abort(new Error(`no answer within ${ms / 1_000} s`)); }, ms);
    signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true });
    work(signal).then(resolve, reject).finally(() => { clearTimeout(timer); });
  });
}

/** The files of a checkout, by the link that always leads to the current one. */
function filesIn(link: string, layout: Layout, { paths, suffixes }: Pick<ConfigRepoOptions, 'paths' | 'suffixes'>): ConfigFiles {
  const at = (path: string): string => join(link, path);
  return {
    configPath: at(layout.configPath), pluginConfigPath: at(layout.pluginConfigPath), jobConfigPath: layout.jobConfigPath === undefined ? undefined : at(layout.jobConfigPath),
    supplementalProwConfigDirs: paths.prowDirs.map(at), supplementalProwConfigSuffix: suffixes.prow, supplementalPluginConfigDirs: paths.pluginDirs.map(at), supplementalPluginConfigSuffix: suffixes.plugin,
  };
}

/**
 * The configuration of a repository at a branch: a commit's files are written beside the earlier ones, a link is swapped, and the watcher of
 * files does the rest: a broken version leaves the last good one in force. Starts from the last good checkout and then looks; throws a
 * ConfigError where there is none and GitHub cannot be asked, or where the first configuration is broken.
 */
export async function followConfigRepo(options: ConfigRepoOptions, { tip, mirrors, clock, after, log: parent, every, cacheDir }: ConfigRepoDeps): Promise<ConfigRepo> {
  const { repo, paths, dir } = options;
  const log = parent.child({ configRepo: slug(repo) });
  const ended = new AbortController();
  const { signal } = ended;
  await mkdir(dir, { recursive: true });
  const checkouts = openCheckouts(dir, { clock });
  const deps = { mirrors, checkouts, signal };
  const good = await checkouts.at('good');

  /** The default branch is remembered for starts without GitHub. */
  const branchFile = join(dir, 'branch');
  let branch = options.branch ?? (await readFile(branchFile, 'utf8').catch(() => undefined));
  let inForce = good ?? '';
  /** The newest commit that was dealt with, and why it was not even made the current one. */
  let seen: Readonly<{ sha: string; refused: string | undefined }> | undefined;
  let away: Readonly<{ since: number; text: string }> | undefined;

  /** Error texts name paths as the repository has them. */
  const short = (text: string): string => text.replaceAll(`${checkouts.link}/`, '');
  const watch = (layout: Layout): Promise<WatchedConfig> => watchConfig(filesIn(checkouts.link, layout, options), { log, every, cacheDir });
  const askTip = async (): Promise<string> => {
    const found = await within(TIP_MS, tip.find, signal);
    if (branch !== found.branch || seen === undefined) await writeFile(branchFile, found.branch);
    branch = found.branch;
    return found.sha;
  };

  /** The last good checkout, without asking anybody; undefined where it cannot be loaded any more. */
  async function startFrom(sha: string): Promise<Readonly<{ config: WatchedConfig; layout: Layout }> | undefined> {
    await checkouts.point('current', sha);
    try {
      const layout = layoutOf(paths, (path) => existsSync(join(dir, sha, path)));
      return { config: await watch(layout), layout };
    } catch (err) {
      if (!(err instanceof ConfigError)) throw err;
      log.warn({ err, revision: sha }, 'the last good checkout cannot be loaded');
      return undefined;
    }
  }

  async function startNew(): Promise<Readonly<{ config: WatchedConfig; layout: Layout }>> {
    const sha = await askTip().catch((error: unknown) => {
      throw new ConfigError([`the configuration of ${slug(repo)} cannot be read, and there is no earlier checkout of it in ${dir}: ${textOf(error)}`]);
    });
    try {
      const layout = await checkOut(repo, sha, paths, deps);
      await checkouts.point('current', sha);
      const config = await watch(layout);
      seen = { sha, refused: undefined };
      return { config, layout };
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(error.problems.map((problem) => `${slug(repo)}@${sha.slice(0, SHOWN)}: ${short(problem)}`));
      throw error;
    }
  }

  const { config, layout } = (good === undefined ? undefined : await startFrom(good)) ?? (await startNew());

  /** Loads what the link leads to. */
  async function load(sha: string): Promise<void> {
    await config.reload();
    const problem = config.problem();
    if (problem !== undefined) {
      log.error({ revision: sha, inForce, problem: short(problem) }, 'the configuration of this commit is broken, the last good one stays in force');
      return;
    }
    inForce = sha;
    await checkouts.point('good', sha);
    log.info({ revision: sha, branch }, 'the configuration is that of the branch');
  }

  /** Makes a commit the current one, or says why not. */
  async function take(sha: string): Promise<void> {
    try {
      const found = await checkOut(repo, sha, paths, deps);
      if (JSON.stringify(found) !== JSON.stringify(layout)) throw new ConfigError([`the configuration has moved from ${layout.configPath} to ${found.configPath}: a restart finds it there`]);
      await checkouts.point('current', sha);
      seen = { sha, refused: undefined };
    } catch (err) {
      if (!(err instanceof ConfigError)) throw err;
      seen = { sha, refused: err.message };
      log.error({ revision: sha, inForce, problem: err.message }, 'the configuration of this commit is broken, the last good one stays in force');
      return;
    }
    await load(sha);
  }

  async function once(wanted: string | undefined): Promise<Looked> {
    try {
      if (wanted === '') tip.forget(); // the default branch may be another one
      const sha = await askTip();
      const known = seen?.sha === sha && (seen.refused !== undefined || (await checkouts.at('current')) === sha);
      if (!known) await take(sha);
      away = undefined;
      if (known) return wanted === undefined || wanted === '' || wanted === sha ? 'same' : 'late';
    } catch (err) {
      if (!signal.aborted) {
        away = { since: away?.since ?? clock.now(), text: textOf(err) };
        log.warn({ err, inForce }, 'the repository of the configuration cannot be read, what is in force stays');
      }
      return 'away';
    }
    const kept = await checkouts.clean();
    await dropRefs(repo, { inForce, kept }, deps).catch((err: unknown) => { log.warn({ err }, 'old commits stay in the mirror'); });
    return 'new';
  }

  const looks = createLooks(once, { after, log });
  if (seen !== undefined) await load(seen.sha);
  else {
    let timer: NodeJS.Timeout | undefined;
    const long = new Promise<void>((resolve) => { timer = setTimeout(resolve, START_MS); });
    await Promise.race([looks.look(), long]);
    clearTimeout(timer);
    // The look goes on; that nobody has answered so far is to be seen.
    if (looks.busy()) away ??= { since: clock.now(), text: `no answer within ${START_MS / 1_000} s` };
  }
  looks.begin();

  return {
    current: () => config.current(),
    problem() {
      const found = seen?.refused ?? config.problem();
      return found === undefined ? undefined : `${slug(repo)}@${(seen?.sha ?? inForce).slice(0, SHOWN)} is broken, ${inForce.slice(0, SHOWN)} stays in force:\n${short(found)}`;
    },
    reload: () => config.reload(),
    onChange: (listener) => config.onChange(listener),
    look: looks.look,
    concerns(event) {
      if (event.repo === undefined || !sameLogin(event.repo.org, repo.org) || event.repo.name.toLowerCase() !== repo.name.toLowerCase()) return undefined;
      if (event.kind === 'push') return branch !== undefined && event.ref !== `refs/heads/${branch}` ? undefined : event.deleted ? '' : event.after;
      return event.kind === 'other' && event.name === 'repository' ? '' : undefined;
    },
    remark: () => (away === undefined ? undefined : `${slug(repo)} cannot be read since ${new Date(away.since).toISOString()}, ${inForce.slice(0, SHOWN)} stays in force: ${away.text}`),
    source: () => `${slug(repo)}@${branch ?? 'default branch'}`,
    commit: () => inForce,
    async [Symbol.asyncDispose]() {
      ended.abort(new Error('ended'));
      await looks.stop();
      await config[Symbol.asyncDispose]();
    },
  };
}

import type { Log } from '../core/ports/log.js';
import type { ConfigFiles } from './configFiles.js';
import { formatFinding } from './findings.js';
import { loaded } from './load.js';
import { openJobCache } from './read/cache.js';
import { createConfigReader, type Reading } from './read/reader.js';
import { TEXT_DEPS, type TextDeps } from './read/texts.js';
import type { ConfigSource, Snapshot } from './snapshot.js';

/** Something that calls again and again; the entry point hands in one made of a timer, tests call by hand. */
export type Ticker = (tick: () => Promise<void>) => Readonly<{ stop(): void }>;

export interface WatchDeps extends Partial<TextDeps> {
  readonly log: Log;
  readonly every: Ticker;
  /** A folder of our own, where what was decoded is kept for the next start; it is made where it is absent. */
  readonly cacheDir?: string | undefined;
}

/** A configuration that follows its files. */
export interface WatchedConfig extends ConfigSource, AsyncDisposable {
  /** Looks at the files at once; resolves when what they say is in force, or known to be broken. */
  reload(): Promise<void>;
  /** Calls a listener after every change; returns how to stop that. */
  onChange(listener: (now: Snapshot, before: Snapshot) => void): () => void;
}

/**
 * Loads the configuration and follows its files (config 2.4): at every tick their times and sizes are compared, and what changed is
 * read and takes effect at once, whole. A broken version leaves the last good one in force, and so does a load that fails for a
 * reason of its own. The first load must succeed; throws a ConfigError that names every fault with its place.
 */
export async function watchConfig(files: ConfigFiles, { log, every, cacheDir, readFile = TEXT_DEPS.readFile, now = TEXT_DEPS.now }: WatchDeps): Promise<WatchedConfig> {
  const reader = createConfigReader({ readFile, now, cache: cacheDir === undefined ? undefined : openJobCache(cacheDir) });
  let seen: Reading = await reader.read(files);
  let { snapshot } = loaded(seen);
  warn(seen, log);
  let problem: string | undefined;
  let running: Promise<void> = Promise.resolve();
  const listeners = new Set<(now: Snapshot, before: Snapshot) => void>();
  const broken = (err: unknown): void => {
    const text = err instanceof Error ? err.message : String(err);
    if (text !== problem) log.error({ err, prowConfig: files.configPath, jobConfig: files.jobConfigPath }, 'configuration is broken, the last good one stays in force');
    problem = text;
  };

  const tell = (listener: (now: Snapshot, before: Snapshot) => void, before: Snapshot): void => {
    try {
      listener(snapshot, before);
    } catch (err) {
      log.error({ err }, 'a listener to changes of the configuration failed');
    }
  };

  const look = async (): Promise<void> => {
    const reading = await reader.read(files);
    if (reading === seen && problem === undefined) return;
    seen = reading;
    const before = snapshot;
    ({ snapshot } = loaded(reading));
    problem = undefined;
    if (snapshot.revision === before.revision) return;
    log.info({ revision: snapshot.revision }, 'configuration changed');
    warn(reading, log);
    for (const listener of listeners) tell(listener, before);
  };
  const reload = (): Promise<void> => {
    running = running.then(look).catch(broken);
    return running;
  };
  const ticker = every(reload);

  return {
    current: () => snapshot,
    problem: () => problem,
    reload,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      ticker.stop();
      await running;
    },
  };
}

function warn({ findings }: Reading, log: Log): void {
  for (const warning of findings.warnings) log.warn({ place: formatFinding(warning) }, 'configuration warning');
}

/** A configuration that never changes. */
export function fixedConfig(snapshot: Snapshot): ConfigSource {
  return { current: () => snapshot, problem: () => undefined };
}

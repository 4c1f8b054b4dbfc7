import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../core/ports/log.js';
import type { ConfigFiles } from './configFiles.js';
import { formatFinding } from './findings.js';
import { loadConfig, type Loaded } from './load.js';
import type { ConfigSource, Snapshot } from './snapshot.js';

/** Something that calls again and again; the entry point hands in one made of a timer, tests call by hand. */
export type Ticker = (tick: () => Promise<void>) => Readonly<{ stop(): void }>;

export interface WatchDeps {
  readonly log: Log;
  readonly every: Ticker;
}

/** A configuration that follows its files. */
export interface WatchedConfig extends ConfigSource, AsyncDisposable {
  /** Looks at the files at once; resolves when what they say is in force, or known to be broken. */
  reload(): Promise<void>;
  /** Calls a listener after every change; returns how to stop that. */
  onChange(listener: (now: Snapshot, before: Snapshot) => void): () => void;
}

/**
 * Loads the configuration and follows its files: at every tick their times and sizes are compared, and after a change all is read
 * anew and takes effect at once, whole. A broken version leaves the last good one in force. The first load must succeed.
 */
export async function watchConfig(files: ConfigFiles, { log, every }: WatchDeps): Promise<WatchedConfig> {
  let seen = await fingerprint(files);
  let { snapshot }: Loaded = await firstLoad(files, log);
  let problem: string | undefined;
  let running: Promise<void> = Promise.resolve();
  const listeners = new Set<(now: Snapshot, before: Snapshot) => void>();

  const look = async (): Promise<void> => {
    const now = await fingerprint(files);
    if (now === seen) return;
    // Taken before reading: what changes meanwhile shows at the next look.
    seen = now;
    let loaded: Loaded;
    try {
      loaded = await loadConfig(files);
    } catch (err) {
      problem = err instanceof Error ? err.message : String(err);
      log.error({ err, prowConfig: files.configPath, jobConfig: files.jobConfigPath }, 'configuration is broken, the last good one stays in force');
      return;
    }
    problem = undefined;
    if (loaded.snapshot.revision === snapshot.revision) return;
    const before = snapshot;
    snapshot = loaded.snapshot;
    log.info({ revision: snapshot.revision }, 'configuration changed');
    for (const warning of loaded.warnings) log.warn({ place: formatFinding(warning) }, 'configuration warning');
    for (const listener of listeners) listener(snapshot, before);
  };
  const reload = (): Promise<void> => {
    running = running.then(look).catch((err: unknown) => log.error({ err }, 'configuration files cannot be looked at'));
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

async function firstLoad(files: ConfigFiles, log: Log): Promise<Loaded> {
  const loaded = await loadConfig(files);
  for (const warning of loaded.warnings) log.warn({ place: formatFinding(warning) }, 'configuration warning');
  return loaded;
}

/** Times and sizes of all files, links followed: a ConfigMap's swap of its link shows, too. */
async function fingerprint(files: ConfigFiles): Promise<string> {
  const roots = [files.configPath, files.jobConfigPath, files.pluginConfigPath, ...(files.supplementalProwConfigDirs ?? []), ...(files.supplementalPluginConfigDirs ?? [])];
  const marks: string[] = [];
  for (const root of roots) if (root !== undefined && root !== '') await mark(root, marks);
  return marks.join('\n');
}

async function mark(path: string, marks: string[]): Promise<void> {
  try {
    const found = await stat(path);
    marks.push(`${path} ${found.ino} ${found.mtimeMs} ${found.isDirectory() ? '' : found.size}`);
    if (!found.isDirectory()) return;
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const below = join(path, entry.name);
      // A link to a folder is not followed when jobs are read; it could lead back here.
      const skip = entry.name.startsWith('..') || (entry.isSymbolicLink() && (await stat(below)).isDirectory());
      if (!skip) await mark(below, marks);
    }
  } catch {
    marks.push(`${path} gone`);
  }
}

/** A configuration that never changes. */
export function fixedConfig(snapshot: Snapshot): ConfigSource {
  return { current: () => snapshot, problem: () => undefined };
}

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { openStorage } from '../adapters/storage/open.js';
import { createTideHistory } from '../adapters/tideHistory.js';
import { createTideMemory } from '../adapters/tideMemory.js';
import type { Settings } from '../cli/settings.js';
import type { Log } from '../core/ports/log.js';
import type { TideHistory } from '../core/ports/tide.js';
import { keepHistory } from '../tide/history.js';

/** Tide's history, and what brings it to `--history-uri`; without that flag it lives in Redis alone. */
export function openHistory({ history: wanted, jobs, redisPrefix: prefix }: Pick<Settings, 'history' | 'jobs' | 'redisPrefix'>, { redis, log }: Readonly<{ redis: Redis; log: Log }>): Readonly<{ history: TideHistory; keep: ((options: Readonly<{ signal: AbortSignal }>) => Promise<void>) | undefined }> {
  const history = createTideHistory({ redis, prefix, maxRecords: wanted?.maxRecords ?? 1_000 });
  const uri = wanted?.uri;
  if (uri === undefined) return { history, keep: undefined };
  // The operator named this file, so its folder is as good as one of `--storage-root`.
  const storage = openStorage({ roots: uri.startsWith('file:') ? [dirname(fileURLToPath(uri))] : [], clouds: jobs.clouds });
  const memory = createTideMemory({ redis, prefix });
  return { history, keep: (options) => keepHistory({ uri, storage, history, memory, log }, options) };
}

import type { Redis } from 'ioredis';
import type { Log } from '../../core/ports/log.js';
import { EPOCH_SCRIPT } from './scripts.js';
import { runIdOf, scriptOf } from './server.js';

export interface WatchDeps {
  /** A prompt client. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly uuid: () => string;
  readonly log: Log;
  readonly everyMs?: number;
  /**
   * Redis is there, and may have lost what it held: at start, when it was found empty or restarted, and when it was away.
   * Plants ticks and adds the recovery's key. Told again when it throws.
   */
  readonly onBack: (why: 'start' | 'new memory' | 'was away') => Promise<void>;
}

export interface RedisWatch extends AsyncDisposable {
  /** Why Redis cannot be used; undefined when it can. */
  problem(): string | undefined;
  /** Looks at once. */
  look(): Promise<void>;
}

/**
 * Looks at Redis again and again. It decides nothing: what it notices becomes keys on queues, and every process may notice.
 * A private timer it must be, because a schedule kept in Redis is lost together with Redis.
 */
export function watchRedis({ redis, prefix, uuid, log, everyMs = 2_000, onBack }: WatchDeps): RedisWatch {
  const runId = runIdOf(redis);
  const epoch = scriptOf(redis, 'prowEpoch', EPOCH_SCRIPT);
  let seen: string | undefined;
  let owed: Parameters<WatchDeps['onBack']>[0] | undefined = 'start';
  let down: string | undefined = 'not looked at yet';
  let looking: Promise<void> | undefined;

  const once = async (): Promise<void> => {
    let id: string;
    try {
      [id] = (await epoch(prefix, await runId(), uuid())) as [string];
    } catch (err) {
      const why = err instanceof Error ? err.message : String(err);
      if (down === undefined) log.warn({ err }, 'redis is away');
      down = why;
      owed ??= 'was away';
      return;
    }
    down = undefined;
    if (seen !== undefined && seen !== id) owed = 'new memory';
    if (owed === undefined) {
      seen = id;
      return;
    }
    const why = owed;
    try {
      await onBack(why);
      seen = id;
      if (owed === why) owed = undefined;
      log.info({ why, epoch: id }, 'redis is there');
    } catch (err) {
      log.warn({ err, why }, 'recovery not yet planted');
    }
  };
  const look = (): Promise<void> => (looking ??= once().finally(() => (looking = undefined)));
  const onReady = (): void => void look();
  redis.on('ready', onReady);
  const timer = setInterval(onReady, everyMs);
  return {
    problem: () => down,
    look,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      redis.off('ready', onReady);
      await looking;
    },
  };
}

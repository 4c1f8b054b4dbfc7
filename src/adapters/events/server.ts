import type { Redis } from 'ioredis';

/** Runs Lua by its digest; the client falls back to the whole text after a restart of the server. */
export type Script = (...args: readonly (string | number)[]) => Promise<unknown>;

/** Defines a script without keys on a client. */
export function scriptOf(redis: Redis, name: string, lua: string): Script {
  redis.defineCommand(name, { numberOfKeys: 0, lua });
  const command = (redis as unknown as Record<string, ((...args: readonly (string | number)[]) => Promise<unknown>) | undefined>)[name];
  if (command === undefined) throw new TypeError(`no command ${name}`);
  return (...args) => command.apply(redis, [...args]);
}

/** The run id of the server behind a client, asked once per connection: it tells a server that was restarted, perhaps with old data. */
export function runIdOf(redis: Redis): () => Promise<string> {
  let known: string | undefined;
  redis.on('close', () => {
    known = undefined;
  });
  return async () => {
    if (known !== undefined) return known;
    const info = await redis.info('server').catch((err: unknown) => {
      // A server that does not tell its run cannot be told from its predecessor; whether it is empty still shows.
      if (err instanceof Error && /^(NOPERM|ERR)/.test(err.message)) return '';
      throw err;
    });
    const run = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
    // A connection that was lost meanwhile has cleared it already; the next one asks again.
    if (redis.status === 'ready') known = run;
    return run;
  };
}

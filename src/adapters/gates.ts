import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { ObjectKey } from '../core/kube.js';
import type { Gates } from '../core/ports/gates.js';

/** All scopes or none; each scope's key holds the pass, `last` beside it what was started. */
const ENTER = `for i = 1, #KEYS do if redis.call('EXISTS', KEYS[i]) == 1 then return nil end end
local last = {}
for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]); last[i] = redis.call('GET', KEYS[i] .. ':last') or '' end
return last`;
const LEAVE = `for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('DEL', KEYS[i])
    if ARGV[2] ~= '' then redis.call('SET', KEYS[i] .. ':last', ARGV[2], 'PX', ARGV[3]) end
  end
end`;

/** A start takes a few calls; a pass whose holder died is free after so long. */
const HELD_MS = 30_000;
/** A start that does not show after so long in a copy of the cluster is no longer waited for. */
const LAST_MS = 60_000;
const POLL_MS = 50;

/** Serialises starts that count against limits, in Redis; losing it costs a limit's exactness for a moment, no job. */
export function createGates({ redis, prefix }: Readonly<{ redis: Redis; prefix: string }>): Gates {
  const gates: Gates = {
    async wait(scopes, options) {
      for (;;) {
        const pass = await gates.enter(scopes, options);
        if (pass) return pass;
        await setTimeout(POLL_MS, undefined, options);
      }
    },
    async enter(scopes, { signal }) {
      signal.throwIfAborted();
      const keys = scopes.map((scope) => `${prefix}:gate:${scope}`);
      const token = randomUUID();
      const last = (await redis.eval(ENTER, keys.length, ...keys, token, HELD_MS)) as (string | null)[] | null;
      if (last === null) return undefined;
      return {
        last: [...new Set(last)].filter((text) => text !== null && text !== '').map(keyOf),
        leave: async (started) => {
          await redis.eval(LEAVE, keys.length, ...keys, token, started ? `${started.namespace}/${started.name}` : '', LAST_MS);
        },
      };
    },
  };
  return gates;
}

function keyOf(text: string | null): ObjectKey {
  const [namespace = '', name = ''] = (text ?? '').split('/');
  return { namespace, name };
}

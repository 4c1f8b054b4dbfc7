// A worker process whose Redis goes away while it holds a job; told to stop, it must end by itself.
import { once } from 'node:events';
import { z } from 'zod';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { patientRedis } from '../../src/adapters/redis.js';
import { silentLog } from '../../src/core/ports/log.js';
import { defineQueue } from '../../src/core/queue.js';

const [url = '', prefix = ''] = process.argv.slice(2);
const def = defineQueue<Readonly<{ id: string }>, undefined>({
  name: 'sample',
  payload: z.strictObject({ id: z.string() }),
  dedupe: ({ id }) => id,
  retry: { attempts: 3, backoffMs: 1_000 },
  concurrency: 1,
  timeoutMs: 600_000,
  async process(_payload, _deps, { signal }) {
    process.stdout.write('held\n');
    await once(signal, 'abort');
    throw new Error('ended');
  },
});
const redis = patientRedis({ url, log: silentLog });
const connection = { redis, prefix, log: silentLog };
const worker = await startWorker(def, undefined, { connection, clock: { now: () => Date.now() } });
const adder = adderOf(def, connection);
await adder.add({ id: 'a' });
await once(process.stdin, 'data');
process.stdin.destroy();
await worker.stop({ graceMs: 0 });
await adder[Symbol.asyncDispose]();
redis.disconnect();

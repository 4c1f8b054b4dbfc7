// A worker process that takes one job of the queue `sample`, says so, and holds it until it is killed.
import { z } from 'zod';
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
  process: async ({ id }) => {
    process.stdout.write(`${id}\n`);
    await new Promise(() => {});
  },
});
await startWorker(def, undefined, { connection: { redis: patientRedis({ url, log: silentLog }), prefix, log: silentLog }, clock: { now: () => Date.now() } });

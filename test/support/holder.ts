// A worker process that takes one job of the queue `sample`, says so, and holds it until it is killed.
import { startWorker } from '../../src/adapters/queue/worker.js';
import { patientRedis } from '../../src/adapters/redis.js';
import { silentLog } from '../../src/core/ports/log.js';
import { sampleQueue } from './sampleQueue.js';

const [url = '', prefix = ''] = process.argv.slice(2);
const def = sampleQueue(async ({ id }) => {
  process.stdout.write(`${id}\n`);
  await new Promise(() => {});
});
await startWorker(def, undefined, { connection: { redis: patientRedis({ url, log: silentLog }), prefix, log: silentLog }, clock: { now: () => Date.now() } });

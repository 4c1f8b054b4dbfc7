// A worker process whose Redis goes away while it holds a job; told to stop, it must end by itself.
import { once } from 'node:events';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { patientRedis } from '../../src/adapters/redis.js';
import { silentLog } from '../../src/core/ports/log.js';
import { sampleQueue } from './sampleQueue.js';

const [url = '', prefix = ''] = process.argv.slice(2);
const def = sampleQueue(async (_payload, _deps, { signal }) => {
  process.stdout.write('held\n');
  await once(signal, 'abort');
  throw new Error('ended');
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

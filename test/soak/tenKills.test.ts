import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { sampleQueue } from '../support/sampleQueue.js';
import { eventually, testRedis } from '../support/redis.js';

test('a job survives ten killed workers in a row, and comes back within 15 s each time', async () => {
  await using connection = testRedis();
  let ran = 0;
  const def = sampleQueue(async (_payload, _deps, { attempt }) => void (ran = attempt));
  await using adder = adderOf(def, connection);
  await adder.add({ id: 'held' });
  let killed = Date.now();
  const waits: number[] = [];
  for (let n = 0; n < 10; n++) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/holder.ts', connection.url, connection.prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    waits.push(Date.now() - killed);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    killed = Date.now();
  }
  await using _worker = await startWorker(def, undefined, { connection, clock: { now: () => Date.now() } });
  await eventually('the run', () => ran > 0, 20_000);
  waits.push(Date.now() - killed);
  process.stdout.write(`waits ${waits.slice(1).join(' ')} ms\n`);
  expect(Math.max(...waits.slice(1))).toBeLessThan(15_000);
  // Deaths of workers are not failed attempts.
  expect(ran).toBe(1);
});

import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { z } from 'zod';
import { adderOf } from '../../src/adapters/queue/adder.js';
import { bullPrefix } from '../../src/adapters/queue/jobs.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { defineQueue, type Outcome, type QueueDef, type Run } from '../../src/core/queue.js';
import { UserError } from '../../src/core/errors.js';
import { eventually, testRedis, type TestRedis } from '../support/redis.js';
import { ownRedis } from '../support/redisServer.js';
import { soakTest } from '../support/tier.js';

const clock = { now: () => Date.now() };
type Key = Readonly<{ id: string }>;
interface Deps {
  run(id: string, run: Run): Promise<Outcome>;
  exhausted?(id: string, error: Error): void;
}

const define = (more: Partial<QueueDef<Key, Deps>> = {}): QueueDef<Key, Deps> =>
  defineQueue<Key, Deps>({
    name: 'sample',
    payload: z.strictObject({ id: z.string() }),
    dedupe: ({ id }) => id,
    retry: { attempts: 3, backoffMs: 60_000 },
    concurrency: 5,
    timeoutMs: 60_000,
    process: ({ id }, { run }, about) => run(id, about),
    exhausted: async ({ id }, { exhausted }, error) => exhausted?.(id, error),
    ...more,
  });

async function sample(connection: TestRedis, run: Deps['run'], more: Partial<QueueDef<Key, Deps>> = {}, exhausted?: Deps['exhausted']) {
  const def = define(more);
  const runs: number[] = [];
  const worker = await startWorker(
    def,
    {
      run: (id, about) => {
        runs.push(Date.now());
        return run(id, about);
      },
      ...(exhausted ? { exhausted } : {}),
    },
    { connection, clock },
  );
  const adder = adderOf(def, connection);
  return {
    adder,
    runs,
    worker,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await adder[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds from an add to the run that it leads to. */
async function reaction(queue: Awaited<ReturnType<typeof sample>>): Promise<number> {
  const before = queue.runs.length;
  const at = Date.now();
  await queue.adder.add({ id: 'org/repo#1' });
  return (await eventually('a run', () => queue.runs[before])) - at;
}

test('an event while its key is delayed leads to a run within 100 ms', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => {});
  await queue.adder.add({ id: 'org/repo#1' }, { delayMs: 60_000 });
  expect(await reaction(queue)).toBeLessThan(100);
});

test('an event while its key waits for the time that its run asked for leads to a run within 100 ms', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => ({ lookAgainAt: Date.now() + 60_000 }));
  await reaction(queue);
  await eventually('the timer', async () => (await queue.adder.counts()).delayed === 1);
  expect(await reaction(queue)).toBeLessThan(100);
});

test('an event and then a timer within one run lead to one more run within 100 ms of its end', async () => {
  await using connection = testRedis();
  let ended = 0;
  await using queue = await sample(connection, async () => {
    if (queue.runs.length > 1) return undefined;
    await queue.adder.add({ id: 'org/repo#1' });
    ended = Date.now();
    return { lookAgainAt: Date.now() + 60_000 };
  });
  await reaction(queue);
  const second = await eventually('a second run', () => queue.runs[1]);
  expect(second - ended).toBeLessThan(100);
  await eventually('the timer', async () => (await queue.adder.counts()).delayed === 1);
});

test('an event in back-off leads to a run within 100 ms', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => {
    if (queue.runs.length === 1) throw new Error('fails once');
  });
  await reaction(queue);
  await eventually('the back-off', async () => (await queue.adder.counts()).delayed === 1);
  expect(await reaction(queue)).toBeLessThan(100);
});

test('an event during a run that fails does not wait for the back-off', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => {
    if (queue.runs.length > 1) return;
    await queue.adder.add({ id: 'org/repo#1' });
    throw new Error('fails once');
  });
  await reaction(queue);
  await eventually('a second run', () => queue.runs[1], 1_000);
});

test('at most one job of a key runs, and a change during a run causes one more', async () => {
  await using connection = testRedis();
  let together = 0;
  let most = 0;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await using queue = await sample(connection, async () => {
    most = Math.max(most, ++together);
    if (queue.runs.length === 1) await held;
    together--;
  });
  await reaction(queue);
  for (let n = 0; n < 10; n++) await queue.adder.add({ id: 'org/repo#1' });
  release();
  await eventually('an empty queue', async () => {
    const { active, waiting } = await queue.adder.counts();
    return active === 0 && waiting === 0;
  });
  expect({ most, runs: queue.runs.length }).toEqual({ most: 1, runs: 2 });
});

test('the time that a run asked for is kept', async () => {
  await using connection = testRedis();
  let due = 0;
  await using queue = await sample(connection, async () => {
    if (queue.runs.length > 1) return undefined;
    due = Date.now() + 300;
    return { lookAgainAt: due };
  });
  await reaction(queue);
  const second = await eventually('a second run', () => queue.runs[1]);
  expect(second).toBeGreaterThanOrEqual(due);
  expect(second - due).toBeLessThan(250);
});

test('a job is told once that its last attempt has failed', async () => {
  await using connection = testRedis();
  const told: string[] = [];
  await using queue = await sample(
    connection,
    async (_id, { attempt }) => Promise.reject(new Error(`attempt ${attempt}`)),
    { retry: { attempts: 3, backoffMs: 5 } },
    (_id, error) => told.push(error.message),
  );
  await queue.adder.add({ id: 'a' });
  await eventually('the end', async () => (await queue.adder.counts()).failed === 1);
  expect({ told, runs: queue.runs.length }).toEqual({ told: ['attempt 3'], runs: 3 });
});

test('what a person must mend is not tried again', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => Promise.reject(new UserError('no such label')));
  await queue.adder.add({ id: 'a' });
  await eventually('the end', async () => (await queue.adder.counts()).failed === 1);
  expect(queue.runs).toHaveLength(1);
});

test('a bad payload fails and ends nothing', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => {});
  const raw = new Queue('sample', { connection: connection.redis, prefix: bullPrefix(connection.prefix) });
  await raw.add('key', { id: 7 });
  await eventually('the end', async () => (await queue.adder.counts()).failed === 1);
  await raw.close();
  expect(await reaction(queue)).toBeLessThan(1_000);
});

test('a run that takes too long is aborted and counts as a failed attempt', async () => {
  await using connection = testRedis();
  const reasons: unknown[] = [];
  await using queue = await sample(
    connection,
    (_id, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => (reasons.push(String(signal.reason)), reject(new Error('ended'))))),
    { timeoutMs: 50, retry: { attempts: 2, backoffMs: 5 } },
  );
  await queue.adder.add({ id: 'a' });
  await eventually('the end', async () => (await queue.adder.counts()).failed === 1);
  expect(reasons).toEqual(Array(2).fill('RunAborted: the run was aborted: timeout'));
});

test('a worker that stops finishes what ends in time and hands the rest back', async () => {
  await using connection = testRedis();
  let finish = (): void => {};
  const first = await sample(connection, async (id, { signal }) => {
    if (id === 'quick') await new Promise<void>((resolve) => (finish = resolve));
    else await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
  });
  await first.adder.add({ id: 'quick' });
  await first.adder.add({ id: 'slow' });
  await eventually('both runs', () => first.worker.running() === 2);
  const stopped = first.worker.stop({ graceMs: 200 });
  await first.adder.add({ id: 'later' });
  finish();
  await stopped;
  await first.adder[Symbol.asyncDispose]();
  expect(first.runs).toHaveLength(2);
  const ids: string[] = [];
  await using second = await sample(connection, async (id, { attempt }) => void ids.push(`${id} ${attempt}`));
  await eventually('the rest', () => second.runs.length === 2, 2_000);
  expect(ids.sort()).toEqual(['later 1', 'slow 1']);
});

test('keys of higher priority go first', async () => {
  await using connection = testRedis();
  const adder = adderOf(define(), connection);
  await adder.add({ id: 'low' }, { priority: 10 });
  await adder.add({ id: 'high' }, { priority: 1 });
  await adder.add({ id: 'first' });
  const ids: string[] = [];
  await using queue = await sample(connection, async (id) => void ids.push(id), { concurrency: 1 });
  await eventually('all', () => queue.runs.length === 3);
  await adder[Symbol.asyncDispose]();
  expect(ids).toEqual(['first', 'high', 'low']);
});

test('a tick runs its key again and again', async () => {
  await using connection = testRedis();
  await using queue = await sample(connection, async () => {}, { tick: { everyMs: 100, payload: { id: 'tick' } } });
  await eventually('three runs', () => queue.runs.length >= 3);
});

soakTest('a job whose worker was killed comes back within 15 s', async () => {
  await using connection = testRedis();
  const def = define();
  const adder = adderOf(def, connection);
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/holder.ts', connection.url, connection.prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  await adder.add({ id: 'held' });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await using queue = await sample(connection, async () => {});
  await eventually('the run', () => queue.runs[0], 45_000);
  await adder[Symbol.asyncDispose]();
}, 60_000);

test('a worker that starts before its Redis takes jobs once that is there', async () => {
  await using own = await ownRedis({ keeps: false });
  await own.stop();
  await using connection = testRedis({ url: own.url });
  await using queue = await sample(connection, async () => {}, { tick: { everyMs: 60_000, payload: { id: 'tick' } } });
  const added = queue.adder.add({ id: 'a' });
  await own.start();
  await added;
  await eventually('both runs', () => queue.runs.length === 2);
}, 20_000);

soakTest('a worker process ends by itself though Redis is away', async () => {
  await using own = await ownRedis({ keeps: false });
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/stopper.ts', own.url, 't'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await own.stop();
  child.stdin.write('stop\n');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 40_000);

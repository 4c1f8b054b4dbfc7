import { expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { bullPrefix } from '../../src/adapters/queue/jobs.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { NotFoundError, NotYet, RemoteError } from '../../src/core/errors.js';
import { repairQueue } from '../../queues/repair.js';
import { delivery, laneOf, numberOf, startPath, systemClock } from '../support/path.js';
import { eventually, testRedis } from '../support/redis.js';

const REMOTE = new RemoteError('GitHub said 502', { service: 'github', status: 502 });

test('all plugins handle a stored delivery once, and a second delivery of its id does nothing', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  await using path = await startPath(connection, { plugins: ['hold', 'lgtm'], run: async (plugin) => (ran.push(plugin), plugin === 'hold' ? ['label.add'] : []) });
  const one = delivery('o/r#1');
  expect(await path.deliver(one)).toBe('stored');
  expect(await path.deliver(one)).toBe('duplicate');
  const summary = await eventually('the end', async () => (await path.store.recent(1)).find(({ state }) => state === 'handled'));
  expect(summary).toMatchObject({ id: one.id, event: 'issue_comment', action: 'created', lane: 'o/r#1', via: 'webhook', at: one.at });
  expect(summary.plugins).toEqual([{ plugin: 'hold', state: 'done', actions: ['label.add'], ms: expect.any(Number) }]);
  expect(ran.sort()).toEqual(['hold', 'lgtm']);
  expect(await path.store.unmarked([one.id, 'other'])).toEqual(['other']);
  expect(await path.store.find(one.id)).toEqual(one);
});

test('a plugin that fails holds up neither its lane nor the others, and keeps its own order', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  let failures = 0;
  await using path = await startPath(connection, {
    plugins: ['bad', 'good'],
    run: async (plugin, what) => {
      if (plugin === 'bad' && numberOf(what) === 0 && failures++ < 1) throw REMOTE;
      ran.push(`${plugin} ${numberOf(what)}`);
      return [];
    },
  });
  for (let n = 0; n < 5; n++) await path.deliver(delivery('o/r#1', { n }));
  await eventually('good', () => ran.filter((one) => one.startsWith('good')).length === 5, 500);
  expect(ran).toEqual([0, 1, 2, 3, 4].map((n) => `good ${n}`));
  expect((await path.store.recent(5)).map(({ state }) => state)).toEqual(Array(5).fill('waiting'));
  await eventually('bad', () => ran.length === 10);
  expect(ran.slice(5)).toEqual([0, 1, 2, 3, 4].map((n) => `bad ${n}`));
  await eventually('the end', async () => (await path.store.recent(5)).every(({ state }) => state === 'handled'));
});

test('a plugin that hangs goes on in its own queue after a while', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  const attempts: string[] = [];
  await using path = await startPath(connection, {
    plugins: ['slow', 'quick'],
    patienceMs: 100,
    run: async (plugin, what, { signal }) => {
      if (plugin === 'slow' && numberOf(what) === 0) {
        attempts.push('begun');
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(resolve, 400);
          signal.addEventListener('abort', () => (clearTimeout(timer), attempts.push('aborted'), reject(signal.reason)));
        });
      }
      ran.push(`${plugin} ${numberOf(what)}`);
      return [];
    },
  });
  await path.deliver(delivery('o/r#1', { n: 0 }));
  await path.deliver(delivery('o/r#1', { n: 1 }));
  await eventually('the end', async () => (await path.store.recent(5)).every(({ state }) => state === 'handled'));
  expect(ran).toEqual(['quick 0', 'quick 1', 'slow 0', 'slow 1']);
  expect(attempts).toEqual(['begun', 'aborted', 'begun']);
});

test('a plugin that waits is run again in time, as for the first time, and holds up no other', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  await using path = await startPath(connection, {
    plugins: ['patient', 'quick'],
    run: async (plugin, what, { attempt }) => {
      if (plugin === 'patient' && numberOf(what) === 0 && Date.now() < what.at + 300) throw new NotYet('too early', what.at + 300);
      ran.push(`${plugin} ${numberOf(what)} ${attempt}`);
      return [];
    },
  });
  const first = delivery('o/r#1', { n: 0 });
  await path.deliver(first);
  await path.deliver(delivery('o/r#1', { n: 1 }));
  await eventually('the end', async () => (await path.store.recent(5)).every(({ state }) => state === 'handled'));
  expect(ran).toEqual(['quick 0 1', 'quick 1 1', 'patient 0 1', 'patient 1 1']);
  expect(Date.now()).toBeGreaterThanOrEqual(first.at + 300);
});

test('a pair that cannot succeed is dead at once; its retry in the queue UI runs it again', async () => {
  await using connection = testRedis();
  let broken = true;
  let runs = 0;
  await using path = await startPath(connection, {
    plugins: ['hold'],
    run: async () => {
      runs++;
      if (broken) throw new NotFoundError('no such label', { service: 'github' });
      return ['label.add'];
    },
  });
  const one = delivery('o/r#1');
  await path.deliver(one);
  await path.deliver(delivery('o/r#1', { n: 1 }));
  await eventually('dead letters', async () => (await path.dead.counts()).failed === 2);
  expect(runs).toBe(2);
  expect((await path.store.recent(5)).map(({ state }) => state)).toEqual(['dead', 'dead']);

  const queue = new Queue('dead', { connection: connection.redis, prefix: bullPrefix(connection.prefix) });
  const [job] = (await queue.getFailed()).filter(({ data }) => (data as { id: string }).id === one.id);
  expect(job?.failedReason).toBe('no such label');
  broken = false;
  await job?.retry();
  const after = await eventually('the retry', async () => (await path.store.recent(5)).find(({ id, state }) => id === one.id && state === 'handled'));
  await queue.close();
  expect((await path.dead.counts()).failed).toBe(1);
  expect(after).toMatchObject({ state: 'handled', plugins: [{ plugin: 'hold', state: 'done', actions: ['label.add'] }] });
});

test('a lane and a backlog whose jobs are lost come back by the repair tick', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  let failing = true;
  const path = await startPath(connection, { plugins: ['a'], idle: true, run: async () => [] });
  await path.deliver(delivery('o/r#1'));
  await path[Symbol.asyncDispose]();
  const drop = async (): Promise<void> => {
    for await (const keys of connection.redis.scanStream({ match: `${bullPrefix(connection.prefix)}:*` }) as AsyncIterable<string[]>) if (keys.length > 0) await connection.redis.unlink(...keys);
  };
  await drop();
  const run = async (plugin: string): Promise<string[]> => {
    if (failing) throw REMOTE;
    ran.push(plugin);
    return [];
  };
  {
    await using first = await startPath(connection, { plugins: ['a'], run });
    await using _repair = await startWorker(repairQueue, first.repairDeps, { connection, clock: systemClock });
    await first.repair.add({});
    await eventually('a backlog', async () => (await first.lanes.pending()).backlogs.length === 1);
  }
  await drop();
  failing = false;
  await using second = await startPath(connection, { plugins: ['a'], run });
  await using _repair = await startWorker(repairQueue, second.repairDeps, { connection, clock: systemClock });
  await second.repair.add({});
  await eventually('the end', async () => (await second.store.recent(1))[0]?.state === 'handled');
  expect(ran).toEqual(['a']);
});

test('a handled delivery can be replayed, as one whose effects may exist', async () => {
  await using connection = testRedis();
  const via: string[] = [];
  await using path = await startPath(connection, { plugins: ['a'], run: async (_plugin, what) => (via.push(what.via), []) });
  const one = delivery('o/r#1');
  await path.deliver(one);
  const handled = () => eventually('the end', async () => (await path.store.recent(1))[0]?.state === 'handled');
  await handled();
  expect(await path.store.replay(one.id)).toBe(true);
  await eventually('the second run', () => via.length === 2);
  await handled();
  expect(via).toEqual(['webhook', 'recovered']);
  expect(await path.store.replay('unknown')).toBe(false);
});

test('others are told when a delivery is taken up and once it is handled', async () => {
  await using connection = testRedis();
  const told: string[] = [];
  await using path = await startPath(connection, { plugins: ['a'], run: async () => (told.push('run'), []), poke: async () => void told.push('poke') });
  const stop = new AbortController();
  const news = path.feed.subscribe({ signal: stop.signal })[Symbol.asyncIterator]();
  const first = news.next();
  await eventually('the subscription', async () => ((await connection.redis.pubsub('NUMSUB', `${connection.prefix}:feed`)) as [string, number])[1] === 1);
  const one = delivery('o/r#1');
  await path.deliver(one);
  expect(await first).toMatchObject({ value: { topic: 'event', key: one.id, text: 'issue_comment handled' } });
  await eventually('the second poke', () => told.length === 3);
  expect(told).toEqual(['poke', 'run', 'poke']);
  stop.abort();
  expect(await news.next()).toMatchObject({ done: true });
});

test('what is handled is forgotten by age, number and size; what waits is kept', async () => {
  await using connection = testRedis();
  await using path = await startPath(connection, { plugins: ['a'], run: async () => [], retention: { keepMs: 60_000, deadMs: 60_000, count: 2, bytes: 1_000_000 } });
  const many = [0, 1, 2, 3, 4].map((n) => delivery(`o/r#${n}`, { n, at: 1_000 + n }));
  for (const one of many) {
    await path.deliver(one);
    await eventually('the end', async () => (await path.store.recent(1))[0]?.handledAt !== undefined);
  }
  expect((await path.store.recent(10)).map(({ lane }) => lane)).toEqual([laneOf(many[4] ?? delivery('')), 'o/r#3']);
  expect(await path.store.unmarked(many.map(({ id }) => id))).toEqual([]);
});

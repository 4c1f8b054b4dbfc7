import { expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { bullPrefix } from '../../src/adapters/queue/jobs.js';
import { startWorker } from '../../src/adapters/queue/worker.js';
import { RemoteError } from '../../src/core/errors.js';
import type { Delivery } from '../../src/core/event.js';
import { repairQueue } from '../../queues/repair.js';
import { createTurnstile } from '../../queues/shared/turnstile.js';
import { delivery, numberOf, startPath, systemClock } from '../support/path.js';
import { eventually, testRedis } from '../support/redis.js';

const DOWN = new RemoteError('no answer', { service: 'external', retryAfterMs: 1 });

test('an external plugin gets the deliveries of a lane in order, holds up nobody, and is not aborted for being slow', async () => {
  await using connection = testRedis();
  const ran: string[] = [];
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => { open = resolve; });
  await using path = await startPath(connection, {
    plugins: ['hold', 'external:slow', 'external:quick'],
    patienceMs: 50,
    run: async (plugin, what) => {
      if (plugin === 'external:slow' && numberOf(what) === 0) await gate;
      ran.push(`${plugin} ${numberOf(what)}`);
      return [];
    },
  });
  for (let n = 0; n < 3; n++) await path.deliver(delivery('o/r#1', { n }));
  await eventually('the others', () => ran.length === 6);
  expect(ran.filter((one) => one.startsWith('hold'))).toEqual(['hold 0', 'hold 1', 'hold 2']);
  expect(ran.filter((one) => one.includes('quick'))).toEqual([0, 1, 2].map((n) => `external:quick ${n}`));
  expect((await path.store.recent(3)).map(({ state, plugins }) => [state, plugins.map((one) => [one.plugin, one.state])])).toEqual(Array(3).fill(['waiting', [['external:slow', 'waiting']]]));
  open();
  await eventually('the end', async () => (await path.store.recent(3)).every(({ state }) => state === 'handled'));
  expect(ran.slice(6)).toEqual([0, 1, 2].map((n) => `external:slow ${n}`));
});

test('one that stays away is a dead letter in the end, the next delivery goes on, and a person may have it sent again', async () => {
  await using connection = testRedis();
  let up = false;
  let tries = 0;
  const sent: number[] = [];
  await using path = await startPath(connection, {
    plugins: ['external:tea'],
    run: async (_plugin, what) => {
      if (numberOf(what) === 0 && !up) {
        tries++;
        // The class of the last error decides; an hour of waiting is not played here.
        throw tries < 3 ? DOWN : new RemoteError('gone for good', { service: 'external', retry: 'never' });
      }
      sent.push(numberOf(what));
      return ['sent'];
    },
  });
  const lost = delivery('o/r#1', { n: 0 });
  await path.deliver(lost);
  await path.deliver(delivery('o/r#1', { n: 1 }));
  await eventually('the second', () => sent.length === 1);
  expect((await path.store.recent(2)).find(({ id }) => id === lost.id)).toMatchObject({ state: 'dead', plugins: [{ plugin: 'external:tea', state: 'dead', error: 'gone for good' }] });
  up = true;
  const dead = new Queue('dead', { connection: connection.redis, prefix: bullPrefix(connection.prefix) });
  const [letter] = await eventually('the dead letter', async () => { const failed = await dead.getFailed(); return failed.length > 0 && failed; });
  expect(letter?.failedReason).toBe('gone for good');
  await letter?.retry();
  await eventually('the end', async () => (await path.store.recent(2)).every(({ state }) => state === 'handled'));
  expect(sent).toEqual([1, 0]);
  await dead.close();
});

test('a worker that dies between the lane and the external queue loses nothing: the repair tick finds the backlog', async () => {
  await using connection = testRedis();
  const sent: number[] = [];
  const options = { plugins: ['external:tea'], run: async (_plugin: string, what: Delivery) => { sent.push(numberOf(what)); return ['sent']; } };
  const what = delivery('o/r#1', { n: 7 });
  {
    // As the event job leaves it when it dies after `hand` and before the key is added.
    await using dying = await startPath(connection, { ...options, idle: true });
    await dying.deliver(what);
    await dying.lanes.take('o/r#1');
    await dying.lanes.hand({ id: what.id, plugin: 'external:tea', lane: 'o/r#1' }, { failed: 0, notBefore: 0, started: 0, outcome: { plugin: 'external:tea', state: 'waiting', actions: [], error: undefined, ms: 0 } });
  }
  await using path = await startPath(connection, options);
  await eventually('the lane to go on', async () => (await path.lanes.pending()).lanes.length === 0);
  expect(sent).toEqual([]);
  await using _repair = await startWorker(repairQueue, path.repairDeps, { connection, clock: systemClock });
  await path.repair.add({});
  await eventually('the end', async () => (await path.store.recent(1)).every(({ state }) => state === 'handled'));
  expect(sent).toEqual([7]);
});

test('whoever asked is told once that a plugin gave up; that it cannot be told is no fault', async () => {
  await using connection = testRedis();
  const told: string[] = [];
  await using path = await startPath(connection, {
    plugins: ['early', 'late'],
    run: async (plugin) => { throw new RemoteError('no', { service: 'github', retry: plugin === 'early' ? 'never' : 'later', retryAfterMs: 1 }); },
    gaveUp: async (plugin) => { told.push(plugin); throw new Error('GitHub is away'); },
  });
  await path.deliver(delivery('o/r#1'));
  await eventually('early', () => told.includes('early'));
  expect(told).toEqual(['early']);
});

test('a turnstile lets so many of a name in, and spaces out those that come back', () => {
  const { enter } = createTurnstile({ places: 2, spacingMs: 25 });
  const first = enter('tea', 1_000);
  expect([first.kind, enter('tea', 1_000).kind, enter('water', 1_000).kind]).toEqual(['in', 'in', 'in']);
  expect([enter('tea', 1_000), enter('tea', 1_000), enter('tea', 1_020)]).toEqual([{ kind: 'full', comeBackAt: 1_025 }, { kind: 'full', comeBackAt: 1_050 }, { kind: 'full', comeBackAt: 1_075 }]);
  if (first.kind === 'in') { first.leave(); first.leave(); }
  expect([enter('tea', 1_030).kind, enter('tea', 1_030).kind]).toEqual(['in', 'full']);
});

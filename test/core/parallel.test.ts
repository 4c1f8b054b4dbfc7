import { expect, test } from '@jest/globals';
import { settleAll } from '../../src/core/parallel.js';

/** Work that ends when it is told to. */
function stage() {
  const open = new Map<number, () => void>();
  const begun: number[] = [];
  const work = (item: number): Promise<number> => {
    begun.push(item);
    return new Promise((resolve) => { open.set(item, () => { open.delete(item); resolve(item * 10); }); });
  };
  const turn = () => new Promise<void>((resolve) => { setImmediate(resolve); });
  return { begun, work, turn, end: async (item: number) => { open.get(item)?.(); await turn(); } };
}

test('so many at a time, begun in order, outcomes in order', async () => {
  const { begun, work, turn, end } = stage();
  const all = settleAll([1, 2, 3, 4], 2, work);
  await turn();
  expect(begun).toEqual([1, 2]);
  await end(2);
  expect(begun).toEqual([1, 2, 3]);
  await end(1);
  await end(4);
  await end(3);
  expect((await all).map((one) => (one.status === 'fulfilled' ? one.value : undefined))).toEqual([10, 20, 30, 40]);
});

test('a failure stops no other, whether it is thrown or rejected', async () => {
  const outcomes = await settleAll([1, 2, 3], 2, async (item) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('what must stop begins nothing more, and waits for what is under way', async () => {
  const { begun, work, turn, end } = stage();
  let stopped = false;
  const all = settleAll([1, 2, 3], 2, work, () => { if (stopped) throw new Error('stopped'); });
  await turn();
  stopped = true;
  let over = false;
  const ended = all.then(() => undefined, (error: unknown) => { over = true; return String(error); });
  await end(1);
  expect([begun, over]).toEqual([[1, 2], false]);
  await end(2);
  expect(await ended).toBe('Error: stopped');
});

test('nothing to do', async () => expect(await settleAll([], 3, () => Promise.reject(new Error('never')))).toEqual([]));

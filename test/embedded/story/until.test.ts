import { expect, test } from '@jest/globals';
import { StuckError, until, type Patience } from '../../../src/embedded/story/until.js';

const patience = (over: Partial<Patience> = {}): Patience => ({ limitMs: 60_000, everyMs: 1, signal: new AbortController().signal, reasons: async () => ['Needs the label lgtm'], waiting: () => {}, ...over });

test('a wait ends with what it waited for', async () => {
  let looks = 0;
  expect(await until('three looks', async () => (++looks === 3 ? { there: looks } : { seen: String(looks) }), patience())).toBe(3);
});

test('a wait that does not come true says what was seen and why', async () => {
  const failed = until('a merge', async () => ({ seen: '#1 is open' }), patience({ limitMs: 5 }));
  await expect(failed).rejects.toThrow(StuckError);
  await expect(failed).rejects.toThrow(/a merge: not within 0 s\n {2}seen: #1 is open\n {2}Tide: Needs the label lgtm/);
});

test('a wait ends when it is called off', async () => {
  const called = new AbortController();
  const waiting = until('ever', async () => { called.abort(); return { seen: 'nothing' }; }, patience({ signal: called.signal }));
  await expect(waiting).rejects.toThrow('aborted');
});

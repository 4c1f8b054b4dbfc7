import { expect, test } from '@jest/globals';
import { silentLog } from '../../src/core/ports/log.js';
import { keepHistory, parseHistory } from '../../src/tide/history.js';
import { runPool } from '../../src/tide/pool.js';
import { fakeDeps, fakeHistory, fakeMemory, FakeGitHub } from './fakes.js';
import { BASE, NOW, headOf, member, snapshot } from './fixtures.js';

const URI = 'file:///history.json';
const signal = new AbortController().signal;
const record = (n: number) => ({ time: new Date(NOW + n * 1_000).toISOString(), action: 'MERGE' as const, target: [{ number: n, author: 'a', sha: 's', title: 't', head_ref: 'h' }], tenantids: null });

function setUp(files: Record<string, string> = {}) {
  const stored = new Map(Object.entries(files));
  const down = { is: false };
  const check = () => { if (down.is) throw new Error('unreachable'); };
  const storage = {
    read: async (at: string) => { check(); const text = stored.get(at); return text === undefined ? undefined : new TextEncoder().encode(text); },
    write: async (at: string, text: Uint8Array | string) => { check(); stored.set(at, String(text)); return 'written' as const; },
  };
  const deps = { uri: URI, storage, history: fakeHistory(), memory: fakeMemory(), log: silentLog };
  return { stored, down, deps };
}

test('a merge is recorded with its base and target', async () => {
  const deps = fakeDeps(new FakeGitHub([member(1)]));
  await runPool({ org: 'acme', name: 'app', branch: 'main' }, snapshot(), deps);
  expect(deps.history.kept.get('acme/app:main')).toEqual([
    { time: new Date(NOW).toISOString(), action: 'MERGE', baseSHA: BASE, target: [expect.objectContaining({ number: 1, sha: headOf(1) })], tenantids: [] },
  ]);
});

test('older records come back behind newer ones, and all are written once', async () => {
  const { stored, deps } = setUp({ [URI]: JSON.stringify({ 'a/b:main': [record(1), record(2)] }) });
  await deps.history.add('a/b:main', record(3));
  await keepHistory(deps, { signal });
  const numbers = () => parseHistory(stored.get(URI) ?? '')?.get('a/b:main')?.map(({ target }) => target?.[0]?.number);
  expect(numbers()).toEqual([3, 2, 1]);
  stored.delete(URI);
  await keepHistory(deps, { signal });
  expect(stored.has(URI)).toBe(false); // nothing new
});

test('what cannot be reached is not overwritten; what makes no sense is kept aside', async () => {
  const { stored, down, deps } = setUp({ [URI]: '[broken' });
  await deps.history.add('a/b:main', record(1));
  down.is = true;
  await expect(keepHistory(deps, { signal })).rejects.toThrow('unreachable');
  expect(stored.get(URI)).toBe('[broken');
  down.is = false;
  await keepHistory(deps, { signal });
  expect(stored.get(`${URI}.unreadable`)).toBe('[broken');
  expect(parseHistory(stored.get(URI) ?? '')?.get('a/b:main')).toHaveLength(1);
});

import { expect, test } from '@jest/globals';
import { eventCommand } from '../../src/cli/event.js';
import { UsageError } from '../../src/cli/flags.js';
import { tideCommand } from '../../src/cli/tide.js';
import type { EventSummary } from '../../src/core/ports/events.js';
import type { MergeRecord, PoolView } from '../../src/core/ports/tide.js';

const event: EventSummary = {
  id: 'd1', event: 'issue_comment', action: 'created', lane: 'acme/shop#7', via: 'webhook', at: 0, handledAt: 5, state: 'handled',
  plugins: [{ plugin: 'hold', state: 'done', actions: ['label.add'], error: undefined, ms: 1 }, { plugin: 'lgtm', state: 'dead', actions: [], error: 'no luck', ms: 1 }, { plugin: 'help', state: 'done', actions: [], error: undefined, ms: 1 }],
};
const lines = () => { const out: string[] = []; return { out, print: (line: string) => { out.push(line); } }; };

test('event list prints one line an event with what was done', async () => {
  const { out, print } = lines();
  expect(await eventCommand(['list'], { events: { recent: async () => [event], replay: async () => false }, print })).toBe(0);
  expect(out).toEqual(['1970-01-01T00:00:00.000Z  d1  issue_comment.created  acme/shop#7  handled  hold: label.add; lgtm: dead (no luck)']);
});

test('event replay says whether the delivery is still there', async () => {
  const { out, print } = lines();
  const events = { recent: async () => [], replay: async (id: string) => id === 'd1' };
  expect(await eventCommand(['replay', 'd1'], { events, print })).toBe(0);
  expect(await eventCommand(['replay', 'd2'], { events, print })).toBe(1);
  expect(out[1]).toContain('not stored');
});

const pool: PoolView = {
  org: 'acme', repo: 'shop', branch: 'main', baseSha: 'f'.repeat(40), at: 0, action: 'WAIT', target: [], blockers: [], error: undefined,
  pulls: [{ number: 7, title: 'Fix', author: 'ann', url: '', headSha: 'a'.repeat(40), state: 'waiting', reasons: [{ kind: 'label_missing', text: 'The label lgtm is missing', clearedBy: 'a reviewer with /lgtm', since: undefined }] }],
};
const merge: MergeRecord = { org: 'acme', repo: 'shop', branch: 'main', number: 3, headSha: 'a', mergeSha: 'b'.repeat(40), baseSha: 'c', method: 'merge', readyAt: 0, mergedAt: 0 };

test.each([
  { target: 'Acme/Shop#7', code: 0, says: 'The label lgtm is missing; cleared by a reviewer with /lgtm' },
  { target: 'acme/shop#3', code: 0, says: 'was merged into main as bbbbbbbbbbbb' },
  { target: 'acme/shop#9', code: 1, says: 'does not know' },
])('tide why $target', async ({ target, code, says }) => {
  const { out, print } = lines();
  expect(await tideCommand(['why', target], { tide: { pools: async () => [pool], merges: async () => [merge] }, print, now: 0, output: 'text' })).toBe(code);
  expect(out.join('\n')).toContain(says);
});

test.each([[['list', 'x']], [['replay']], [['nope']], [['list', '1', '2']]])('event %p is a usage error', async (args) => {
  await expect(eventCommand(args, { events: { recent: async () => [], replay: async () => true }, print: () => {} })).rejects.toThrow(UsageError);
});

test('tide why as JSON, and no other format', async () => {
  const { out, print } = lines();
  const deps = { tide: { pools: async () => [pool], merges: async () => [] }, print, now: 0 };
  await tideCommand(['why', 'acme/shop#7'], { ...deps, output: 'json' });
  expect(JSON.parse(out.join('\n'))).toMatchObject({ org: 'acme', repo: 'shop', number: 7, state: 'waiting', reasons: [{ kind: 'label_missing', clearedBy: 'a reviewer with /lgtm' }], at: '1970-01-01T00:00:00.000Z' });
  await expect(tideCommand(['why', 'acme/shop#7'], { ...deps, output: 'xml' })).rejects.toThrow('--output: expected text or json');
});

test.each([[['why']], [['why', 'acme/shop']], [['how', 'acme/shop#1']]])('tide %p is a usage error', async (args) => {
  await expect(tideCommand(args, { tide: { pools: async () => [], merges: async () => [] }, print: () => {}, now: 0, output: 'text' })).rejects.toThrow(UsageError);
});

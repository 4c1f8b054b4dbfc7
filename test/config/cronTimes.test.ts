import { expect, test } from '@jest/globals';
import { parseCron } from '../../src/config/cron.js';
import { firings, nextFiring } from '../../src/config/cronTimes.js';

const ms = (text: string): number => Date.parse(text);
const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

test.each([
  { cron: '*/15 * * * *', after: '2026-03-01T10:07:30Z', next: '2026-03-01T10:15:00.000Z' },
  { cron: '0 0 * * *', after: '2026-03-01T00:00:00Z', next: '2026-03-02T00:00:00.000Z' },
  { cron: '30 5 10 * * *', after: '2026-03-01T10:05:29Z', next: '2026-03-01T10:05:30.000Z' },
  { cron: '0 12 29 2 *', after: '2026-03-01T00:00:00Z', next: '2028-02-29T12:00:00.000Z' },
  { cron: '0 0 31 2 *', after: '2026-03-01T00:00:00Z', next: undefined },
  { cron: '0 9 13 * 5', after: '2026-03-01T00:00:00Z', next: '2026-03-06T09:00:00.000Z' }, // either the 13th or a Friday
  { cron: '0 9 * * 1', after: '2026-03-01T00:00:00Z', next: '2026-03-02T09:00:00.000Z' },
  { cron: '@every 90m', after: '2026-03-01T00:10:00Z', next: '2026-03-01T01:40:00.000Z' },
  { cron: '@daily', after: '2026-12-31T23:59:59Z', next: '2027-01-01T00:00:00.000Z' },
  { cron: 'TZ=Europe/Berlin 30 2 * * *', after: '2026-03-28T12:00:00Z', next: '2026-03-30T00:30:00.000Z' }, // 2:30 is skipped on the 29th
  { cron: 'TZ=Europe/Berlin 30 2 * * *', after: '2026-10-24T12:00:00Z', next: '2026-10-25T00:30:00.000Z' }, // the first of two
  { cron: 'TZ=Europe/Berlin 30 2 * * *', after: '2026-10-25T00:30:00Z', next: '2026-10-26T01:30:00.000Z' },
  { cron: 'TZ=Asia/Kolkata 0 0 * * *', after: '2026-03-01T18:00:00Z', next: '2026-03-01T18:30:00.000Z' },
])('$cron after $after fires at $next', ({ cron, after, next }) => expect(iso(nextFiring(parseCron(cron), ms(after)))).toBe(next));

test.each([
  { name: 'none yet', cron: '0 * * * *', after: '2026-03-01T10:00:00Z', now: '2026-03-01T10:59:59Z', last: undefined, next: '2026-03-01T11:00:00.000Z' },
  { name: 'several missed, the last one', cron: '*/5 * * * *', after: '2026-03-01T10:00:00Z', now: '2026-03-01T10:17:00Z', last: '2026-03-01T10:15:00.000Z', next: '2026-03-01T10:20:00.000Z' },
  { name: 'a year away', cron: '* * * * * *', after: '2025-03-01T10:00:00Z', now: '2026-03-01T10:17:00.500Z', last: '2026-03-01T10:17:00.000Z', next: '2026-03-01T10:17:01.000Z' },
  { name: 'yearly, a decade away', cron: '0 0 1 1 *', after: '2016-03-01T10:00:00Z', now: '2026-03-01T10:17:00Z', last: '2026-01-01T00:00:00.000Z', next: '2027-01-01T00:00:00.000Z' },
  { name: 'every', cron: '@every 1h', after: '2026-03-01T10:20:00Z', now: '2026-03-01T13:30:00Z', last: '2026-03-01T13:20:00.000Z', next: '2026-03-01T14:20:00.000Z' },
])('firings: $name', ({ cron, after, now, last, next }) => {
  const found = firings(parseCron(cron), ms(after), ms(now));
  expect([iso(found.last), iso(found.next)]).toEqual([last, next]);
});

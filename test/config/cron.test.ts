import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCron } from '../../src/config/cron.js';

const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test.each<[string, Record<string, unknown>]>([
  ['5 4 * * *', { seconds: [0], minutes: [5], hours: [4], daysOfMonth: all(1, 31), months: all(1, 12), daysOfWeek: all(0, 6), days: 'both', zone: undefined }],
  ['30 5 4 1 2 3', { seconds: [30], minutes: [5], hours: [4], daysOfMonth: [1], months: [2], daysOfWeek: [3], days: 'either' }],
  ['15 14-20/5 * * 1-5', { minutes: [15], hours: [14, 19], daysOfWeek: [1, 2, 3, 4, 5] }],
  ['0 1/6 ? JAN,mar sun', { hours: [1, 7, 13, 19], months: [1, 3], daysOfWeek: [0], days: 'both' }],
  ['*/20 0 1,15 * *', { minutes: [0, 20, 40], daysOfMonth: [1, 15], days: 'both' }],
  ['0 9 1 * MON', { daysOfMonth: [1], daysOfWeek: [1], days: 'either' }],
  ['TZ=Europe/Berlin 0 9 * * *', { zone: 'Europe/Berlin', hours: [9] }],
  ['CRON_TZ=UTC @daily', { zone: 'UTC', hours: [0], minutes: [0] }],
  ['@weekly', { daysOfWeek: [0], hours: [0] }],
])('%s', (text, want) => {
  const cron = Object.fromEntries(Object.entries(parseCron(text)).map(([key, value]) => [key, value instanceof Set ? [...value].sort((a, b) => a - b) : value]));
  expect(cron).toMatchObject({ kind: 'times', ...want });
});

test('@every is a pause of whole seconds, at least one', () => {
  expect(parseCron('@every 1h30m')).toEqual({ kind: 'every', ms: 5_400_000 });
  expect(parseCron('@every 10ms')).toEqual({ kind: 'every', ms: 1_000 });
});

test.each<[string, string]>([
  ['', 'expected 5 or 6 fields, found 0'],
  ['* * * *', 'expected 5 or 6 fields, found 4'],
  ['0 9 * * *, 0 13 * * *', 'expected 5 or 6 fields'],
  ['60 * * * *', 'minutes: expected 0 to 59 in "60"'],
  ['* 24 * * *', 'hours: expected 0 to 23'],
  ['* * 0 * *', 'days of the month: expected 1 to 31'],
  ['* * * 13 *', 'months: expected 1 to 12'],
  ['* * * * 7', 'days of the week: expected 0 to 6'],
  ['* * * * noday', 'days of the week: "noday" is no number'],
  ['5-1 * * * *', 'the range ends before it starts'],
  ['1-2-3 * * * *', 'expected one range'],
  ['1/2/3 * * * *', 'expected one step'],
  ['*/0 * * * *', 'expected a step of 1 or more'],
  ['-1 * * * *', '"" is no number'],
  ['@fortnightly', 'expected one of @yearly'],
  ['@every day', 'expected a duration behind @every'],
  ['TZ=Nowhere/Atall 0 9 * * *', 'there is no time zone "Nowhere/Atall"'],
])('%p is refused', (text, says) => expect(() => parseCron(text)).toThrow(says));

test('any text is read or refused, quickly', () => {
  const piece = fc.oneof(fc.constantFrom('*', '?', '/', '-', ',', ' ', '@', 'TZ=', 'mon', '5', '99999999999'), fc.string({ maxLength: 3 }));
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    try {
      parseCron(pieces.join(''));
    } catch (err) {
      expect(err).toBeInstanceOf(RangeError);
    }
  }), { numRuns: 500 });
});

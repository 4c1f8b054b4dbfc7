import { expect, test } from '@jest/globals';
import { findDuration, formatDuration, parseDuration } from '../../src/config/duration.js';

test.each<[string, number | undefined]>([
  ['1h30m', 5_400_000], ['300ms', 300], ['1.5h', 5_400_000], ['2h45m', 9_900_000], ['-1m', -60_000], ['0', 0], ['1us', 0.001], ['.5s', 500], ['1h1ms', 3_600_001],
  ['', undefined], ['30', undefined], ['1d', undefined], ['h', undefined], ['1h 30m', undefined], ['1m,', undefined],
])('%j is %j milliseconds', (text, want) => expect(findDuration(text)).toBe(want));

test.each<[number, string]>([[0, '0s'], [60_000, '1m0s'], [3_600_000, '1h0m0s'], [7_200_000, '2h0m0s'], [15_000, '15s'], [1_500, '1.5s'], [300, '300ms'], [90_061_000, '25h1m1s'], [0.001, '1µs'], [-90_000, '-1m30s']])(
  '%j milliseconds print as %j',
  (ms, want) => expect(formatDuration(ms)).toBe(want),
);

test('what is not a duration is named', () => expect(() => parseDuration('soon')).toThrow('not a duration: "soon"'));

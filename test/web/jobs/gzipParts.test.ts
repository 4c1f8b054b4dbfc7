import { crc32, gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crcOfBoth, gzipOf, literal, pack, sumOf } from '../../../src/web/jobs/gzipParts.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

test(`parts that were packed one by one are one gzip file (SEED=${seed})`, async () => {
  const part = fc.oneof(fc.record({ how: fc.constant('literal'), text: fc.string({ maxLength: 50 }) }), fc.record({ how: fc.constant('pack'), text: fc.string({ unit: 'binary', maxLength: 3_000 }) }));
  await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (wanted) => {
    const parts = await Promise.all(wanted.map(async ({ how, text }) => (how === 'literal' ? literal(text) : pack(Buffer.from(text)))));
    const whole = Buffer.concat(wanted.map(({ text }) => Buffer.from(text)));
    expect(gunzipSync(gzipOf(parts)).equals(whole)).toBe(true);
    expect(sumOf(parts)).toEqual({ crc: crc32(whole), size: whole.length });
    // The same parts in another order, without packing anything again.
    expect(gunzipSync(gzipOf([...parts].reverse())).equals(Buffer.concat([...wanted].reverse().map(({ text }) => Buffer.from(text))))).toBe(true);
  }), { seed, numRuns: 60 });
});

test.each([0, 1, 3, 255, 65_536, 1_000_003])('checksums are put together over %d bytes', (length) => {
  const [first, second] = [Buffer.from('the first text'), Buffer.alloc(length, 'second ')];
  expect(crcOfBoth(crc32(first), crc32(second), length)).toBe(crc32(Buffer.concat([first, second])));
});

test('nothing is a file as well, and a long literal is refused', () => {
  expect(gunzipSync(gzipOf([])).length).toBe(0);
  expect(gunzipSync(gzipOf([literal('x'.repeat(65_535))])).length).toBe(65_535);
  expect(() => literal('x'.repeat(65_536))).toThrow(RangeError);
});

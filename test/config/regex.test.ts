import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlainlyRe2, lazyPattern } from '../../src/config/regex.js';
import { pattern } from '../../src/core/re2.js';

const source = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '\\.', '/', '|', '^', '$', '(', ')', '(?:', '(?m)', '[', ']', '*', '+', '?', '\\', 's', 'z-a', '{2}', ' ', '0'), maxLength: 9 });
const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '/', ' ', '\n', 's'), maxLength: 5 });

test('what is taken for plainly RE2 compiles', () => {
  fc.assert(fc.property(source, (one) => { if (isPlainlyRe2(one)) expect(() => pattern(one)).not.toThrow(); }), { numRuns: 5_000 });
});

test.each(['^main$', '^release-1\\.30$', '(?m)^/test( | .* )unit,?($|\\s.*)', '^(pkg|cmd)/.*\\.go$', ''])('%j is seen to be RE2 without compiling it', (one) => expect(isPlainlyRe2(one)).toBe(true));
test.each(['(', '(?=a)', 'a**', '^*', '[z-a]', '\\', 'a|*', '(?<a>b)\\1', `${'a'.repeat(3_000)}`])('%j is not taken for RE2 unseen', (one) => expect(isPlainlyRe2(one)).toBe(false));

test('a lazy pattern says what the compiled one says', () => {
  fc.assert(fc.property(source, text, (one, about) => {
    if (!isPlainlyRe2(one)) return;
    const [lazy, made] = [lazyPattern(one), pattern(one)];
    expect([lazy.source, lazy.test(about), lazy.first(about), lazy.matchAll(about), lazy.replaceAll(about, 'x')]).toEqual([one, made.test(about), made.first(about), made.matchAll(about), made.replaceAll(about, 'x')]);
  }), { numRuns: 5_000 });
});

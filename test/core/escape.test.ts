import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commitList, inlineCode, subjectOf } from '../../src/core/escape.js';

test.each([
  ['v1.0', '`v1.0`'], ['', ''], ['  a \n b\t', '`a b`'], ['a `b` c', '`` a `b` c ``'], ['``', '``` `` ```'], ['@everybody', '`@everybody`'],
])('%j as code is %j', (text, code) => expect(inlineCode(text)).toBe(code));

test('whatever it is, it stays one span of one line', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const code = inlineCode(text);
    const [fence = ''] = /^`*/.exec(code) ?? [];
    expect(code).not.toMatch(/\n/);
    if (code === '') return;
    const inner = code.slice(fence.length, -fence.length);
    expect(code.endsWith(fence)).toBe(true);
    expect((inner.match(/`+/g) ?? []).every((run) => run.length < fence.length)).toBe(true);
  }));
});

test('subjects and lists of commits', () => {
  expect(subjectOf('a\r\nb')).toBe('a');
  expect(commitList([{ sha: '0123456789', message: 'Fix `x`\n\nbody' }, { sha: 'abcdefghij', message: 'y' }], { org: 'o', name: 'r' }, 'https://ghe.example.com'))
    .toBe('- [0123456](https://ghe.example.com/o/r/commits/0123456789) `` Fix `x` ``\n- [abcdefg](https://ghe.example.com/o/r/commits/abcdefghij) `y`');
});

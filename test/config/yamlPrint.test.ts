import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { printedPodSpec, yamlOf } from '../../src/config/yaml/print.js';

test('keys are sorted, lists are not indented, and quotes are those that upstream writes', () => {
  const value = { b: ['yes', '.', 'plain', '12', '1e3', '~', '', '- x', "it's: so", '"q"', '*'], a: { list: [{ z: 1, x: 'two\nlines\n' }], empty: {}, none: [] } };
  expect(yamlOf(value)).toBe(`a:
  empty: {}
  list:
  - x: |
      two
      lines
    z: 1
  none: []
b:
- "yes"
- .
- plain
- "12"
- "1e3"
- "~"
- ""
- '- x'
- 'it''s: so'
- '"q"'
- '*'`);
});

test('a long text is broken behind the eightieth column, and reads as before', () => {
  const words = Array.from({ length: 30 }, (_, n) => `word${n}`).join(' ');
  const value = { key: words, list: [words, { name: `two  blanks: ${words}` }], literal: `${words}\n${words}\n` };
  const text = yamlOf(value);
  expect(text.split('\n').slice(0, 3)).toEqual([`key: ${words.slice(0, words.indexOf(' word13'))}`, `  ${words.slice(words.indexOf('word13'), words.indexOf(' word25'))}`, `  ${words.slice(words.indexOf('word25'))}`]);
  expect(parse(text, { version: '1.1' })).toEqual(value);
});

test('containers are printed with a name and resources, and without empty values of variables', () => {
  expect(printedPodSpec({ containers: [{ image: 'i', env: [{ name: 'A', value: '' }] }], initContainers: [{ name: 'n', resources: { limits: {} } }] })).toEqual({
    containers: [{ name: '', resources: {}, image: 'i', env: [{ name: 'A', value: undefined }] }], initContainers: [{ name: 'n', resources: { limits: {} } }],
  });
});

import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { decode } from '../../src/config/decode.js';
import { formatFinding, noFindings } from '../../src/config/findings.js';
import { Duration, Regex, Strings } from '../../src/config/scalars.js';
import { readYaml } from '../../src/config/yaml/source.js';

const Thing = z.object({
  text: z.string().optional(),
  flag: z.boolean().optional(),
  count: z.int().optional(),
  list: Strings,
  wait: Duration.default(5),
  match: Regex.default(''),
  methods: z.record(z.string(), z.union([z.enum(['merge', 'squash']), z.record(z.string(), z.enum(['merge', 'squash']))])).default({}),
  inner: z.object({ deep: z.string().default('d') }).prefault({}),
  map: z.record(z.string(), z.object({ a: z.string().default('') })).default({}),
});

function read(yaml: string) {
  const findings = noFindings();
  const source = readYaml('f.yaml', yaml, findings.errors);
  const value = source && decode(Thing, source, findings);
  return { value, errors: findings.errors.map(formatFinding), warnings: findings.warnings.map(formatFinding) };
}

test.each<{ name: string; yaml: string; want: object }>([
  { name: 'an empty file has defaults only', yaml: '', want: { list: [], wait: 5, inner: { deep: 'd' } } },
  { name: 'booleans of YAML 1.1', yaml: 'flag: yes', want: { flag: true } },
  { name: 'no is a boolean, quoted it is text', yaml: 'flag: off\ntext: "off"', want: { flag: false, text: 'off' } },
  { name: 'octal, hexadecimal and grouped integers', yaml: 'count: 0777', want: { count: 511 } },
  { name: 'a plain number becomes text where text is wanted', yaml: 'text: 12\nlist: [1.5, true]', want: { text: '12', list: ['1.5', 'true'] } },
  { name: 'times and base-60 numbers stay text', yaml: 'text: 2020-01-02\nlist: [1:30]', want: { text: '2020-01-02', list: ['1:30'] } },
  { name: 'keys match without regard to case', yaml: 'TEXT: a\nInner: {DEEP: b}', want: { text: 'a', inner: { deep: 'b' } } },
  { name: 'the exact key is preferred', yaml: 'text: exact\nTEXT: other', want: { text: 'exact' } },
  { name: 'of repeated keys the last counts', yaml: 'text: a\ntext: b', want: { text: 'b' } },
  { name: 'anchors and merge keys', yaml: 'map:\n  x: &x {a: q}\n  w: *x\n  z: {<<: *x}', want: { map: { x: { a: 'q' }, w: { a: 'q' }, z: { a: 'q' } } } },
  { name: 'null means unset', yaml: 'list:\ninner: ~\nmap: {k: }', want: { list: [], inner: { deep: 'd' }, map: { k: { a: '' } } } },
  { name: 'only the first document is read, later ones may be broken', yaml: 'text: a\n---\nfoo: [', want: { text: 'a' } },
  { name: 'durations', yaml: 'wait: 1h30m', want: { wait: 5_400_000 } },
  { name: 'a union takes text or a map', yaml: 'methods: {a: squash, b: {c: merge}}', want: { methods: { a: 'squash', b: { c: 'merge' } } } },
  { name: 'a key that is a number is text', yaml: 'map: {1: {a: b}}', want: { map: { 1: { a: 'b' } } } },
])('$name', ({ yaml, want }) => {
  const { value, errors } = read(yaml);
  expect(errors).toEqual([]);
  expect(value).toMatchObject(want);
});

test.each<{ name: string; yaml: string; want: readonly unknown[] }>([
  { name: 'a wrong type', yaml: 'text: a\ncount: many\n', want: ['f.yaml:2:8: count: expected number, found string'] },
  { name: 'every fault of the file', yaml: 'count: many\nflag: maybe\n', want: ['f.yaml:1:8: count: expected number, found string', 'f.yaml:2:7: flag: expected boolean, found string'] },
  { name: 'a place inside of a list', yaml: 'list:\n- a\n- {b: c}\n', want: ['f.yaml:3:3: list[1]: expected string, found object'] },
  { name: 'a bare number is no duration', yaml: 'wait: 30', want: [expect.stringContaining('f.yaml:1:7: wait: expected a duration like 1h30m')] },
  { name: 'look-ahead is not RE2', yaml: 'match: (?=x)', want: [expect.stringContaining('f.yaml:1:8: match: expected an RE2 expression')] },
  { name: 'an unknown member of a union', yaml: 'methods:\n  org: fast\n', want: [expect.stringMatching(/^f\.yaml:2:8: methods\.org: expected one of "merge"\|"squash"/)] },
  { name: 'broken syntax', yaml: 'text: [a\nflag: yes\n', want: expect.arrayContaining([expect.stringMatching(/^f\.yaml:\d+:\d+: /)]) as never },
  { name: 'an alias without an anchor', yaml: 'text: *nope', want: [expect.stringMatching(/^f\.yaml:1:\d+: .*nope/)] },
  { name: 'a list where an object is wanted', yaml: '- a', want: ['f.yaml:1:1: expected object, found array'] },
])('an error names its place: $name', ({ yaml, want }) => {
  const { value, errors } = read(yaml);
  expect(value).toBeUndefined();
  expect(errors).toEqual(want);
});

test('an unknown key is a warning that points at the key', () => {
  const { errors, warnings } = read('text: a\ninner:\n  depth: 1\n');
  expect(errors).toEqual([]);
  expect(warnings).toEqual(['f.yaml:3:3: inner.depth: unknown key, it has no effect']);
});

test('aliases that multiply are refused instead of filling the memory', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let n = 0; n < 12; n++) lines.push(`${String.fromCharCode(98 + n)}: &${String.fromCharCode(98 + n)} [${Array(10).fill(`*${String.fromCharCode(97 + n)}`).join(', ')}]`);
  expect(read(lines.join('\n')).errors).toEqual(['f.yaml:4:16: the aliases stand for too many values']);
});

test.each(['constructor: x', '__proto__: {a: b}', 'map: {__proto__: {a: b}}', 'a: '.repeat(3), '[[['.repeat(2_000), '\u0000\u0001', '%YAML 9\n---\na: b', '? {a: b}\n: c'])('survives %j', (yaml) => {
  expect(() => read(yaml)).not.toThrow();
});

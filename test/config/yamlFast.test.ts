import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Finding, Path } from '../../src/config/findings.js';
import { readBlock } from '../../src/config/yaml/block.js';
import { isOrdinary, readFast } from '../../src/config/yaml/fast.js';
import { isPlainJson } from '../../src/config/yaml/plainJson.js';
import { readCarefully, readYaml, type Source } from '../../src/config/yaml/source.js';
import { runs, sample } from '../support/tier.js';

/** Where everything stands that is there; nothing stands nowhere in particular. */
function places(source: Source, value: unknown, path: Path = []): readonly string[] {
  const place = (at: 'key' | 'value') => { const { line, column } = source.finding(path, '', at); return `${path.join('.')} ${at} ${line}:${column}`; };
  if ((value ?? null) === null) return typeof path.at(-1) === 'string' ? [place('key')] : [];
  const below: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(Object(value) as object);
  return [place('key'), place('value'), ...(typeof value === 'string' ? [] : below.flatMap(([key, item]) => places(source, item, [...path, key])))];
}

/** Faults that the careful reader alone sees; upstream's parser looks neither at the indentation of quotes and brackets nor before comments. */
const LENIENT = /^Missing closing|must be sufficiently indented|^Comments must be separated|leading empty lines/;

/** Nothing when the readers agree about a text, or the fast ones leave it to the careful one. */
function difference(text: string): Readonly<{ fast: unknown; careful: unknown }> | undefined {
  if (!readBlock(text) && !readFast(text)) return undefined;
  const errors: Finding[] = [];
  const [fast, careful] = [readYaml('f.yaml', text, []), readCarefully('f.yaml', text, errors)];
  if (errors.some(({ message }) => LENIENT.test(message))) return undefined;
  const all = (source: Source | undefined) => source && { value: source.value ?? null, keys: JSON.stringify(source.value ?? null), places: places(source, source.value) };
  const [a, b] = [all(fast), all(careful)];
  try {
    expect(a).toEqual(b);
    return undefined;
  } catch {
    return { fast: a, careful: b ?? errors };
  }
}

const SCALARS = [
  'y', 'Y', 'yes', 'YES', 'yEs', 'n', 'No', 'on', 'Off', 'true', 'True', 'tRUE', '~', 'null', 'Null', 'nULL', 'none', '0', '-0', '+0', '-1', '+1', '007', '0777', '-0777', '0o7', '08', '09.5', '0x1F', '-0xff', '0xg', '0b101', '0b2',
  '1_000', '_1', '1__0', '0_7', '1:30', '190:20:30', '1.5', '-1.5', '+.5', '.5', '5.', '.', '-.', '1e3', '1E-3', '1.e3', 'e3', '.e3', '1e', '1_0.5_0', '.inf', '-.INF', '.NaN', '.nan', 'nan', 'inf', '12345678901234567890', '1e400', '0.1', '1.10',
  '2001-12-14', '2001-12-14T21:59:43Z', '<<', '=', '-', '--', '- a', '?', '!', '!a', '&', '&a', '*', '*a', '%', '@', '`', '#', 'a#b', 'a #b', 'a: b', 'a:b', ':', ':a', 'a:', '[', ']', '[a', 'a]', '{', '}', '{a', ',', 'a,b', '"', "'", '"a', "a'b", '|', '>', '\\', '\t', 'a\tb',
];

test.each(SCALARS)('the fast and the careful reader agree about %j, plain, quoted, in lists and as a key', (text) => {
  for (const around of [
    text, `- ${text}`, `a: ${text}`, `[${text}]`, `{a: ${text}}`, `{${text}: a}`, `${text}: a`, `- ${text}: a\n  b: ${text}`, `a: ${JSON.stringify(text)}`, `a: '${text.replaceAll("'", "''")}'`, `a: |\n  ${text}\n`, `a: >-\n  ${text}\n  ${text}\n`, `a: ${text} # c`,
    `a:\n- ${text}\n- ${text}\n`, `a: ${text}\n  ${text}\n`, `- - ${text}\n  - b\n`, `- {a: ${text}, b}\n- [a: ${text}]\n`, `---\na: ${text}\n`, `# c\n---\n- ${text}\n`, `a: ${text}\n---\nb: ${text}\n`, `a: ${text}\n...\n`, `"${text}": a`,
  ]) expect({ around, found: difference(around) }).toEqual({ around, found: undefined });
});

test.each([
  ['an anchor', 'a: &x 1\nb: *x\n'], ['a merge', 'a: {<<: {b: 1}}\n'], ['a tag', 'a: !!str 1\n'], ['a tag of a list', '!!omap [a: 1]\n'], ['a second document', 'a: 1\n---\nb: 1\n'], ['a directive', '%YAML 1.2\n---\na: 1\n'], ['a key that is a list', '[a, b]: c\n'],
  ['a complex key', '? a\n: b\n'], ['a key that is null', '~: b\n'], ['a key that is nothing', ': b\n'], ['a tab', 'a:\tb\n'], ['a mark of byte order', '\ufeffa: 1\n'], ['a carriage return', 'a: 1\r\n'], ['not a number', 'a: .nan\n'], ['broken syntax', 'a: [\n'], ['bytes', '\0\u0001\u0002'], ['a tagged empty text on the next line', '\n- !b \n  >'], ['a tagged text on the next line', 'a: !b # c\n  |-\n  x\n'],
  ['a very long line', `a: ${'{'.repeat(1_000_000)}\n`], ['a deep list', `${'['.repeat(200)}${']'.repeat(200)}`],
])('what is odd is read carefully: %s', (_, text) => { for (const reader of [readBlock, readFast]) expect(reader(text)).toBeUndefined(); });

test('ordinary files are what real ones look like: comments, scripts, expressions, several levels', () => {
  const text = 'presubmits:\n  org/repo:\n  - name: a # why\n    run_if_changed: \'^(go.mod|pkg/.*\\.go)$\'\n    spec:\n      containers:\n      - command: ["sh", "-c"]\n        args:\n        - |\n          if ! grep -q x && [ "$a" != b ]; then echo "${c}: d" 2>&1; fi\n          cat <<EOF\n          a: *b\n          EOF\n';
  expect(isOrdinary(text)).toBe(true);
  expect(difference(text)).toBeUndefined();
});

test.each<[value: unknown, plain: boolean]>([
  [{ a: [1, 'b', true, null, { c: -1.5 }] }, true], [[], true], ['', true], [undefined, false], [{ a: undefined }, false], [[Number.NaN], false], [{ a: Number.POSITIVE_INFINITY }, false], [-0, false], [new Date(0), false], [1n, false],
  [JSON.parse('{"a": {"__proto__": 1}}'), false], [Array.from({ length: 200_000 }, () => 1), false],
])('JSON through and through: %#', (value, plain) => {
  expect(isPlainJson(value)).toBe(plain);
  if (plain) expect(JSON.parse(JSON.stringify(value))).toEqual(value);
});

test('aliases are not expanded without end, by whichever reader', () => {
  const laughs = Array.from({ length: 12 }, (_, n) => `a${n}: &a${n} [${n === 0 ? 'lol' : Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]`).join('\n');
  const errors: Finding[] = [];
  expect(readYaml('f.yaml', laughs, errors)).toBeUndefined();
  expect(errors[0]?.message).toMatch(/alias/i);
});

const text = fc.oneof(fc.constantFrom(...SCALARS), fc.string({ maxLength: 12 }), fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', ':', '#', '-', '"', "'", '\\', '{', ']', ',', '|'), maxLength: 14 }));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(text, tie('tree'), { maxKeys: 4 })),
}));

test('generated files: both readers agree about values and places', () => {
  fc.assert(fc.property(tree, fc.boolean(), fc.constantFrom('BLOCK_FOLDED', 'BLOCK_LITERAL', 'PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'), fc.constantFrom(2, 4), fc.boolean(), (value, flow, kind, indent, indentSeq) => {
    const options = { version: '1.1', indent, indentSeq, collectionStyle: flow ? 'flow' : 'any', defaultStringType: kind, aliasDuplicateObjects: false, lineWidth: 20 } as const;
    expect(difference(stringify(value, options))).toBeUndefined();
  }), { numRuns: runs(3_000) });
});

const BLOCKS: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['maps, lists, comments and empty values', '# c\n---\na: 1 # c\nb:\n- x\n-   k: true\n    z:\n  # c\n- - p\n  - q\nc:\n\n', { a: 1, b: ['x', { k: true, z: null }, ['p', 'q']], c: null }],
  ['quotes', 'a: "b # c" # d\n"e f": \'it\'\'s\'\nb: "\\\\.go$"\n', { a: 'b # c', 'e f': "it's", b: '\\.go$' }],
  ['brackets', 'a: [x, "y, z", [1], {k: v}] # c\nb: {cpu: 4, memory: 6Gi, l: []}\nc: {}\n', { a: ['x', 'y, z', [1], { k: 'v' }], b: { cpu: 4, memory: '6Gi', l: [] }, c: {} }],
  ['texts of several lines', 'a: |\n  x\n    y: z\n\n  # no comment\n\n\nb: |+ # c\n  x\n\nc:\n- |-\n  x\n- >\n  x\n  y\nd: >-\n    x\n', { a: 'x\n  y: z\n\n# no comment\n', b: 'x\n\n', c: ['x', 'x y\n'], d: 'x' }],
  ['texts that go on in the next line', 'a: b c\n  --d=e\n  f\nb:\n- x\n  y\ng h: 1\ni:\n- j k: l\n   m\n', { a: 'b c --d=e f', b: ['x y'], 'g h': 1, i: [{ 'j k': 'l m' }] }],
  ['a key that comes twice', 'a: 1\nb: 2\na: 3\n', { a: 3, b: 2 }],
];
test.each(BLOCKS)('the plain block style: %s', (_, text, value) => {
  expect(readBlock(text)).toEqual({ value });
  expect(difference(text)).toBeUndefined();
  expect(difference(text.trimEnd())).toBeUndefined();
});

test('lines of configurations in any order and indentation: whatever the fast readers take, the careful one reads in the same way', () => {
  const line = fc.tuple(fc.nat(4), fc.constantFrom(
    'a: 1', 'b:', 'c: x y', '- a: 1', '- x', '- - y', '-  b:', 'c: |', '- |-', 'd: >', 'e: |+', '# c', '', '  ', 'x', 'y z', '"q": "a" # c', "'s': 'b'", 'f: [a, b]', 'g: {k: v, l: [1]}', '- [x]', '- {m: n}', 'a: b: c', 'a: "b', "c'", 'h: # c', 'i: x # c', '-', 'k: -1', '- -c', '---', 'l: {}', 'm: []]', 'n: "a" b', 'yes: y', '1: 2', 'o p: q', '- r s:', '--t', '# u: v',
  ));
  fc.assert(fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, ended) => {
    const text = lines.map(([indent, content]) => ' '.repeat(indent) + content).join('\n') + (ended ? '\n' : '');
    expect({ text, found: difference(text) }).toEqual({ text, found: undefined });
  }), { numRuns: runs(20_000) });
});

test('texts made of the signs of YAML: whatever the fast reader takes, the careful one reads in the same way', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b: ', '- ', '  ', ' ', ':', '#', ' #', '"', "'", '{', '}', '[', ']', ', ', '|', '>', '&a ', '*a', '!b ', '? ', '1', '~', '---', '\n', '\n  ', '\n- ', '\na: '), maxLength: 12 });
  fc.assert(fc.property(line, (made) => expect(difference(made)).toBeUndefined()), { numRuns: runs(80_000) });
});

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
test(existsSync(data) ? 'the files of public installations: both readers agree about every value' : `the configurations of public installations are not here (${data}), none is compared`, () => {
  if (!existsSync(data)) return;
  const files = sample(readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file)));
  let inBlocks = 0;
  const careful = files.filter((file) => {
    const content = readFileSync(join(data, file), 'utf8');
    const [block, fast] = [readBlock(content), readFast(content)];
    if (block) inBlocks++;
    for (const one of [block, fast]) if (one) expect({ file, value: one.value ?? null }).toEqual({ file, value: readCarefully(file, content, [])?.value ?? null });
    return !block && !fast;
  });
  expect(careful.length).toBeLessThan(files.length / 50);
  expect(inBlocks).toBeGreaterThan(files.length * 0.8);
});

import { expect, test } from '@jest/globals';
import { HelpAsked, UsageError, durationMs, parseFlags, reader, type FlagTable } from '../../src/cli/flags.js';

const table = {
  name: { kind: 'string', about: '', default: 'x' },
  tag: { kind: 'list', about: '', default: 'first' },
  'dry-run': { kind: 'bool', about: '', default: 'true' },
  port: { kind: 'int', about: '', default: '1' },
  grace: { kind: 'duration', about: '', default: '2m' },
} as const satisfies FlagTable;
const parse = (args: string[], env = {}) => {
  const parsed = parseFlags(args, table, env);
  return { flags: reader(parsed, table), rest: parsed.rest };
};

test.each([
  { name: 'one dash is two', args: ['-name=a'], want: { name: 'a' } },
  { name: 'a value may come next', args: ['--name', 'a'], want: { name: 'a' } },
  { name: 'a value may hold an equals sign', args: ['--name=a=b'], want: { name: 'a=b' } },
  { name: 'an empty value is a value', args: ['--name='], want: { name: '' } },
  { name: 'the default', args: [], want: { name: 'x' } },
])('strings: $name', ({ args, want }) => {
  expect(parse(args).flags.text('name')).toBe(want.name);
});

test('a bare boolean is true and leaves the next word alone', () => {
  const { flags, rest } = parse(['--dry-run', 'false']);
  expect(flags.flag('dry-run')).toBe(true);
  expect(rest).toEqual(['false']);
});

test('a boolean takes Go\'s spellings behind an equals sign', () => {
  for (const no of ['0', 'f', 'F', 'false', 'FALSE', 'False']) expect(parse([`--dry-run=${no}`]).flags.flag('dry-run')).toBe(false);
});

test('a repeatable flag replaces its default and then appends', () => {
  expect(parse([]).flags.list('tag')).toEqual(['first']);
  expect(parse(['--tag=a', '--tag', 'b']).flags.list('tag')).toEqual(['a', 'b']);
});

test('parsing stops at -- and at the first word that is no flag', () => {
  expect(parse(['--name=a', '--', '--name=b'])).toMatchObject({ rest: ['--name=b'] });
  expect(parse(['word', '--name=b'])).toMatchObject({ rest: ['word', '--name=b'] });
});

test('the environment fills in what the command line leaves out', () => {
  const env = { NAME: 'env', DRY_RUN: 'false', TAG: 'p,q' };
  expect(parse([], env).flags.text('name')).toBe('env');
  expect(parse(['--name=flag'], env).flags.text('name')).toBe('flag');
  expect(parse([], env).flags.flag('dry-run')).toBe(false);
  expect(parse([], env).flags.list('tag')).toEqual(['p', 'q']);
});

test.each([
  { args: ['--nope'], says: 'unknown flag --nope' },
  { args: ['--port=x'], says: '--port' },
  { args: ['--dry-run=maybe'], says: '--dry-run' },
  { args: ['--grace=5'], says: '--grace' },
  { args: ['--name'], says: '--name needs a value' },
])('$args is refused and the flag named', ({ args, says }) => {
  expect(() => parse(args)).toThrow(UsageError);
  expect(() => parse(args)).toThrow(says);
});

test('help is asked for by -h', () => { expect(() => parse(['-h'])).toThrow(HelpAsked); });

test.each([['90s', 90_000], ['2m30s', 150_000], ['1h', 3_600_000], ['1.5s', 1_500], ['250ms', 250], ['-1s', -1_000], ['0', 0], ['5', undefined], ['', undefined], ['2d', undefined]])('duration %s', (text, want) => {
  expect(durationMs(text)).toBe(want);
});

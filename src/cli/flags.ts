/**
 * Flags as upstream's commands take them (Go's `flag` package, config 1.5): `-x` is `--x`, a value follows `=` or comes next,
 * booleans need `=`, parsing stops at the first word that is no flag or after `--`.
 */
export type FlagKind = 'string' | 'list' | 'bool' | 'int' | 'duration';

export interface FlagSpec {
  readonly kind: FlagKind;
  readonly about: string;
  readonly default?: string;
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;

export interface ParsedFlags {
  /** Values as given, by flag; the environment fills in what the command line leaves out. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

/** The command line is wrong: one line says what, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `-h` or `--help` was given. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked';
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** `--config-path` as an environment variable: `CONFIG_PATH`. */
export function envName(flag: string): string {
  return flag.toUpperCase().replaceAll(/[-.]/g, '_');
}

function checkValue(flag: string, kind: FlagKind, value: string): void {
  if (kind === 'bool' && !TRUE.has(value) && !FALSE.has(value)) throw new UsageError(`invalid value ${JSON.stringify(value)} for --${flag}: expected true or false`);
  if (kind === 'int' && !/^-?\d+$/.test(value)) throw new UsageError(`invalid value ${JSON.stringify(value)} for --${flag}: expected a whole number`);
  if (kind === 'duration' && durationMs(value) === undefined) throw new UsageError(`invalid value ${JSON.stringify(value)} for --${flag}: expected a duration such as 90s or 2m30s`);
}

/** Parses arguments by a table; throws UsageError with one line, or HelpAsked. */
export function parseFlags(args: readonly string[], table: FlagTable, env: Readonly<Record<string, string | undefined>>): ParsedFlags {
  const values = new Map<string, string[]>();
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') { at++; break; }
    if (!word.startsWith('-') || word === '-') break;
    const [, name = '', , inline] = /^--?([^=]*)(=([\s\S]*))?$/.exec(word) ?? [];
    if (name === 'h' || name === 'help') throw new HelpAsked();
    const spec = table[name];
    if (!spec) throw new UsageError(`unknown flag --${name}`);
    let value = inline;
    if (value === undefined) {
      if (spec.kind === 'bool') value = 'true';
      else {
        value = args[++at];
        if (value === undefined) throw new UsageError(`--${name} needs a value`);
      }
    }
    checkValue(name, spec.kind, value);
    if (spec.kind === 'list') values.set(name, [...(values.get(name) ?? []), value]);
    else values.set(name, [value]);
  }
  for (const [name, spec] of Object.entries(table)) {
    const fromEnv = env[envName(name)];
    if (values.has(name) || fromEnv === undefined || fromEnv === '') continue;
    checkValue(name, spec.kind, fromEnv);
    values.set(name, spec.kind === 'list' ? fromEnv.split(',') : [fromEnv]);
  }
  return { values, rest: args.slice(at) };
}

/** Typed look-ups of parsed flags, with the table's defaults. */
export function reader(parsed: ParsedFlags, table: FlagTable) {
  const one = (name: string): string | undefined => parsed.values.get(name)?.at(-1) ?? table[name]?.default;
  return {
    given: (name: string): boolean => parsed.values.has(name),
    text: one,
    list: (name: string): readonly string[] => parsed.values.get(name) ?? (table[name]?.default ? [table[name].default] : []),
    flag: (name: string): boolean => TRUE.has(one(name) ?? 'false'),
    int: (name: string): number => Number(one(name)),
    ms: (name: string): number => durationMs(one(name) ?? '0') ?? 0,
  };
}
export type FlagReader = ReturnType<typeof reader>;

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A Go duration in milliseconds; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '0', , unit = 's'] of text.matchAll(/(\d+(\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) sum += Number(amount) * (UNITS[unit] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}

/** The usage text of a table, one flag a line; with `flags` the command does not look into the environment. */
export function usage(command: string, table: FlagTable, from: 'flags and environment' | 'flags' = 'flags and environment'): string {
  const rows = Object.entries(table).map(([name, spec]) => {
    const value = spec.kind === 'bool' ? '' : ` ${spec.kind.toUpperCase()}`;
    const notes = [...(from === 'flags' ? [] : [envName(name)]), ...(spec.default === undefined ? [] : [`default ${JSON.stringify(spec.default)}`])];
    return `  --${name}${value}${notes.length === 0 ? '' : `  (${notes.join(', ')})`}\n        ${spec.about}`;
  });
  return `Usage: ${command} [flags]\n\n${rows.join('\n')}\n`;
}

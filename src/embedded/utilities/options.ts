/** Options that are missing or wrong; the message names the place and what was expected. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** One object of options; every method throws OptionsError when a value has the wrong kind. Absent and null are the same. */
export interface Options {
  readonly raw: Readonly<Record<string, unknown>>;
  /** `""` when absent. */
  text(key: string): string;
  /** Throws when absent or empty. */
  needed(key: string): string;
  texts(key: string): readonly string[];
  flag(key: string): boolean;
  /** undefined when absent; an integer otherwise. */
  integer(key: string): number | undefined;
  object(key: string): Options | undefined;
  objects(key: string): readonly Options[];
  map(key: string): ReadonlyMap<string, string>;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads parsed JSON key by key; `place` begins every message. Throws OptionsError unless it is an object. */
export function optionsOf(value: unknown, place: string): Options {
  if (!isRecord(value)) throw new OptionsError(`${place}: expected an object`);
  const wrong = (key: string, kind: string): OptionsError => new OptionsError(`${place}: ${key}: expected ${kind}, found ${JSON.stringify(value[key])?.slice(0, 80) ?? 'nothing'}`);
  const is = <T>(key: string, kind: string, guard: (found: unknown) => found is T): T | undefined => {
    const found = value[key] ?? undefined;
    if (found === undefined || guard(found)) return found;
    throw wrong(key, kind);
  };
  const isText = (found: unknown): found is string => typeof found === 'string';
  const isList = (found: unknown): found is readonly unknown[] => Array.isArray(found);
  return {
    raw: value,
    text: (key) => is(key, 'text', isText) ?? '',
    needed(key) {
      const found = is(key, 'text', isText) ?? '';
      if (found === '') throw new OptionsError(`${place}: ${key}: is missing`);
      return found;
    },
    texts: (key) => is(key, 'a list of texts', (found): found is readonly string[] => Array.isArray(found) && found.every(isText)) ?? [],
    flag: (key) => is(key, 'true or false', (found): found is boolean => typeof found === 'boolean') ?? false,
    integer: (key) => is(key, 'an integer', (found): found is number => Number.isInteger(found)),
    object(key) {
      const found = is(key, 'an object', isRecord);
      return found && optionsOf(found, `${place}: ${key}`);
    },
    objects: (key) => (is(key, 'a list of objects', isList) ?? []).map((one, at) => optionsOf(one, `${place}: ${key}[${String(at)}]`)),
    map(key) {
      const found = is(key, 'an object of texts', (one): one is Record<string, string> => isRecord(one) && Object.values(one).every(isText));
      return new Map(Object.entries(found ?? {}));
    },
  };
}

/** The options in an environment variable: when it exists, flags do not count (jobs 5.1). Throws OptionsError for what is no JSON object. */
export function findOptions(env: Readonly<Record<string, string | undefined>>, name: string): Options | undefined {
  const text = env[name];
  return text === undefined ? undefined : optionsOf(parsed(text, name), name);
}

/** JSON of a named place. Throws OptionsError. */
export function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OptionsError(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a flag takes: `one` value, any number of values (`many`), or none (`switch`, also written `--flag=false`). */
export type Flags = Readonly<Record<string, 'one' | 'many' | 'switch'>>;

/**
 * A command line in Go's manner: `--name value`, `--name=value`, with one dash or two; what follows the first word that is no flag, or
 * `--`, is `rest`. Throws OptionsError for flags that do not exist.
 */
export function parseFlags(args: readonly string[], flags: Flags): Readonly<{ one: (name: string) => string | undefined; many: (name: string) => readonly string[]; on: (name: string, otherwise?: 'on') => boolean; rest: readonly string[] }> {
  const found = new Map<string, string[]>();
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') { at++; break; }
    const [, name, , given] = /^--?([^-=][^=]*)(=([^]*))?$/.exec(word) ?? [];
    if (name === undefined) break;
    const kind = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (kind === undefined) throw new OptionsError(`unknown flag ${word.split('=')[0] ?? word}; known are ${Object.keys(flags).map((one) => `--${one}`).join(', ')}`);
    const value = given ?? (kind === 'switch' ? 'true' : args[++at]);
    if (value === undefined) throw new OptionsError(`flag --${name} needs a value`);
    if (kind === 'switch' && !/^(?:true|false|1|0|t|f)$/i.test(value)) throw new OptionsError(`flag --${name}: expected true or false, found ${JSON.stringify(value)}`);
    found.set(name, kind === 'many' ? [...(found.get(name) ?? []), value] : [value]);
  }
  return {
    one: (name) => found.get(name)?.[0],
    many: (name) => found.get(name) ?? [],
    on: (name, otherwise) => (found.has(name) ? /^(?:true|1|t)$/i.test(found.get(name)?.[0] ?? '') : otherwise === 'on'),
    rest: args.slice(at),
  };
}

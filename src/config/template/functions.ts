import { TemplateError } from './scan.js';
import { isTrue, textOfValue, type Value } from './values.js';

/** A function of templates. Throws TemplateError. */
export type Fn = (args: readonly Value[]) => Value;

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new TemplateError('incompatible types for comparison');
}

function equal(a: Value, b: Value): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null);
  if (typeof a === 'object' || typeof b === 'object') throw new TemplateError('non-comparable type');
  if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison');
  return a === b;
}

function index([from, ...keys]: readonly Value[]): Value {
  let value = from;
  for (const key of keys) {
    if (value === null || value === undefined) throw new TemplateError('index of nil pointer');
    if (value instanceof Map) value = (value as ReadonlyMap<string, Value>).get(String(key));
    else if (Array.isArray(value) || typeof value === 'string') {
      if (typeof key !== 'number') throw new TemplateError('cannot index a list with anything but a number');
      if (key < 0 || key >= lengthOf(value)) throw new TemplateError(`index out of range: ${key}`);
      value = typeof value === 'string' ? Buffer.from(value)[key] : (value as readonly Value[])[key];
    } else throw new TemplateError("can't index this");
  }
  return value;
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  throw new TemplateError('len of something without length');
}

function slice([value, ...bounds]: readonly Value[]): Value {
  const [from = 0, to = lengthOf(value)] = bounds;
  if (typeof from !== 'number' || typeof to !== 'number' || from < 0 || to > lengthOf(value) || from > to) throw new TemplateError('slice out of range');
  if (typeof value === 'string') return Buffer.from(value).subarray(from, to).toString('utf8');
  return (value as readonly Value[]).slice(from, to);
}

/** Go puts spaces between two operands when neither is a text. */
function print(args: readonly Value[]): string {
  return args.map((arg, at) => (at > 0 && typeof arg !== 'string' && typeof args[at - 1] !== 'string' ? ' ' : '') + textOfValue(arg)).join('');
}

/** Go takes no greater width either. */
const MAX_PADDING = 1_000_000;
const VERB = /%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g;

function printf([format, ...args]: readonly Value[]): string {
  if (typeof format !== 'string') throw new TemplateError('printf needs a format');
  let next = 0;
  let padding = 0;
  const text = format.replace(VERB, (_, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (next >= args.length) return `%!${verb}(MISSING)`;
    const body = formatted(verb, args[next++], precision);
    const pad = Number(width || '0') - [...body].length;
    if (pad <= 0) return body;
    if ((padding += pad) > MAX_PADDING) throw new TemplateError(`printf pads with more than ${MAX_PADDING} characters`);
    if (flags.includes('-')) return body + ' '.repeat(pad);
    return flags.includes('0') && verb !== 's' ? body.replace(/^([-+]?)/, `$1${'0'.repeat(pad)}`) : ' '.repeat(pad) + body;
  });
  return next < args.length ? `${text}%!(EXTRA ${args.slice(next).map((arg) => `${typeName(arg)}=${textOfValue(arg)}`).join(', ')})` : text;
}

function typeName(value: Value): string {
  return { string: 'string', boolean: 'bool', number: Number.isInteger(value) ? 'int' : 'float64' }[typeof value as 'string' | 'boolean' | 'number'] ?? 'value';
}

function formatted(verb: string, value: Value, precision: string | undefined): string {
  switch (verb) {
    case 's': case 'v': return precision === undefined ? textOfValue(value) : [...textOfValue(value)].slice(0, Number(precision)).join('');
    case 'q': return JSON.stringify(textOfValue(value));
    case 'd': return typeof value === 'number' ? textOfValue(value) : `%!d(${typeName(value)}=${textOfValue(value)})`;
    case 't': return typeof value === 'boolean' ? textOfValue(value) : `%!t(${typeName(value)}=${textOfValue(value)})`;
    case 'x': return typeof value === 'number' ? value.toString(16) : Buffer.from(textOfValue(value)).toString('hex');
    case 'f': return Number(value).toFixed(precision === undefined ? 6 : Number(precision));
    default: return `%!${verb}(${textOfValue(value)})`;
  }
}

const HTML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;', '\0': '\uFFFD' };

/** The functions that every Go template has; `and` and `or` are evaluated where templates run, since they stop early. */
export const FUNCTIONS: ReadonlyMap<string, Fn> = new Map<string, Fn>([
  ['not', ([value]) => !isTrue(value)],
  ['len', ([value]) => lengthOf(value)],
  ['index', index],
  ['slice', slice],
  ['eq', ([first, ...others]) => {
    if (others.length === 0) throw new TemplateError('eq needs two values');
    return others.some((other) => equal(first, other));
  }],
  ['ne', ([a, b]) => !equal(a, b)],
  ['lt', ([a, b]) => compare(a, b) < 0],
  ['le', ([a, b]) => compare(a, b) <= 0],
  ['gt', ([a, b]) => compare(a, b) > 0],
  ['ge', ([a, b]) => compare(a, b) >= 0],
  ['print', print],
  ['println', (args) => `${args.map((arg) => textOfValue(arg)).join(' ')}\n`],
  ['printf', printf],
  ['html', (args) => print(args).replace(/[<>&"'\0]/g, (char) => HTML[char] ?? char)],
  ['js', (args) => print(args).replace(/[\\'"<>&=\n\r\u2028\u2029]/g, (char) => ({ '\\': '\\\\', "'": "\\'", '"': '\\"' })[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)],
  ['urlquery', (args) => encodeURIComponent(print(args)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+')],
]);

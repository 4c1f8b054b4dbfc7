import { findDuration } from './duration.js';

/** When a periodic runs: at the times that all fields hold, or again and again. */
export type Cron = Readonly<
  | { kind: 'every'; ms: number }
  | {
    kind: 'times';
    seconds: ReadonlySet<number>;
    minutes: ReadonlySet<number>;
    hours: ReadonlySet<number>;
    daysOfMonth: ReadonlySet<number>;
    /** From 1. */
    months: ReadonlySet<number>;
    /** From Sunday, 0. */
    daysOfWeek: ReadonlySet<number>;
    /** One of the two fields about days holds `*` or `?`: a day must fit both. Otherwise it must fit either. */
    days: 'both' | 'either';
    /** An IANA name; the machine's zone where unset. */
    zone: string | undefined;
  }
>;

interface Bounds {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}
const SECONDS: Bounds = { what: 'seconds', min: 0, max: 59 };
const MINUTES: Bounds = { what: 'minutes', min: 0, max: 59 };
const HOURS: Bounds = { what: 'hours', min: 0, max: 23 };
const DAYS: Bounds = { what: 'days of the month', min: 1, max: 31 };
const MONTHS: Bounds = { what: 'months', min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] };
const WEEKDAYS: Bounds = { what: 'days of the week', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const NAMED: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 0 1 1 *'], ['@annually', '0 0 0 1 1 *'], ['@monthly', '0 0 0 1 * *'], ['@weekly', '0 0 0 * * 0'],
  ['@daily', '0 0 0 * * *'], ['@midnight', '0 0 0 * * *'], ['@hourly', '0 0 * * * *'],
]);

/**
 * Reads a cron text as upstream does (config 2.7.4): five fields, six with seconds first, or a descriptor such as `@daily` and
 * `@every 1h30m`; in front of it, perhaps, `TZ=ZONE` or `CRON_TZ=ZONE`. Throws a RangeError that says what is wrong.
 */
export function parseCron(text: string): Cron {
  const [, zone, rest = text] = /^(?:CRON_)?TZ=(\S*)\s+([\s\S]*)$/.exec(text) ?? [];
  if (zone !== undefined && !isZone(zone)) throw new RangeError(`there is no time zone ${JSON.stringify(zone)}`);
  const spec = rest.trim();
  if (spec.startsWith('@every ')) {
    const ms = findDuration(spec.slice('@every '.length).trim());
    if (ms === undefined) throw new RangeError(`expected a duration behind @every, found ${JSON.stringify(spec.slice('@every '.length))}`);
    return { kind: 'every', ms: Math.max(1_000, Math.floor(ms / 1_000) * 1_000) };
  }
  const named = NAMED.get(spec);
  if (named === undefined && spec.startsWith('@')) throw new RangeError(`expected one of ${[...NAMED.keys()].join(', ')} and @every, found ${JSON.stringify(spec)}`);
  const fields = (named ?? spec).split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5 && fields.length !== 6) throw new RangeError(`expected 5 or 6 fields, found ${fields.length}`);
  const [seconds = '0', minutes = '', hours = '', dom = '', months = '', dow = ''] = fields.length === 5 ? ['0', ...fields] : fields;
  const anyDay = (field: string) => field.split(',').some((part) => /^[*?]/.test(part));
  return {
    kind: 'times',
    seconds: valuesOf(seconds, SECONDS),
    minutes: valuesOf(minutes, MINUTES),
    hours: valuesOf(hours, HOURS),
    daysOfMonth: valuesOf(dom, DAYS),
    months: valuesOf(months, MONTHS),
    daysOfWeek: valuesOf(dow, WEEKDAYS),
    days: anyDay(dom) || anyDay(dow) ? 'both' : 'either',
    zone: zone === '' || zone === 'Local' ? undefined : zone,
  };
}

function valuesOf(field: string, bounds: Bounds): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(',').filter((one) => one !== '')) for (const value of range(part, bounds)) values.add(value);
  return values;
}

/** `*`, `5`, `1-5`, each with a step perhaps; `5/10` means from 5 to the end. */
function range(part: string, bounds: Bounds): readonly number[] {
  const wrong = (why: string) => new RangeError(`${bounds.what}: ${why} in ${JSON.stringify(part)}`);
  const [span = '', stepText, ...moreSteps] = part.split('/');
  const [lowText = '', highText, ...moreEnds] = span.split('-');
  if (moreSteps.length > 0) throw wrong('expected one step');
  if (moreEnds.length > 0) throw wrong('expected one range');
  const number = (text: string): number => {
    const named = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
    if (named >= 0) return named + bounds.min;
    if (!/^\d+$/.test(text)) throw wrong(`${JSON.stringify(text)} is no number`);
    return Number(text);
  };
  const whole = lowText === '*' || lowText === '?';
  const low = whole ? bounds.min : number(lowText);
  const high = whole || (highText === undefined && stepText !== undefined) ? bounds.max : number(highText ?? lowText);
  const step = stepText === undefined ? 1 : number(stepText);
  if (step < 1) throw wrong('expected a step of 1 or more');
  if (low < bounds.min || high > bounds.max) throw wrong(`expected ${bounds.min} to ${bounds.max}`);
  if (low > high) throw wrong('the range ends before it starts');
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, n) => low + n * step);
}

function isZone(zone: string): boolean {
  if (zone === '' || zone === 'Local') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

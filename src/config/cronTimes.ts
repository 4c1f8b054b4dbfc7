import type { Cron } from './cron.js';

type Times = Extract<Cron, { kind: 'times' }>;
const DAY_MS = 86_400_000;
/** The 29th of February comes back within eight years; what is not found by then never comes. */
const DAYS_AHEAD = 366 * 8 + 3;

/**
 * The first time after `after` (both milliseconds since the epoch) at which a cron fires; undefined when it never does (`0 0 31 2 *`).
 * Without a zone of its own a cron means UTC (jobs 9). An hour that daylight saving leaves out has no firing, one that it repeats has
 * one, the first. `@every` counts from `after`.
 */
export function nextFiring(cron: Cron, after: number): number | undefined {
  if (cron.kind === 'every') return after + cron.ms;
  const zone = cron.zone ?? 'UTC';
  const [hours, minutes, seconds] = [cron.hours, cron.minutes, cron.seconds].map((set) => [...set].sort((a, b) => a - b)) as [number[], number[], number[]];
  // Days are counted in the zone's own calendar; its clock then is a day away from UTC's at most.
  const first = Math.floor((after + offsetAt(zone, after)) / DAY_MS) * DAY_MS;
  for (let n = 0; n < DAYS_AHEAD; n++) {
    const day = first + n * DAY_MS;
    if (!fits(cron, new Date(day))) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        for (const second of seconds) {
          const wall = day + ((hour * 60 + minute) * 60 + second) * 1_000;
          const at = atWall(zone, wall);
          if (at !== undefined && at > after) return at;
        }
      }
    }
  }
  return undefined;
}

/** The last firing in (`after`, `now`], and the first one behind `now`. */
export function firings(cron: Cron, after: number, now: number): Readonly<{ last: number | undefined; next: number | undefined }> {
  let last: number | undefined;
  let next = nextFiring(cron, after);
  if (next !== undefined && next <= now && cron.kind === 'every') {
    last = after + Math.floor((now - after) / cron.ms) * cron.ms;
    return { last, next: last + cron.ms };
  }
  // After a long time away only the last one matters, so the search begins nearer to now.
  for (const back of [60_000, 3_600_000, DAY_MS, 31 * DAY_MS]) {
    if (next === undefined || next > now || now - back <= after) break;
    const near = nextFiring(cron, now - back);
    if (near !== undefined && near <= now) {
      next = near;
      break;
    }
  }
  while (next !== undefined && next <= now) {
    last = next;
    next = nextFiring(cron, next);
  }
  return { last, next };
}

function fits({ months, daysOfMonth, daysOfWeek, days }: Times, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const [dom, dow] = [daysOfMonth.has(day.getUTCDate()), daysOfWeek.has(day.getUTCDay())];
  return days === 'both' ? dom && dow : dom || dow;
}

/** The moment at which the zone's clocks show a time (given as if it were UTC's); undefined where they skip it. */
function atWall(zone: string, wall: number): number | undefined {
  if (zone === 'UTC') return wall;
  // The earlier of the two offsets around a change comes first, so a repeated hour counts once.
  for (const offset of [offsetAt(zone, wall - DAY_MS), offsetAt(zone, wall + DAY_MS)]) {
    const at = wall - offset;
    if (at + offsetAt(zone, at) === wall) return at;
  }
  return undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: string): number => parts.get(type as Intl.DateTimeFormatPartTypes) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(at / 1_000) * 1_000;
}

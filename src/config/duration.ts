const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6], ['us', 1e-3], ['µs', 1e-3], ['μs', 1e-3], ['ms', 1], ['s', 1_000], ['m', 60_000], ['h', 3_600_000],
]);
/** Go counts nanoseconds in 63 bits: 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6;
const WHOLE = /^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
/** What nearly all are. */
const SIMPLE = /^(\d{1,6})([smh])$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Milliseconds of a Go duration (`1h30m`, `300ms`, `0`); undefined when the text is not one. */
export function findDuration(text: string): number | undefined {
  const simple = SIMPLE.exec(text);
  if (simple) return Number(simple[1]) * (UNITS.get(simple[2] ?? '') ?? 0);
  if (/^[-+]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(PART)) total += Number(amount) * (UNITS.get(unit) ?? 0);
  if (total >= LONGEST_MS) return undefined;
  return text.startsWith('-') ? -total : total;
}

/** Milliseconds of a Go duration; throws a RangeError that shows an example when the text is not one. */
export function parseDuration(text: string): number {
  const found = findDuration(text);
  if (found === undefined) throw new RangeError(`not a duration: ${JSON.stringify(text)} (expected one like 1h30m or 90s)`);
  return found;
}

/** The way Go prints a duration: `1h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1_000) {
    if (abs >= 1) return `${sign}${decimal(abs)}ms`;
    return abs >= 1e-3 ? `${sign}${decimal(abs * 1e3)}µs` : `${sign}${decimal(abs * 1e6)}ns`;
  }
  const hours = Math.floor(abs / 3_600_000);
  const minutes = Math.floor((abs % 3_600_000) / 60_000);
  const seconds = decimal((abs % 60_000) / 1_000);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

function decimal(n: number): string {
  if (Number.isInteger(n)) return String(n);
  return String(Number(n.toFixed(9)));
}

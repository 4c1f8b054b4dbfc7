import { OptionsError } from './options.js';

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const NANOS_PER_MS = 1e6;

/** Milliseconds as Go prints a duration: `2h0m0s`, `1.5s`, `250ms`. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${trimmed(ms)}ms`;
  const seconds = ms / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${trimmed(seconds - Math.floor(seconds / 60) * 60)}s`;
  return hours > 0 ? `${String(hours)}h${String(minutes)}m${rest}` : minutes > 0 ? `${String(minutes)}m${rest}` : rest;
}

const trimmed = (value: number): string => String(Number(value.toFixed(3)));

/** A duration of a flag (`1h30m`) or of JSON (nanoseconds) in milliseconds. Throws OptionsError that begins with the place. */
export function durationMs(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value / NANOS_PER_MS;
  if (typeof value === 'string') {
    const parts = [...value.matchAll(/([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)/g)];
    if (value === '0') return 0;
    if (parts.length > 0 && parts.map(([whole]) => whole).join('') === value) return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit] ?? NaN), 0);
  }
  throw new OptionsError(`${place}: expected a duration such as 1h30m, or nanoseconds, found ${JSON.stringify(value)}`);
}

import { pattern } from '../re2.js';

/** Names after a command: logins, those of Apps with `[bot]`, and teams as `org/team`. */
const NAME = '[-\\w]+(?:/[-\\w.]+)?(?:\\[bot\\])?';
/** Names between blanks; with commas only where each has its `@`, since `/cc me, please` is no list of names. */
const NAMES = `(?:((?:[ \\t]+@?${NAME})*)|((?:(?:[ \\t]*,[ \\t]*|[ \\t]+)@${NAME})+))[ \\t]*\\r?$`;

/** A command with names behind it; its first two groups are the names. */
export const named = (verb: string) => pattern(`(?mi)^/${verb}${NAMES}`);

export const CC = named('cc');
export const UNCC = named('uncc');
export const AUTO_CC = pattern('(?mi)^/auto-cc\\s*$');

/** The names of a match of `named`, without `@`, in order. */
export function namesOf(groups: readonly (string | undefined)[]): readonly string[] {
  return (groups[0] ?? groups[1] ?? '').split(/[\s,]+/).filter((name) => name !== '').map((name) => name.replace(/^@/, ''));
}

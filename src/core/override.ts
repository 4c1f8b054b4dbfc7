import { pattern } from './re2.js';

/**
 * What stands in the description of a commit status, or in the title of a check run, that somebody has overridden (plugins-policy 4.6); Tide reads it.
 * These words are upstream's, so that overrides are known on both sides of a switch.
 */

/** Says that a success holds for its head whatever the base (tide 6.2). */
export const SKIP_RETEST = '[prow:skip-retest]';

const OVERRIDDEN = pattern('^Overridden by [A-Za-z0-9_-]+(?:\\[bot\\])?(?: \\[prow:skip-retest\\])?[\\s\\x{2001}]*(?:BaseSHA:[0-9a-fA-F]+)?$');

/** `sticky`: it outlives retests and moves of the base. */
export type Override = 'plain' | 'sticky';

export function overrideText(login: string, override: Override): string {
  return `Overridden by ${login}${override === 'sticky' ? ` ${SKIP_RETEST}` : ''}`;
}

export function cancelText(login: string): string {
  return `Override cancelled by ${login}`;
}

/** Whether a description or title says, as a whole, that somebody overrode the context; words of others that only contain it do not count. */
export function saysOverridden(text: string): boolean {
  return OVERRIDDEN.test(text);
}

/** Whether a ProwJob passed without running, because somebody overrode it. */
export function passedByOverride({ status: { state, description = '' } }: Readonly<{ status: Readonly<{ state: string; description?: string }> }>): boolean {
  return state === 'success' && saysOverridden(description);
}

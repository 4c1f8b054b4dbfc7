import { pattern } from './re2.js';

/** What a log is marked with where nothing else is configured: upstream's default (deck 12.2). */
const SOURCE = 'timed out|ERROR:|(FAIL|Failure \\[)\\b|panic\\b|^E\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d]';
const FAILURE = pattern(SOURCE);
/** So much of a line is looked at. */
const MOST = 10_000;

/** Whether a line of a log says that something failed. */
export function saysFailure(line: string): boolean {
  return FAILURE.test(line.slice(0, MOST));
}

/** What `saysFailure` looks for, as JavaScript's own expression: for whole logs, where speed counts. The text is ours and nobody's input, and it means the same there. */
export const FAILURE_ANYWHERE = new RegExp(SOURCE, 'm');

/** Escape sequences of terminals, and control characters but tab and newline. */
export const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

import { expect, test } from '@jest/globals';
import { NotFoundError, NotYet, RemoteError } from '../../src/core/errors.js';
import { isFinal } from '../../src/core/retry.js';
import { combined } from '../../src/handlers/act.js';

const gone = new NotFoundError('gone', { service: 'github' });
const busy = (retryAfterMs?: number) => new RemoteError('busy', { service: 'github', retryAfterMs });

test.each<{ name: string; errors: readonly Error[]; final: boolean; waits?: number; until?: number }>([
  { name: 'one error is itself', errors: [busy(5)], final: false, waits: 5 },
  { name: 'final ones are final', errors: [gone, gone], final: true },
  { name: 'one that may succeed later is tried again', errors: [gone, busy()], final: false },
  { name: 'after the longest wait', errors: [busy(5), busy(7)], final: false, waits: 7 },
  { name: 'waiting of all waits for the last', errors: [new NotYet('a', 5), new NotYet('b', 9), new NotYet('c', 7)], final: false, until: 9 },
  { name: 'waiting beside a failure is tried again', errors: [new NotYet('a', 5), gone], final: false },
])('$name', ({ errors, final, waits, until }) => {
  const error = combined(errors);
  expect(isFinal(error)).toBe(final);
  expect(error instanceof RemoteError ? error.retryAfterMs : undefined).toBe(waits);
  expect(error instanceof NotYet ? error.until : undefined).toBe(until);
});

import { expect, test } from '@jest/globals';
import { NotFoundError, NotYet, PermissionError, RemoteError, UserError } from '../../../src/core/errors.js';
import { attempt, decideNext, type Attempt } from '../../../queues/shared/attempt.js';
import { delivery, laneOf } from '../../support/path.js';

type Failed = Exclude<Attempt, { kind: 'done' }>;
const failed = (error: Error): Failed => ({ kind: 'failed', error, ms: 1 });
const remote = (retryAfterMs?: number): Failed => failed(new RemoteError('502', { service: 'github', retryAfterMs }));
const late: Failed = { kind: 'late', error: new Error('late'), ms: 1 };

test.each<{ name: string; ended: Failed; failures: number; want: 'dead' | number }>([
  { name: 'a service is tried again after a second', ended: remote(), failures: 1, want: 1_000 },
  { name: 'then after two', ended: remote(), failures: 2, want: 2_000 },
  { name: 'never later than in five minutes', ended: remote(), failures: 15, want: 300_000 },
  { name: 'no sooner than it asks for', ended: remote(90_000), failures: 1, want: 90_000 },
  { name: 'even if that is long', ended: remote(3_600_000), failures: 1, want: 3_600_000 },
  { name: 'and not for ever', ended: remote(), failures: 20, want: 'dead' },
  { name: 'a mistake of the plugin’s own is tried again', ended: failed(new TypeError('x')), failures: 5, want: 16_000 },
  { name: 'but soon given up', ended: failed(new TypeError('x')), failures: 6, want: 'dead' },
  { name: 'what never ends is tried again', ended: late, failures: 2, want: 2_000 },
  { name: 'and given up sooner still', ended: late, failures: 3, want: 'dead' },
  { name: 'what a person must mend is not tried again', ended: failed(new UserError('x')), failures: 1, want: 'dead' },
  { name: 'nor is a missing right', ended: failed(new PermissionError('x', { service: 'github' })), failures: 1, want: 'dead' },
  { name: 'nor what does not exist', ended: failed(new NotFoundError('x', { service: 'github' })), failures: 1, want: 'dead' },
])('$name', ({ ended, failures, want }) => {
  const next = decideNext(ended, failures, 5_000);
  expect(next).toEqual(want === 'dead' ? { kind: 'dead' } : { kind: 'retry', failed: failures, notBefore: 5_000 + want });
});

test.each([
  { name: 'what is too early waits without having failed', until: 9_000, failures: 1, want: { kind: 'retry', failed: 0, notBefore: 9_000 } },
  { name: 'failures from before still count', until: 9_000, failures: 4, want: { kind: 'retry', failed: 3, notBefore: 9_000 } },
  { name: 'and waits are no failures, however many', until: 9_000, failures: 30, want: { kind: 'retry', failed: 29, notBefore: 9_000 } },
  { name: 'a time that is past is now', until: 1, failures: 1, want: { kind: 'retry', failed: 0, notBefore: 5_000 } },
])('$name', ({ until, failures, want }) => expect(decideNext(failed(new NotYet('too early', until)), failures, 5_000)).toEqual(want));

const clock = { now: () => 0 };
const run = (plugin: (signal: AbortSignal) => Promise<readonly string[]>, signal = new AbortController().signal): Promise<Attempt> =>
  attempt('p', delivery('o/r#1'), { limitMs: 20, attempt: 1 }, { clock, signal, handling: { laneOf, pluginsFor: async () => [], run: (_plugin, _delivery, about) => plugin(about.signal) } });

test('a run ends with its actions', async () => {
  expect(await run(async () => ['label.add'])).toEqual({ kind: 'done', actions: ['label.add'], ms: 0 });
});

test('a run that throws something else than an error failed', async () => {
  expect(await run(async () => Promise.reject('text'))).toEqual({ kind: 'failed', error: new Error('text'), ms: 0 });
});

test('a run that heeds its signal is late as soon as that is aborted, before one that does not', async () => {
  const order: string[] = [];
  const ignoring = run(() => new Promise(() => {})).then(() => order.push('ignoring'));
  const ended = await run((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('heeded')))));
  order.push('heeding');
  await ignoring;
  expect([ended.kind, order]).toEqual(['late', ['heeding', 'ignoring']]);
});

test('a run that ends well after it was aborted is done', async () => {
  expect((await run((signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(['label.add']))))).kind).toBe('done');
});

test('a run that ignores its signal is late a second after', async () => {
  expect((await run(() => new Promise(() => {}))).kind).toBe('late');
});

test('when the job is aborted its reason is thrown', async () => {
  const job = new AbortController();
  const running = run((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('heeded')))), job.signal);
  job.abort(new Error('stop'));
  await expect(running).rejects.toThrow('stop');
});

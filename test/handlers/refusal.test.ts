import { expect, test } from '@jest/globals';
import { RemoteError, UserError } from '../../src/core/errors.js';
import { refusable } from '../../src/handlers/refusal.js';

const refused = (message: string, status = 422) => new RemoteError(message, { service: 'github', status, retry: 'never' });

test.each<{ name: string; message: string; want: string }>([
  { name: "GitHub's own words", message: 'GitHub refused PATCH /x: 422 Validation Failed ([{"code":"custom","message":"state cannot be changed. It is \\"merged\\"."}])', want: 'GitHub refuses this: state cannot be changed. It is "merged".' },
  { name: 'a list that was cut', message: 'GitHub refused PATCH /x: 422 Validation Failed ([{"message":"state can', want: 'GitHub refuses this: Validation Failed ([{"message":"state can' },
  { name: 'no list', message: 'GitHub refused PATCH /x: 422 Validation Failed', want: 'GitHub refuses this: Validation Failed' },
])('a refusal is told with $name', async ({ message, want }) => {
  const told = await refusable(() => Promise.reject(refused(message))).catch((error: unknown) => error);
  expect(told).toBeInstanceOf(UserError);
  expect(told).toMatchObject({ message: want });
});

test.each([
  { name: 'a missing right', error: refused('GitHub refused PATCH /x: 403 no', 403) },
  { name: 'an outage', error: new RemoteError('away', { service: 'github' }) },
  { name: 'a fault of ours', error: new Error('bug') },
])('$name stays what it is', async ({ error }) => {
  await expect(refusable(() => Promise.reject(error))).rejects.toBe(error);
});

test('what GitHub takes is done', async () => expect(await refusable(() => Promise.resolve())).toBe(true));

import { expect, test } from '@jest/globals';
import type { NotYet } from '../../../src/core/errors.js';
import type { Pull } from '../../../src/core/event.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { commentPayload, NOW, type World } from '../fakes.js';
import { pull, ran } from '../policy.js';

const YES = 'cncf-cla: yes';
const NO = 'cncf-cla: no';
const status = (state: string, context = 'EasyCLA'): object => ({ repository: { name: 'r', owner: { login: 'o' } }, sender: { login: 'easycla[bot]' }, sha: 'head-sha', state, context });

function pullOf(number: number, labels: readonly string[], headSha = 'head-sha'): Pull {
  const [event] = parseEvents({ event: 'pull_request', body: JSON.stringify(pull({ action: 'opened', labels })) });
  if (event.kind !== 'pull_request') throw new Error('no pull request');
  return { ...event.pull, number, headSha };
}

const withPulls = (...pulls: readonly Pull[]) => ({ github }: World): void => {
  for (const one of pulls) github.pulls.set(one.number, one);
  github.withCommit.set('head-sha', pulls.map(({ number }) => number));
};
const onStatus = (state: string, prepare: (world: World) => void, context?: string) => ran('cla', { event: 'status', payload: status(state, context), prepare });

test.each<{ name: string; state: string; had: readonly string[]; writes: readonly string[] }>([
  { name: 'signed', state: 'success', had: [], writes: [`+${YES}`] },
  { name: 'signed now', state: 'success', had: [NO, 'x'], writes: [`-${NO}`, `+${YES}`] },
  { name: 'not signed', state: 'failure', had: [], writes: [`+${NO}`] },
  { name: 'an error is not signed', state: 'error', had: [YES], writes: [`-${YES}`, `+${NO}`] },
  { name: 'right already', state: 'success', had: [YES], writes: [] },
  { name: 'pending says nothing', state: 'pending', had: [YES], writes: [] },
  { name: 'nor does nothing', state: '', had: [], writes: [] },
])('$name', async ({ state, had, writes }) => expect((await onStatus(state, withPulls(pullOf(1, had)))).github.writes).toEqual(writes));

test('other contexts cost nothing', async () => expect((await onStatus('success', withPulls(pullOf(1, [])), 'ci/test')).github.reads).toEqual([]));

test('all pull requests with this head, and no others', async () => {
  const { github } = await onStatus('success', withPulls(pullOf(1, []), pullOf(2, [], 'newer'), pullOf(3, [NO])));
  expect([...github.labelsOf].map(([number, labels]) => [number, [...labels]])).toEqual([[1, [YES]], [3, [YES]]]);
});

test.each([{ after: 0, want: 'again' }, { after: 39_000, want: 'again' }, { after: 40_000, want: 'end' }])('no pull request is known yet, $after ms after: $want', async ({ after, want }) => {
  const running = ran('cla', { event: 'status', payload: status('success'), at: NOW - after, prepare: () => undefined });
  if (want === 'end') expect((await running).github.writes).toEqual([]);
  else await expect(running).rejects.toMatchObject({ name: 'NotYet', until: NOW + 10_000 } satisfies Partial<NotYet>);
});

const onCommand = (over: Partial<Parameters<typeof commentPayload>[0]>, had: readonly string[], states: readonly string[]) =>
  ran('cla', {
    event: 'issue_comment', payload: commentPayload({ body: '/check-cla', user: 'anybody', ...over }),
    prepare: ({ github }) => {
      github.pulls.set(1, pullOf(1, had));
      github.history = [{ context: 'other', state: 'success', description: '', url: '' }, ...states.map((state) => ({ context: 'EasyCLA', state, description: '', url: '' }))];
    },
  });

test.each<{ name: string; over?: Partial<Parameters<typeof commentPayload>[0]>; had?: readonly string[]; states: readonly string[]; writes: readonly string[] }>([
  { name: 'signed', states: ['success', 'failure'], writes: [`+${YES}`] },
  { name: 'not signed', had: [YES], states: ['failure', 'success'], writes: [`-${YES}`, `+${NO}`] },
  { name: 'right already', had: [NO], states: ['failure'], writes: [] },
  { name: 'pending', had: [NO], states: ['pending', 'success'], writes: [] },
  { name: 'an error says nothing when asked', states: ['error'], writes: [] },
  { name: 'no status', had: [YES], states: [], writes: [] },
  { name: 'closed pull requests', over: { state: 'closed' }, states: ['success'], writes: [] },
  { name: 'issues (K15)', over: { on: 'issue' }, states: ['success'], writes: [] },
  { name: 'another command', over: { body: '/check-cla please' }, states: ['success'], writes: [] },
  { name: 'any case', over: { body: 'hm\r\n/CHECK-cla \r\n' }, states: ['success'], writes: [`+${YES}`] },
])('/check-cla: $name', async ({ over = {}, had = [], states, writes }) => {
  const { github } = await onCommand(over, had, states);
  expect(github.writes).toEqual(writes);
  expect(github.reads.length).toBeLessThanOrEqual(2);
});

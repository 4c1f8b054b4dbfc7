import { expect, test } from '@jest/globals';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideHold, hold, HOLD } from '../../../src/handlers/hold/plugin.js';
import { parseCommands } from '../../../src/handlers/commands.js';
import { commentPayload, delivery, signal, snapshot, world } from '../fakes.js';

const issue = { org: 'o', name: 'r', number: 1 };

test.each<{ body: string; want: 'hold' | 'free' | 'nothing' }>([
  { body: '/hold', want: 'hold' },
  { body: '/HOLD', want: 'hold' },
  { body: '/hold for further review', want: 'hold' },
  { body: '/hold canceled', want: 'hold' },
  { body: 'Thanks!\r\n/hold\r\nOne more thing.', want: 'hold' },
  { body: '/hold cancel', want: 'free' },
  { body: '/hold   cancel  because...', want: 'free' },
  { body: '/hold\tfor review', want: 'hold' },
  // What stands on the next line is no part of the command (K12).
  { body: '/hold\ncancel', want: 'hold' },
  { body: '/hold\r\ncancel', want: 'hold' },
  { body: '/unhold   why', want: 'free' },
  { body: '/remove-hold', want: 'free' },
  { body: '/hold\n/unhold', want: 'free' },
  { body: '/unhold\n/hold', want: 'free' },
  { body: '> /hold', want: 'nothing' },
  { body: '  /hold', want: 'nothing' },
  { body: 'please /hold this', want: 'nothing' },
  { body: '/removehold', want: 'nothing' },
  { body: '/remove - hold', want: 'nothing' },
  { body: '/holdfoo', want: 'nothing' },
])('4.4: $body means $want', ({ body, want }) => {
  const verbs = new Set(parseCommands(hold.commands, body).map((command) => command.verb as 'hold' | 'unhold'));
  const label = want === 'nothing' || verbs.size === 0 ? undefined : decideHold(verbs, issue, want === 'free' ? [HOLD] : [])[0];
  expect(label).toEqual(want === 'nothing' ? undefined : { kind: want === 'hold' ? 'label.add' : 'label.remove', issue, label: HOLD });
  if (want === 'nothing') expect(verbs.size).toBe(0);
});

test.each([
  { name: 'held already', verbs: ['hold'], labels: ['Do-Not-Merge/Hold'] },
  { name: 'free already', verbs: ['hold', 'unhold'], labels: ['lgtm'] },
] as const)('$name: nothing to do', ({ verbs, labels }) => expect(decideHold(new Set(verbs), issue, labels)).toEqual([]));

const config = snapshot({ enabled: ['hold'] });

test.each<{ name: string; said: Parameters<typeof commentPayload>[0]; had: readonly string[]; writes: readonly string[]; reads: readonly string[] }>([
  { name: 'the payload is enough to add', said: { body: '/hold' }, had: [], writes: [`+${HOLD}`], reads: [] },
  { name: 'the payload is enough to remove', said: { body: '/unhold', labels: [HOLD] }, had: [HOLD], writes: [`-${HOLD}`], reads: [] },
  { name: 'an old payload does not hide a hold', said: { body: '/unhold' }, had: [HOLD], writes: [`-${HOLD}`], reads: ['labels'] },
  { name: 'nothing to lift', said: { body: '/unhold' }, had: [], writes: [], reads: ['labels'] },
  { name: 'closed pull requests too', said: { body: '/hold', state: 'closed' }, had: [], writes: [`+${HOLD}`], reads: [] },
])('$name', async ({ said, had, writes, reads }) => {
  const { github, deps } = world(config);
  github.labelsOf.set(1, new Set(had));
  const it = delivery('issue_comment', commentPayload(said));
  const handling = createHandling(deps);
  expect(await handling.pluginsFor(it)).toEqual(['hold']);
  await handling.run('hold', it, { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
  expect(github.reads).toEqual(reads);
});

test.each([
  { name: 'on issues', said: { body: '/hold', on: 'issue' } },
  { name: 'when edited', said: { body: '/hold', action: 'edited' } },
  { name: 'when deleted', said: { body: '/hold', action: 'deleted' } },
] as const)('4.4: nothing $name', async ({ said }) => {
  const { github, deps } = world(config);
  await createHandling(deps).run('hold', delivery('issue_comment', commentPayload(said)), { signal, attempt: 1 });
  expect(github.writes).toEqual([]);
});

test.each([
  { name: 'a stranger', user: 'mallory', writes: ['comment'] },
  { name: 'the author, who is nobody in particular', user: 'author', writes: ['comment'] },
  { name: 'a member', user: 'alice', writes: [`-${HOLD}`] },
  { name: 'a collaborator', user: 'carol', writes: [`-${HOLD}`] },
])('trusted_only (K37): $name lifts a hold', async ({ user, writes }) => {
  const { github, deps } = world(snapshot({ enabled: ['hold'], plugins: { trusted_only: ['hold'] } }));
  github.labelsOf.set(1, new Set([HOLD]));
  await createHandling(deps).run('hold', delivery('issue_comment', commentPayload({ body: '/unhold', user, labels: [HOLD] })), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
});

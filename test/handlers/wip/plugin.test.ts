import { expect, test } from '@jest/globals';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { isInProgress, WIP } from '../../../src/handlers/wip/plugin.js';
import { delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

test.each<[title: string, draft: boolean, want: boolean]>([
  ['WIP x', false, true],
  ['WIP: x', false, true],
  ['wip: x', false, true],
  ['[WIP] x', false, true],
  ['(wip) x', false, true],
  ['<wip> x', false, true],
  ['🚧WIP: x', false, true],
  ['Add x', true, true],
  ['WIP x', true, true],
  ['WIP', false, false],
  ['[[WIP]] x', false, false],
  ['Wipe out x', false, false],
  ['WIP_x', false, false],
  ['Add WIP: x', false, false],
  ['Add x', false, false],
])('4.5: %s (draft: %s) is in progress: %s', (title, draft, want) => expect(isInProgress({ title, draft })).toBe(want));

interface Case {
  readonly name: string;
  readonly action: string;
  readonly title?: string;
  readonly draft?: boolean;
  /** As the payload has them, and as they are. */
  readonly labels?: readonly string[];
  readonly had?: readonly string[];
  readonly renamed?: boolean;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

test.each<Case>([
  { name: 'opened as a draft', action: 'opened', draft: true, writes: [`+${WIP}`], reads: [] },
  { name: 'opened by a title', action: 'opened', title: 'WIP: x', writes: [`+${WIP}`], reads: [] },
  { name: 'opened and ready', action: 'opened', writes: [], reads: [] },
  { name: 'reopened as a draft', action: 'reopened', draft: true, writes: [`+${WIP}`], reads: [] },
  { name: 'turned into a draft', action: 'converted_to_draft', draft: true, writes: [`+${WIP}`], reads: [] },
  { name: 'ready', action: 'ready_for_review', labels: [WIP], writes: [`-${WIP}`], reads: [] },
  { name: 'ready, but still WIP by its title', action: 'ready_for_review', title: 'WIP x', labels: [WIP], writes: [], reads: ['labels'] },
  { name: 'renamed', action: 'edited', renamed: true, labels: [WIP], writes: [`-${WIP}`], reads: [] },
  { name: 'edited after somebody took the label away', action: 'edited', draft: true, writes: [`+${WIP}`], reads: [] },
  { name: 'another text', action: 'edited', writes: [], reads: [] },
  { name: 'ready before the payload knows of the label (K1)', action: 'ready_for_review', labels: [], had: [WIP], writes: [`-${WIP}`], reads: ['labels'] },
  { name: 'the name of the label is compared exactly', action: 'opened', labels: [WIP.toUpperCase()], writes: [], reads: [] },
  { name: 'pushes say nothing of it', action: 'synchronize', draft: true, writes: [], reads: [] },
  { name: 'labels neither', action: 'unlabeled', draft: true, writes: [], reads: [] },
])('4.5: $name', async ({ action, title = 'A change', draft = false, labels = [], had = labels, renamed = false, writes, reads }) => {
  const { github, deps } = world(snapshot({ enabled: ['wip'] }));
  github.labelsOf.set(1, new Set(had));
  const payload = pullPayload({ action, draft, labels, more: renamed ? { changes: { title: { from: 'WIP: x' } } } : {} }) as { pull_request: { title: string } };
  payload.pull_request.title = title;
  await createHandling(deps).run('wip', delivery('pull_request', payload), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
  expect(github.reads).toEqual(reads);
});

import { expect, test } from '@jest/globals';
import type { IssueEventEntry } from '../../src/core/ports/github.js';
import { formatLate, judge, parseLate, type LateWrite } from '../../src/handlers/stale.js';

const AT = Date.parse('2026-03-01T12:00:00.500Z');
const entry = (event: string, at: string, label = 'x'): IssueEventEntry => ({ event, actor: 'somebody', label, at });

test.each<{ name: string; kind: 'label.add' | 'label.remove'; timeline: readonly IssueEventEntry[]; late?: readonly LateWrite[]; want: number | false | undefined }>([
  { name: 'nothing happened', kind: 'label.add', timeline: [], want: 0 },
  { name: 'removing what never was there leaves no entry', kind: 'label.remove', timeline: [], want: undefined },
  { name: 'the effect is there', kind: 'label.add', timeline: [entry('labeled', '2026-03-01T12:00:01Z')], want: false },
  { name: 'the effect was there in the same second and is gone', kind: 'label.add', timeline: [entry('labeled', '2026-03-01T12:00:00Z'), entry('unlabeled', '2026-03-01T12:00:00Z')], want: false },
  { name: 'it was so before', kind: 'label.add', timeline: [entry('labeled', '2026-03-01T11:00:00Z')], want: false },
  { name: 'it was otherwise before', kind: 'label.add', timeline: [entry('labeled', '2026-03-01T11:00:00Z'), entry('unlabeled', '2026-03-01T11:30:00Z')], want: 2 },
  { name: 'a newer decision', kind: 'label.remove', timeline: [entry('labeled', '2026-03-01T12:00:05Z')], want: false },
  { name: 'the other way in the same second may be older', kind: 'label.remove', timeline: [entry('labeled', '2026-03-01T12:00:00Z')], want: 1 },
  { name: 'another label', kind: 'label.remove', timeline: [entry('labeled', '2026-03-01T12:00:05Z', 'y'), entry('labeled', '2026-03-01T11:00:00Z', 'X')], want: 1 },
  { name: 'an older delivery was late as well', kind: 'label.remove', timeline: [entry('labeled', '2026-03-01T13:00:00Z')], late: [{ entry: 0, deliveredAt: AT - 1 }], want: 1 },
  { name: 'a newer delivery was late as well', kind: 'label.remove', timeline: [entry('labeled', '2026-03-01T13:00:00Z')], late: [{ entry: 0, deliveredAt: AT + 1 }], want: false },
])('late: $name', ({ kind, timeline, late = [], want }) => {
  expect(judge({ kind, issue: { org: 'o', name: 'r', number: 1 }, label: 'x' }, AT, timeline, late)).toEqual(want === false ? { perform: false } : { perform: true, entry: want });
});

test('late writes are remembered as text', () => {
  const writes = [{ entry: 0, deliveredAt: 5 }, { entry: 12, deliveredAt: AT }];
  expect(parseLate(formatLate(writes))).toEqual(writes);
  expect(parseLate('')).toEqual([]);
});

import type { Tide } from '../config/prow/tide.js';
import type { BlockerIssue } from '../core/ports/merging.js';
import type { CheckState } from './contexts.js';
import { judge, type Judged, type World } from './judge.js';
import { hasLabel } from './names.js';

/** What to do about a branch now. Tests and batches of our own jobs join this union; who acts on it must handle every kind. */
export type Decision = Readonly<
  | { kind: 'blocked'; by: readonly BlockerIssue[] }
  | { kind: 'merge'; pull: Judged }
  /** Has checks run again that ran before the base moved. */
  | { kind: 'freshen'; pull: Judged; checks: readonly CheckState[] }
  | { kind: 'wait'; why: 'checks run' | 'nothing is ready' | 'nothing is open' }
>;

export interface Decided {
  readonly decision: Decision;
  /** Every open pull request of the branch, ascending. */
  readonly judged: readonly Judged[];
  /** Those that are ready, in the order in which they merge. */
  readonly line: readonly Judged[];
}

/** The order in which ready pull requests merge: the first priority level that fits, then the smallest number (tide 3.8). */
export function inOrder(priority: Tide['priority'], ready: readonly Judged[]): readonly Judged[] {
  const level = ({ member }: Judged) => {
    const at = priority.findIndex(({ labels }) => labels.every((label) => hasLabel(member, label)));
    return at === -1 ? priority.length : at;
  };
  return [...ready].sort((a, b) => level(a) - level(b) || a.member.number - b.member.number);
}

/** Decides one branch: at most one thing is done at a time, and everything is decided afresh afterwards. */
export function decide(world: World): Decided {
  const judged = world.read.members.map((member) => judge(member, world)).sort((a, b) => a.member.number - b.member.number);
  const line = inOrder(world.tide.priority, judged.filter(({ state }) => state === 'ready'));
  return { decision: choose(world, judged, line), judged, line };
}

function choose({ blockers, asked }: World, judged: readonly Judged[], line: readonly Judged[]): Decision {
  if (blockers.length > 0) return { kind: 'blocked', by: blockers };
  const next = line.find(({ outdated }) => outdated.length === 0);
  if (next) return { kind: 'merge', pull: next };
  // One whose checks cannot be asked again keeps nobody else waiting.
  const first = line.find(({ member }) => !asked.has(member.number));
  if (first) return { kind: 'freshen', pull: first, checks: first.outdated };
  if (line.length > 0) return { kind: 'wait', why: 'checks run' };
  if (judged.some(({ state }) => state === 'pending')) return { kind: 'wait', why: 'checks run' };
  return { kind: 'wait', why: judged.length > 0 ? 'nothing is ready' : 'nothing is open' };
}

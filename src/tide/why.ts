import type { Reason } from '../core/ports/tide.js';
import type { Judged } from './judge.js';
import { plainReason } from './reasons.js';

/** The complete list of what keeps a pull request from merging, its place in the queue included; empty while it is being merged. */
export function whyNot(judged: Judged, line: readonly Judged[]): readonly Reason[] {
  if (judged.reasons.length > 0) return judged.reasons;
  if (judged.outdated.length > 0) {
    return judged.outdated.map(({ name, since }) => ({ kind: 'context_pending', text: `The check ${name} ran before the base moved, and must run again`, clearedBy: `a new run of \`${name}\``, since }));
  }
  const place = line.findIndex(({ member }) => member.number === judged.member.number);
  if (place <= 0) return [];
  const ahead = line[place - 1];
  return [plainReason('queue', `It is number ${place + 1} in line${ahead ? `, behind #${ahead.member.number}` : ''}`, 'Tide, which merges one at a time')];
}

import type { PoolMember } from '../core/ports/merging.js';
import type { QueuePlace, Reason } from '../core/ports/tide.js';
import { inOrder, type Decided } from './decide.js';
import type { Judged, World } from './judge.js';
import { listed, short } from './names.js';
import { plainReason } from './reasons.js';

/** The complete list of what keeps a pull request from merging, its place in the queue included; empty while it is being merged. */
export function whyNot(judged: Judged, line: readonly Judged[]): readonly Reason[] {
  if (judged.reasons.length > 0) return judged.reasons;
  if (judged.outdated.length > 0) {
    return judged.outdated.map(({ name, since }) => ({ kind: 'context_pending', text: `The check ${name} ran before the base moved, and must run again`, clearedBy: `a new run of \`${name}\``, since }));
  }
  const place = line.findIndex(({ member }) => member.number === judged.member.number);
  if (place <= 0) return [];
  return [behind(place + 1, line[place - 1]?.member.number)];
}

function behind(place: number, number: number | undefined): Reason {
  return plainReason('queue', `It is number ${place} in line${number === undefined ? '' : `, behind #${number}`}`, 'Tide, which merges one at a time or what was tested together');
}

/** Those that nobody has to do anything for, in the order in which Tide takes them: the batch that is tested, who is ready, who is to be tested. */
export function queueOf({ judged, line, running }: Pick<Decided, 'judged' | 'line' | 'running'>, { tide }: Pick<World, 'tide'>): readonly Judged[] {
  const together = running.flatMap((number) => judged.filter(({ member }) => member.number === number));
  const ready = line.filter((one) => !together.includes(one));
  const tested = inOrder(tide.priority, judged.filter((one) => one.bucket !== undefined && !together.includes(one) && !ready.includes(one)));
  return [...together, ...ready, ...tested];
}

/** The place of a pull request in that line; undefined where it has none. */
export function placeOf(judged: Judged, queue: readonly Judged[]): QueuePlace | undefined {
  const at = queue.findIndex(({ member }) => member.number === judged.member.number);
  return at === -1 ? undefined : { place: at + 1, of: queue.length, behind: queue[at - 1]?.member.number };
}

/** As `whyNot`, with what the decision about the whole branch means for it, and with what GitHub itself wants to see. */
export function allReasons(judged: Judged, decided: Decided, world: World, queue: readonly Judged[]): readonly Reason[] {
  const wants = githubWants(judged.member);
  const own = judged.reasons.length > 0 || judged.outdated.length > 0 ? whyNot(judged, []) : [];
  // What GitHub has said itself about reviews needs no second telling.
  const told = [...own, ...wants.filter(({ kind }) => !own.some((one) => one.kind === kind || (one.kind === 'refused' && /review|changes have been requested/i.test(one.text) && one.text.startsWith('GitHub'))))];
  return own.length > 0 ? told : [...told, ...turnOf(judged, decided, world, queue)];
}

/** What a pull request that lacks nothing waits for. */
function turnOf({ member }: Judged, { decision, running }: Decided, { read, tests }: World, queue: readonly Judged[]): readonly Reason[] {
  const at = queue.findIndex((one) => one.member.number === member.number);
  const before = at > 0 ? [behind(at + 1, queue[at - 1]?.member.number)] : [];
  if (tests === 'unknown') return [...before, plainReason('context_pending', 'The cluster has not told yet which jobs there are', 'Tide, once it has')];
  if (running.length > 0) {
    const batch = listed(running.map((number) => `#${number}`));
    return [...before, running.includes(member.number)
      ? plainReason('batch', `It is being tested together with others on ${read.branch} at ${short(read.baseSha)} (${batch})`, 'the batch, once it has finished')
      : plainReason('batch', `${batch} are being tested together on ${read.branch} at ${short(read.baseSha)}; a merge now would void that`, 'the batch, once it has finished')];
  }
  if (before.length > 0) return before;
  if (decision.kind === 'wait' && decision.why === 'checks run') return [plainReason('context_pending', 'Checks of what was tested together have not all finished', 'these checks')];
  return [plainReason('queue', 'It is next in line', 'Tide, at its next look')];
}

/** What GitHub wants to see before it lets anybody merge, as far as it tells; nothing of it is asked for while GitHub sees no obstacle. */
function githubWants({ mergeState, review, url }: PoolMember): readonly Reason[] {
  if (mergeState !== 'BLOCKED') return [];
  if (review === 'changes_requested') return [{ ...plainReason('changes_requested', 'A reviewer has requested changes', 'that reviewer with an approval, or somebody who dismisses the review'), url }];
  if (review === 'review_required') return [{ ...plainReason('review_missing', 'GitHub requires an approving review', 'reviewers with an approving GitHub review'), url }];
  return [];
}

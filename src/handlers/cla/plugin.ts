import type { Action } from '../../core/action.js';
import { NotYet } from '../../core/errors.js';
import type { StatusEvent } from '../../core/event.js';
import type { IssueRef } from '../../core/ids.js';
import { together } from '../../core/notice.js';
import { pattern } from '../../core/re2.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';

const CONTEXT = 'EasyCLA';
const YES = 'cncf-cla: yes';
const NO = 'cncf-cla: no';

/** GitHub may need a moment to find the pull request of a new commit: five looks, so far apart. */
const LOOK_MS = 10_000;
const LAST_LOOK_MS = 4 * LOOK_MS;

/** What a state of the context says about the agreement; undefined: nothing yet. */
export function signedOf(state: string): boolean | undefined {
  switch (state) {
    case 'success': return true;
    case 'failure': case 'error': return false;
    default: return undefined;
  }
}

/** Brings the two labels in line with the agreement, the wrong one first. */
export function decideCla(signed: boolean, issue: IssueRef, labels: readonly string[]): readonly Action[] {
  const has = (label: string): boolean => labels.some((one) => one.toLowerCase() === label.toLowerCase());
  const [right, wrong] = signed ? [YES, NO] : [NO, YES];
  return together([
    ...(has(wrong) ? [{ kind: 'label.remove', issue, label: wrong } as const] : []),
    ...(has(right) ? [] : [{ kind: 'label.add', issue, label: right } as const]),
  ]);
}

async function onStatus({ repo, sha, context, state }: StatusEvent, { github, clock, delivery, log, signal }: PluginContext): Promise<readonly Action[]> {
  const signed = signedOf(state);
  if (context !== CONTEXT || signed === undefined) return [];
  const numbers = await github.pullsWithCommit(repo, sha, { signal });
  if (numbers.length === 0 && clock.now() < delivery.at + LAST_LOOK_MS) throw new NotYet(`no pull request with ${sha} is known yet`, clock.now() + LOOK_MS);
  const pulls = await Promise.all(numbers.map((number) => github.pull({ ...repo, number }, { signal })));
  const heads = pulls.filter(({ headSha }) => headSha === sha);
  if (heads.length === 0) log.info({ sha }, 'no pull request has this head');
  return together(heads.flatMap(({ number, labels }) => decideCla(signed, { ...repo, number }, labels)));
}

async function onCommand({ isPull, state, issue, repo }: CommandEvent<'check-cla'>, { github, signal }: PluginContext): Promise<readonly Action[]> {
  if (!isPull || state !== 'open') return [];
  const { headSha, labels } = await github.pull(issue, { signal });
  const newest = (await github.statuses(repo, headSha, { signal })).find(({ context }) => context === CONTEXT);
  const signed = newest?.state === 'error' ? undefined : signedOf(newest?.state ?? '');
  return signed === undefined ? [] : decideCla(signed, issue, labels);
}

/** Shows with a label whether the author has signed the contributor licence agreement, as the status `EasyCLA` has it (plugins-policy 4.24). */
export const cla: Plugin<'check-cla'> = {
  name: 'cla',
  help: `Labels pull requests \`${YES}\` or \`${NO}\`, as the commit status \`${CONTEXT}\` says.`,
  commands: {
    'check-cla': { usage: '/check-cla', about: `Looks at the status \`${CONTEXT}\` again and mends the labels.`, who: 'Anyone', examples: ['/check-cla'], featured: true, pattern: pattern('(?mi)^/check-cla\\s*$') },
  },
  on: { command: onCommand, status: onStatus },
  describe: () => `The labels follow the commit status ${CONTEXT}.`,
};

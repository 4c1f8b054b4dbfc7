import type { Action } from '../../core/action.js';
import type { IssueRef } from '../../core/ids.js';
import type { ParsedCommand } from '../plugin.js';

export type Verb = 'lifecycle' | 'close' | 'close-not-planned' | 'reopen';

export const FROZEN = 'lifecycle/frozen';
const LABELS: readonly string[] = ['lifecycle/active', FROZEN, 'lifecycle/stale', 'lifecycle/rotten'];
const has = (labels: readonly string[], wanted: string) => labels.some((label) => label.toLowerCase() === wanted);

/** Whether nobody has cared for long, so that anybody may close it. */
export function isInactive(labels: readonly string[]): boolean {
  return has(labels, 'lifecycle/stale') || has(labels, 'lifecycle/rotten');
}

/** What a comment wants of the state; closing as not planned wins over closing. */
export function wantedState(verbs: ReadonlySet<Verb>, state: 'open' | 'closed'): 'reopen' | 'close' | 'close-not-planned' | undefined {
  if (state === 'closed') return verbs.has('reopen') ? 'reopen' : undefined;
  if (verbs.has('close-not-planned')) return 'close-not-planned';
  return verbs.has('close') ? 'close' : undefined;
}

/** One line about a label. */
export interface LabelLine {
  readonly remove: boolean;
  /** In lower case. */
  readonly label: string;
}

export function labelLines(commands: readonly ParsedCommand<Verb>[]): readonly LabelLine[] {
  return commands.filter(({ verb }) => verb === 'lifecycle').map(({ groups: [remove, name = ''] }) => ({ remove: Boolean(remove), label: `lifecycle/${name.toLowerCase()}` }));
}

/** The labels that lines ask for, one after the other (plugins-policy 4.15); frozen is for issues only. */
export function decideLabels(lines: readonly LabelLine[], { issue, isPull }: Readonly<{ issue: IssueRef; isPull: boolean }>, labels: readonly string[]): readonly Action[] {
  let now = labels.map((label) => label.toLowerCase());
  const actions: Action[] = [];
  for (const { remove, label } of lines) {
    if (remove) {
      if (!now.includes(label)) continue;
      actions.push({ kind: 'label.remove', issue, label });
      now = now.filter((one) => one !== label);
    } else if (!(isPull && label === FROZEN) && !now.includes(label)) {
      const others = now.filter((one) => one !== label && LABELS.includes(one));
      actions.push(...others.map((other): Action => ({ kind: 'label.remove', issue, label: other })), { kind: 'label.add', issue, label });
      now = [...now.filter((one) => !others.includes(one)), label];
    }
  }
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

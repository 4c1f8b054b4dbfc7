import type { Action } from '../../core/action.js';
import type { PullEvent } from '../../core/event.js';
import type { IssueRef } from '../../core/ids.js';
import type { Plugin, PluginContext } from '../plugin.js';

export interface Labels {
  /** What the owners files want. */
  readonly needed: ReadonlySet<string>;
  readonly present: readonly string[];
  /** Those that the repository has. */
  readonly known: readonly string[];
}

/** Labels that are missing and can be added; one that cannot be does not stop the others (plugins-policy 4.12). */
export function decideLabels(issue: IssueRef, { needed, present, known }: Labels): readonly Action[] {
  const actions = [...needed].filter((label) => known.includes(label) && !present.includes(label)).sort().map((label): Action => ({ kind: 'label.add', issue, label }));
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

async function onPull({ action, pull }: PullEvent, { github, owners, log, signal }: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize') return [];
  const { org, name, number } = pull;
  const issue = { org, name, number };
  const [files, repoOwners] = await Promise.all([github.files(issue, { signal }), owners.load(issue, pull.baseRef, { signal })]);
  const needed = new Set(files.flatMap(({ path }) => [...repoOwners.labelsFor(path)]));
  if (needed.size === 0) return [];
  const [present, known] = await Promise.all([github.labels(issue, { signal }), github.repoLabels(issue, { signal })]);
  const missing = [...needed].filter((label) => !known.includes(label));
  if (missing.length > 0) log.warn({ missing }, 'OWNERS files name labels that the repository does not have');
  return decideLabels(issue, { needed, present, known });
}

/** Adds the labels that OWNERS files give to the changed files. */
export const ownersLabel: Plugin<never> = {
  name: 'owners-label',
  help: 'Adds the labels to a pull request that the OWNERS files name for the changed files.',
  commands: {},
  on: { pull_request: onPull },
};

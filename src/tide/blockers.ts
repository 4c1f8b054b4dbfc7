import type { BlockerIssue } from '../core/ports/merging.js';
import { pattern } from '../core/re2.js';
import type { PoolKey } from './names.js';

const BRANCH = pattern('(?im)\\bbranch:[^\\w-]*([\\w-./]+)\\b');

/** Issues that stop merging to a branch: those that name it, and those that name none (tide 16); ascending, titles without the names. */
export function blockersOf(issues: readonly BlockerIssue[], { org, name, branch }: PoolKey): readonly BlockerIssue[] {
  return issues
    .filter((issue) => issue.org === org && issue.name === name)
    .filter((issue) => {
      const named = BRANCH.matchAll(issue.title).map((match) => match.groups[0]);
      return named.length === 0 || named.includes(branch);
    })
    .map((issue) => ({ ...issue, title: BRANCH.replaceAll(issue.title, '') }))
    .sort((a, b) => a.number - b.number);
}

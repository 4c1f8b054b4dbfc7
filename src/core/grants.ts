export type Level = 'read' | 'write' | 'admin';

interface Need {
  readonly level: Level;
  /** What does not work without it. */
  readonly purpose: string;
}

/** The permissions of app.yml, and what each is for. */
export const NEEDED_PERMISSIONS: Readonly<Record<string, Need>> = {
  actions: { level: 'write', purpose: 'approving and rerunning workflow runs, reading the runs behind checks' },
  administration: { level: 'read', purpose: 'reading the checks that branch protection requires' },
  checks: { level: 'write', purpose: 'reading checks, and the `tide` check' },
  contents: { level: 'write', purpose: 'reading OWNERS files and branches, and merging' },
  issues: { level: 'write', purpose: 'comments, labels and assignees' },
  members: { level: 'read', purpose: 'telling members of the organisation and its teams from others' },
  metadata: { level: 'read', purpose: 'reading repositories and their collaborators' },
  pull_requests: { level: 'write', purpose: 'reading pull requests, their comments, labels and reviewers, and merging' },
  statuses: { level: 'write', purpose: 'reading and writing commit statuses' },
  workflows: { level: 'write', purpose: 'merging pull requests that change workflows' },
};

/** The events of app.yml, and what does not work without each. */
export const NEEDED_EVENTS: Readonly<Record<string, string>> = {
  check_run: 'merging as soon as a check ends',
  check_suite: 'merging as soon as the checks of a commit end',
  issue_comment: 'every slash command in a comment',
  issues: 'commands in issue descriptions, blocker issues',
  label: 'noticing renamed labels',
  member: 'noticing new collaborators at once',
  membership: 'noticing new team members at once',
  organization: 'noticing new organisation members at once',
  pull_request: 'everything about pull requests',
  pull_request_review: 'reviews as approvals, commands in reviews',
  pull_request_review_comment: 'commands in review comments',
  push: 'noticing that a branch moved',
  repository: 'noticing renamed and deleted repositories',
  status: 'merging as soon as a status changes',
  team: 'noticing changed teams at once',
  workflow_run: 'merging as soon as a workflow ends',
};

const RANK: Readonly<Record<string, number>> = { read: 1, write: 2, admin: 3 };

/** One line for each permission and event that the App lacks, naming it and what fails without it. */
export function missingGrants(granted: Readonly<{ permissions: Readonly<Record<string, string>>; events: readonly string[] }>): readonly string[] {
  const permissions = Object.entries(NEEDED_PERMISSIONS)
    .filter(([name, { level }]) => (RANK[granted.permissions[name] ?? ''] ?? 0) < (RANK[level] ?? 0))
    .map(([name, { level, purpose }]) => `the App lacks the permission \`${name}: ${level}\` (it has ${granted.permissions[name] ?? 'none'}): ${purpose} will fail`);
  const events = Object.entries(NEEDED_EVENTS)
    .filter(([name]) => !granted.events.includes(name))
    .map(([name, purpose]) => `the App is not subscribed to the event \`${name}\`: ${purpose} will not happen by itself`);
  return [...permissions, ...events];
}

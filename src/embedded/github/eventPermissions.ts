import { grants, type Need } from './permissions.js';

const read = (...names: readonly string[]): readonly Need[] => names.map((name) => ({ name, level: 'read' }));

/** The App permissions of which one is needed to be told of an event. */
const needed: Readonly<Record<string, readonly Need[]>> = {
  check_run: read('checks'), check_suite: read('checks'), create: read('contents'), delete: read('contents'), issue_comment: read('issues', 'pull_requests'), issues: read('issues'),
  label: read('metadata'), member: read('members'), membership: read('members'), milestone: read('issues', 'pull_requests'), organization: read('members'), pull_request: read('pull_requests'),
  pull_request_review: read('pull_requests'), pull_request_review_comment: read('pull_requests'), push: read('contents'), repository: read('metadata'), status: read('statuses'), team: read('members'),
  team_add: read('members'), workflow_job: read('actions'), workflow_run: read('actions'),
};

/** Whether an App with these permissions hears of an event at all. */
export const mayHear = (permissions: Readonly<Record<string, string>>, event: string): boolean => {
  const needs = needed[event];
  return !needs || needs.some((one) => grants(permissions, one));
};

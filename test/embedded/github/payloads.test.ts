import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { actionsBot, finishRun, rerun, startJob, startRun, updateJob, workflowAt } from '../../../src/embedded/github/mutate/workflows.js';
import { createCheckRun, rerequestCheckRun, updateCheckRun } from '../../../src/embedded/github/mutate/checks.js';
import { createMilestone, setMilestone } from '../../../src/embedded/github/mutate/issues.js';
import { createLabel, deleteLabel, editLabel } from '../../../src/embedded/github/mutate/labels.js';
import type { Who } from '../../../src/embedded/github/state/people.js';
import { startReceiver, type Receiver } from './support/receiver.js';
import { allEvents, startSeeded } from './support/seed.js';

// Every key of GitHub's published examples must be in what is sent for the same event and action, with a value of the same type.

interface Published { readonly name: string; readonly examples: readonly Readonly<Record<string, unknown>>[] }
const published = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as readonly Published[];

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/** Where something sent differs in shape from what is published. */
function differences(wanted: unknown, sent: unknown, at = ''): readonly string[] {
  if (sent === undefined) return [`${at} is missing`];
  if (wanted === null || sent === null) return [];
  if (typeOf(wanted) !== typeOf(sent)) return [`${at} is ${typeOf(sent)}, not ${typeOf(wanted)}`];
  if (Array.isArray(wanted) && Array.isArray(sent)) {
    if (typeof wanted[0] !== 'object') return [];
    return wanted.length && sent.length ? differences(wanted[0], sent[0], `${at}[]`) : [];
  }
  if (typeof wanted !== 'object') return [];
  return Object.entries(wanted).flatMap(([name, value]) => differences(value, (sent as Record<string, unknown>)[name], at ? `${at}.${name}` : name));
}

let receiver: Receiver;
let stop: () => Promise<void>;

beforeAll(async () => {
  receiver = await startReceiver();
  const github = await startSeeded({ webhookUrl: receiver.url, manifest: allEvents });
  const { world, hub } = github;
  const olga = world.as('olga');
  const mia = world.as('mia');
  const zoe = world.as('zoe');
  const who: Who = { kind: 'user', login: 'olga' };
  const repo = world.find('org/repo');
  const issue = mia.openIssue('org/repo', { title: 'A fault', body: 'It fails.', labels: ['bug'], assignees: ['mia'] });
  mia.comment('org/repo', 1, 'More about it.');
  const first = mia.comment('org/repo', 1, 'And more.');
  mia.editComment('org/repo', first.id, 'Less.');
  mia.deleteComment('org/repo', first.id);
  await mia.edit('org/repo', 1, { title: 'A bad fault', body: 'It really fails.' });
  const milestone = createMilestone(hub, who, repo, { title: 'v1' });
  setMilestone(hub, who, repo, issue, milestone.number);
  setMilestone(hub, who, repo, issue, null);
  mia.removeLabel('org/repo', 1, 'bug');
  mia.unassign('org/repo', 1, 'mia');
  mia.close('org/repo', 1);
  mia.reopen('org/repo', 1);
  const label = createLabel(hub, who, repo, { name: 'new', color: 'cb1f00' });
  editLabel(hub, who, repo, label, { color: '00ff00' });
  deleteLabel(hub, who, repo, label);
  await mia.push('org/repo', { branch: 'change', files: { 'src/a.txt': 'one\n2\nthree\n', 'src/b.txt': 'b\n' } });
  await mia.openPull('org/repo', { title: 'Change a', body: 'Better.', head: 'change' });
  mia.comment('org/repo', 2, 'Please look.');
  mia.addLabels('org/repo', 2, 'bug');
  mia.removeLabel('org/repo', 2, 'bug');
  mia.assign('org/repo', 2, 'olga');
  mia.unassign('org/repo', 2, 'olga');
  mia.requestReview('org/repo', 2, { users: ['olga'] });
  mia.unrequestReview('org/repo', 2, { users: ['olga'] });
  mia.setDraft('org/repo', 2, true);
  mia.setDraft('org/repo', 2, false);
  await olga.review('org/repo', 2, { event: 'COMMENT', body: 'Hm.', comments: [{ path: 'src/a.txt', line: 2, body: 'Why?' }] });
  const approval = await olga.review('org/repo', 2, { event: 'APPROVE' });
  olga.dismissReview('org/repo', 2, approval.id, 'No.');
  const sha = await mia.push('org/repo', { branch: 'change', files: { 'src/b.txt': 'bb\n' } });
  await olga.setStatus('org/repo', sha, { state: 'success' });
  const appId = github.appId;
  const run = await createCheckRun(hub, { kind: 'user', login: `${github.app.slug}[bot]` }, repo, { appId, sha, name: 'lint', status: 'in_progress' });
  await updateCheckRun(hub, { kind: 'user', login: `${github.app.slug}[bot]` }, repo, run, { conclusion: 'success', output: { title: 'Fine', summary: 'All fine.' } });
  rerequestCheckRun(hub, who, repo, run);
  const workflow = workflowAt(hub, repo, { path: '.github/workflows/test.yml', name: 'test' });
  const flow = await startRun(hub, who, repo, { workflow, event: 'pull_request', sha, branch: 'change', title: 'Change a', pulls: [2] });
  const job = await startJob(hub, repo, flow, { name: 'unit' });
  await updateJob(hub, repo, job, { conclusion: 'failure' });
  finishRun(hub, repo, flow);
  rerun(hub, actionsBot, repo, flow, 'all');
  mia.close('org/repo', 2);
  mia.reopen('org/repo', 2);
  await olga.merge('org/repo', 2);
  await olga.deleteBranch('org/repo', 'change');
  await zoe.fork('org/repo');
  world.member('org', 'nina', 'member');
  await world.repo({ owner: 'org', name: 'second' });
  await world.rename('org/second', 'third');
  await github.idle();
  stop = github.stop;
});
afterAll(async () => { await stop(); await receiver[Symbol.asyncDispose](); });

const cases = [
  'issues.opened', 'issues.edited', 'issues.assigned', 'issues.unassigned', 'issues.labeled', 'issues.unlabeled', 'issues.milestoned', 'issues.demilestoned', 'issues.reopened',
  'issue_comment.created', 'issue_comment.edited', 'issue_comment.deleted', 'label.created', 'label.edited', 'label.deleted', 'milestone.created',
  'pull_request.opened', 'pull_request.synchronize', 'pull_request.assigned', 'pull_request.unassigned', 'pull_request.labeled', 'pull_request.unlabeled', 'pull_request.review_requested',
  'pull_request.review_request_removed', 'pull_request.converted_to_draft', 'pull_request.ready_for_review', 'pull_request.closed', 'pull_request.reopened',
  'pull_request_review.submitted', 'pull_request_review.dismissed', 'pull_request_review_comment.created', 'push', 'create', 'delete', 'status',
  'check_run.created', 'check_run.completed', 'check_run.rerequested', 'check_suite.requested', 'check_suite.completed', 'workflow_run.requested', 'workflow_run.completed',
  'repository.created', 'repository.renamed', 'organization.member_added', 'installation.created',
];

// Only what a real GitHub adds for a particular account or feature that is not here.
// The published examples of milestones are about a pull request.
const particular = /^issue\.pull_request is missing|^(repository\.|.*\.)?(custom_properties\.|license\.|permissions\.|organization\.description)|installation\.permissions\.|installation\.(created|updated)_at|requester|pull_request\.(head|base)\.repo\.permissions|\.events\[\]/;

test.each(cases)('%s has the shape that GitHub publishes', (name) => {
  const [event, action] = name.split('.');
  const sent = receiver.got.filter((one) => one.event === event && one.action === action);
  expect(sent.length).toBeGreaterThan(0);
  const examples = published.find((one) => one.name === event)?.examples.filter((one) => action === undefined || one.action === action) ?? [];
  expect(examples.length).toBeGreaterThan(0);
  const owned = (example: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(example).filter(([name]) => name !== 'organization' && name !== 'installation' && name !== 'enterprise'));
  // An example of the same name can be about another kind of thing: each delivery must satisfy one of them.
  const misfits = sent.map(({ body }) => examples.map((example) => differences(owned(example), body).filter((one) => !particular.test(one))).sort((a, b) => a.length - b.length)[0]);
  expect(misfits).toEqual(sent.map(() => []));
});

test('every delivery for an installed App names organisation, installation and sender', () => {
  const lacking = receiver.got.filter(({ body }) => !('sender' in body) || !('installation' in body) || !('organization' in body)).map(({ event, action }) => `${event}.${String(action)}`);
  expect(lacking).toEqual([]);
});

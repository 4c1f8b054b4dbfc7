import { expect, test } from '@jest/globals';
import { slug, startWorld, type StoryWorld } from './world.js';

const PLUGINS = `plugins:
  ${slug}:
    plugins: [milestone, milestonestatus, milestoneapplier, require-matching-label, mergecommitblocker, merge-method-comment, dco, invalidcommitmsg, release-note, cla]
repo_milestone:
  '': {maintainers_team: leads, maintainers_friendly_name: the leads}
milestone_applier:
  ${slug}: {main: v2.0}
require_matching_label:
- {org: acme, prs: true, issues: true, regexp: ^kind/, missing_label: needs-kind, missing_comment: Which kind is it?, grace_period: 300ms}
`;
const start = () => startWorld({ plugins: PLUGINS });
const signed = (text: string): string => `${text}\n\nSigned-off-by: Nora <nora@example.com>`;

/** Asks GitHub's REST API as somebody. */
async function rest(world: StoryWorld, by: string, method: string, path: string, body: object = {}): Promise<void> {
  const answer = await fetch(`${world.github.url}/repos/${slug}${path}`, { method, headers: { 'authorization': `token ${world.as(by).token()}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
}

/** Nora opens a pull request from her fork. */
async function open(world: StoryWorld, message: string, body = ''): Promise<number> {
  const nora = world.as('nora');
  await nora.fork(slug);
  await nora.push('nora/shop', { branch: 'change', files: { 'src/new.js': 'new\n' }, message });
  return (await nora.openPull(slug, { title: 'Change the shop', body, head: 'nora:change' })).number;
}

/** Pushes a commit in place of all that was there. */
const replace = (world: StoryWorld, message: string): Promise<string> => world.as('nora').push('nora/shop', { branch: 'change', from: 'main', force: true, files: { 'src/new.js': 'new\n' }, message });

/** Sends a stored delivery again, as GitHub's button does. */
async function redeliver(world: StoryWorld, event: string, part: string): Promise<void> {
  const found = world.github.hub.state.deliveries.find((one) => one.event === event && one.payload.includes(part));
  if (!found) throw new Error(`no delivery of ${event} with ${part}`);
  expect((await fetch(`${world.url}/hook`, { method: 'POST', headers: found.requestHeaders, body: found.payload })).status).toBe(200);
}

const statusOf = (world: StoryWorld, number: number, context: string): string | undefined => {
  const { sha } = world.github.world.pull(slug, number).pull.head;
  return world.github.world.find(slug).statuses.filter((one) => one.sha === sha && one.context === context).at(-1)?.state;
};

test('a pull request that lacks everything is told so, and let go once it is put right', async () => {
  await using world = await start();
  const number = await open(world, 'Fixes #12');
  const bad = await world.settled(number);
  expect(bad.labels).toEqual(['dco-signoff: no', 'do-not-merge/invalid-commit-message', 'do-not-merge/release-note-label-needed', 'needs-kind']);
  expect(bad.answers.map((text) => ['Which kind', 'not signed off', 'words that close issues', 'lacks a release note'].filter((part) => text.includes(part))).sort())
    .toEqual([['Which kind'], ['lacks a release note'], ['not signed off'], ['words that close issues']]);
  expect(statusOf(world, number, 'dco')).toBe('failure');

  const before = world.effects().length;
  await redeliver(world, 'pull_request', '"action":"opened"');
  expect(await world.settled(number)).toMatchObject(bad);
  expect(world.effects()).toHaveLength(before);

  await replace(world, signed('Change the shop'));
  world.as('ada').addLabels(slug, number, 'kind/bug');
  await world.as('nora').edit(slug, number, { body: 'See #12.\r\n```release-note\r\nThe shop changes.\r\n```' });
  expect(await world.settled(number)).toMatchObject({ labels: ['dco-signoff: yes', 'kind/bug', 'release-note'], answers: [] });
  expect(statusOf(world, number, 'dco')).toBe('success');

  world.comment('ben', number, '/release-note-edit\r\n```release-note\r\nAction required: look at the shop.\r\n```');
  expect((await world.settled(number)).labels).toEqual(['dco-signoff: yes', 'kind/bug', 'release-note-action-required']);
  expect(world.github.world.issue(slug, number).body).toBe('See #12.\r\n```release-note\r\nAction required: look at the shop.\r\n```');
  world.comment('mallory', number, '/release-note-none');
  const { labels, answers } = await world.settled(number);
  expect(labels).toContain('release-note-action-required');
  expect(answers).toEqual([expect.stringContaining('@mallory: only the author')]);
});

test('milestones are set by those who may, and by branch', async () => {
  await using world = await start();
  world.github.world.team('acme', 'leads', { members: ['ben'] });
  for (const title of ['v1.0', 'v2.0']) await rest(world, 'ada', 'POST', '/milestones', { title });
  const number = await open(world, signed('Change'));
  const milestone = (): string | undefined => world.github.world.issue(slug, number).milestone?.title;
  await world.settled(number);
  world.comment('ben', number, '/milestone v1.0\r\nThanks');
  await world.settled(number);
  expect(milestone()).toBe('v1.0');
  world.comment('mallory', number, '/milestone clear');
  world.comment('mallory', number, '/status in-review');
  world.comment('ben', number, '/milestone v3');
  const { answers } = await world.settled(number);
  expect(answers.filter((text) => text.startsWith('@mallory: only members of the team [acme/leads]'))).toHaveLength(1);
  expect(answers.filter((text) => text.startsWith('Only members of the team [acme/leads]'))).toHaveLength(1);
  expect(answers.filter((text) => text.startsWith('@ben: there is no open milestone `v3`.'))).toHaveLength(1);
  expect(milestone()).toBe('v1.0');

  world.comment('ben', number, '/status in-progress');
  world.comment('ben', number, '/status in-review');
  expect((await world.settled(number)).labels.filter((label) => label.startsWith('status/'))).toEqual(['status/in-review']);
  await redeliver(world, 'issue_comment', '/status in-progress');
  await redeliver(world, 'issue_comment', '/milestone v3');
  const again = await world.settled(number);
  expect(again.labels).toContain('status/in-review');
  expect(again.answers).toEqual(answers);

  world.comment('ben', number, '/milestone clear');
  await world.settled(number);
  expect(milestone()).toBeUndefined();
  await world.as('ada').merge(slug, number);
  await world.settled(number);
  expect(milestone()).toBe('v2.0');
});

test('merge commits keep a pull request out until it is rebased; several commits are told how they will be merged', async () => {
  await using world = await start();
  const number = await open(world, signed('Change'));
  await world.as('ada').push(slug, { branch: 'main', files: { other: 'x\n' } });
  await world.settled(number);
  await rest(world, 'nora', 'PUT', `/pulls/${number}/update-branch`);
  const merged = await world.settled(number);
  expect(merged.labels).toContain('do-not-merge/contains-merge-commits');
  expect(merged.answers.filter((text) => text.includes('merge commits in this pull request'))).toHaveLength(1);
  expect(merged.answers.filter((text) => text.includes('the merge method of its branch is **merge**'))).toHaveLength(1);
  await replace(world, signed('Change'));
  const rebased = await world.settled(number);
  expect(rebased.labels).not.toContain('do-not-merge/contains-merge-commits');
  expect(rebased.answers.filter((text) => text.includes('merge commits in this pull request'))).toEqual([]);
});

test('the licence agreement shows as a label, of each new head anew', async () => {
  await using world = await start();
  const number = await open(world, signed('Change'));
  const cla = async (): Promise<readonly string[]> => (await world.settled(number)).labels.filter((label) => label.startsWith('cncf-cla'));
  const first = world.github.world.pull(slug, number).pull.head.sha;
  await world.as('ada').setStatus(slug, first, { context: 'EasyCLA', state: 'failure' });
  expect(await cla()).toEqual(['cncf-cla: no']);
  const second = await world.push('nora', number, { 'src/new.js': 'newer\n' });
  await world.as('ada').setStatus(slug, second, { context: 'EasyCLA', state: 'success' });
  expect(await cla()).toEqual(['cncf-cla: yes']);
  world.as('ada').removeLabel(slug, number, 'cncf-cla: yes');
  expect(await cla()).toEqual([]);
  world.comment('mallory', number, '/check-cla');
  expect(await cla()).toEqual(['cncf-cla: yes']);
});

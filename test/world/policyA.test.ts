import { expect, test } from '@jest/globals';
import { slug, startWorld, type StoryWorld } from './world.js';

const SIMPLE = `plugins:
  ${slug}:
    plugins: [hold, wip, size, blockade, label, lifecycle, retitle]
blockades:
- {repos: [acme], blockregexps: [^docs/], explanation: The manual is frozen}
label:
  additional_labels: [api-review]
  restricted_labels:
    acme: [{label: priority/top, allowed_teams: [leads], assign_on: [{label: kind/bug}], allowed_users: [ben]}]
`;

/** Asks GitHub's REST API as somebody. */
async function rest(world: StoryWorld, by: string, method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${world.github.url}/repos/${slug}${path}`, { method, headers: { 'authorization': `token ${world.as(by).token()}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
}

/** Sends a stored delivery again, as GitHub's button does. */
async function redeliver(world: StoryWorld, event: string, part: string): Promise<void> {
  const found = world.github.hub.state.deliveries.find((one) => one.event === event && one.payload.includes(part));
  if (!found) throw new Error(`no delivery of ${event} with ${part}`);
  expect((await fetch(`${world.url}/hook`, { method: 'POST', headers: found.requestHeaders, body: found.payload })).status).toBe(200);
}

test('a pull request on its way: labelled, held back by its files and title, renamed, closed', async () => {
  await using world = await startWorld({ plugins: SIMPLE, files: { '.gitattributes': '*.lock linguist-generated\n' } });
  for (const name of ['kind/bug', 'api-review', 'priority/top', 'lifecycle/stale', 'needs-kind']) await rest(world, 'ada', 'POST', '/labels', { name });
  world.github.world.team('acme', 'leads', { members: ['ada'] });

  const number = await world.open({ title: 'WIP: new manual', branch: 'change', files: { 'docs/guide.md': 'new\n', 'yarn.lock': 'x\n'.repeat(800) } });
  const opened = await world.settled(number);
  expect(opened.labels).toEqual(['do-not-merge/blocked-paths', 'do-not-merge/work-in-progress', 'size/XS']);
  expect(opened.answers).toEqual([expect.stringMatching(/The manual is frozen:\n\n- \[docs\/guide\.md\]\(http:.*\/acme\/shop\/blob\/[0-9a-f]{40}\/docs\/guide\.md\)/)]);

  world.comment('mallory', number, '/retitle Mine');
  world.comment('mallory', number, '/kind bug\n/label api-review priority\n/priority top\n/lifecycle frozen\n/lifecycle stale');
  world.comment('ben', number, '/retitle A better manual');
  const renamed = await world.settled(number);
  expect(world.github.world.pull(slug, number)).toMatchObject({ title: 'A better manual' });
  expect(renamed.labels).toEqual(['do-not-merge/blocked-paths', 'kind/bug', 'lifecycle/stale', 'size/XS']);
  expect([...world.github.world.pull(slug, number).assignees]).toEqual(['ben']);
  expect(renamed.answers.slice(1).map((text) => ['only people whom I trust', 'for some people only', 'is for issues only'].find((part) => text.includes(part))).sort()).toEqual(['for some people only', 'is for issues only', 'only people whom I trust']);

  const before = world.effects().length;
  await redeliver(world, 'issue_comment', '/kind bug');
  await redeliver(world, 'pull_request', '"action":"opened"');
  expect(await world.settled(number)).toMatchObject(renamed);
  expect(world.effects()).toHaveLength(before);

  world.comment('ada', number, '/priority top\n/remove-kind bug');
  await world.as('nora').push('nora/shop', { branch: 'change', from: 'main', force: true, files: { 'src/new.js': 'line\n'.repeat(40) } });
  const mended = await world.settled(number);
  expect(mended.labels).toEqual(['lifecycle/stale', 'needs-kind', 'priority/top', 'size/M']);
  expect(mended.answers.some((text) => text.includes('frozen:'))).toBe(false);

  world.comment('nora', number, '/close');
  expect((await world.settled(number)).answers.at(-1)).toContain('@nora: this pull request is closed');
  expect(world.github.world.pull(slug, number).state).toBe('closed');
  await world.as('nora').deleteBranch('nora/shop', 'change');
  world.comment('nora', number, '/reopen');
  expect((await world.settled(number)).answers.at(-1)).toContain('@nora: GitHub refuses this: state cannot be changed.');

  const issue = world.as('nora').openIssue(slug, { title: 'Broken', body: 'It is.\n\n/kind bug' }).number;
  world.comment('mallory', issue, '/close not-planned');
  world.comment('ben', issue, '/close not-planned');
  world.comment('ben', issue, '/retitle Works as it should');
  await world.settled(number);
  const seen = world.github.world.issue(slug, issue);
  expect(seen).toMatchObject({ state: 'closed', stateReason: 'not_planned', title: 'Works as it should' });
  expect([...seen.labels].map(({ name }) => name)).toEqual(['kind/bug']);
});

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    context: ci/unit
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
  - name: lint
    always_run: true
    optional: true
    spec: {containers: [{image: alpine, command: [sh]}]}
`;

test('failed contexts are overridden, cancelled and overridden again, optional ones skipped; then it merges', async () => {
  await using world = await startWorld({ jobs: JOBS, plugins: `plugins:\n  ${slug}:\n    plugins: [trigger, override, skip]\n`, play: () => ({ end: { kind: 'exits', code: 1 } }) });
  world.github.world.protect(slug, 'main', { checks: { strict: false, required: [{ context: 'never-ran', appId: null }] } });
  // Ben may write only; the workflow `test` of GitHub Actions fails over what is broken.
  const number = await world.open({ by: 'ben', files: { 'src/shop.js': 'broken\n' } });
  const { sha } = world.github.world.pull(slug, number).pull.head;
  await world.as('ada').setStatus(slug, sha, { context: 'external/ci', state: 'failure' });
  world.as('ada').addLabels(slug, number, 'lgtm', 'approved');
  expect((await world.settled(number)).merged).toBe(false);
  expect(world.checks(number)).toMatchObject({ 'ci/unit': 'failure', 'lint': 'failure' });

  world.comment('ben', number, '/override unit');
  world.comment('mallory', number, '/skip');
  const refused = await world.settled(number);
  expect(refused.answers.filter((text) => text.includes('@ben: `ben` may not use `/override`'))).toHaveLength(1);
  expect(world.checks(number)).toMatchObject({ 'ci/unit': 'failure', 'lint': 'success' });

  world.comment('ada', number, '/override unit never-ran');
  expect((await world.settled(number)).merged).toBe(false);
  expect(world.checks(number)).toMatchObject({ 'ci/unit': 'success' });
  world.comment('ada', number, '/override-cancel');
  const cancelled = await world.settled(number);
  expect(cancelled.answers.at(-1)).toContain('- `ci/unit`\n- `never-ran`');
  expect(world.checks(number)).toMatchObject({ 'ci/unit': 'failure' });
  expect((await world.prowjobs()).flatMap(({ status: { state, description = '' } }) => (/^Overrid/.test(description) ? [`${state}: ${description}`] : []))).toEqual(['aborted: Override cancelled by ada']);

  const jobs = (await world.prowjobs()).length;
  world.comment('ada', number, '/override test external/ci\n/override-sticky unit never-ran');
  const merged = await world.settled(number);
  expect(merged).toMatchObject({ merged: true });
  expect((await world.prowjobs()).slice(0, jobs + 1).filter(({ status }) => status.description?.startsWith('Overridden by ada'))).toHaveLength(1);

  const before = world.effects().length;
  await redeliver(world, 'issue_comment', '/override test external/ci');
  await world.settled(number);
  expect(world.effects()).toHaveLength(before);
});

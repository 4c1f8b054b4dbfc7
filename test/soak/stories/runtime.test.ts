import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sign, verified } from '../../../src/core/signature.js';
import { emitCheckRun, emitSuite } from '../../../src/embedded/github/mutate/checks.js';
import { eventually } from '../../support/redis.js';
import { receiver } from '../../support/receiver.js';
import { BOT, slug, startWorld, type StoryWorld } from '../../world/world.js';

const HOLD = 'do-not-merge/hold';
const heldBack = (world: StoryWorld, number = 1): boolean => world.view(number).labels.includes(HOLD);

async function post(world: StoryWorld, { event = 'ping', payload = {}, secret = 'hook-secret', id = randomUUID() }: Readonly<{ event?: string; payload?: object; secret?: string; id?: string }>): Promise<number> {
  const body = JSON.stringify(payload);
  const headers = { 'Content-Type': 'application/json', 'X-GitHub-Event': event, 'X-GitHub-Delivery': id, 'X-Hub-Signature-256': sign(body, secret) };
  return (await fetch(`${world.url}/hook`, { method: 'POST', body, headers })).status;
}

const metricsOf = async (world: StoryWorld): Promise<string> => (await fetch(`http://127.0.0.1:${world.running.metricsPort}/metrics`)).text();

test('an external plugin that is down gets everything once it is up: in order, as GitHub sent it, once; nobody waits for it', async () => {
  await using tea = await receiver(({ headers }) => (headers['x-github-event'] === 'organization' ? 403 : 200), { start: 'down' });
  await using milk = await receiver();
  await using world = await startWorld({ pulls: 1, plugins: `plugins:\n  ${slug}:\n    plugins: [hold]\nexternal_plugins:\n  acme:\n  - {name: tea, endpoint: "${tea.url}/in"}\n  ${slug}:\n  - {name: milk, endpoint: "${milk.url}", events: [push]}\n` });
  await eventually('the opening', async () => (await world.events()).some(({ event, action }) => event === 'pull_request' && action === 'opened'));
  world.comment('ada', 1, '/hold');
  await eventually('the hold', () => heldBack(world));
  world.comment('ada', 1, '/hold cancel');
  await eventually('the end of the hold', () => !heldBack(world));
  const waiting = (await world.events()).find(({ event }) => event === 'issue_comment');
  expect([waiting?.state, waiting?.plugins.find(({ plugin }) => plugin === 'external:tea')?.state]).toEqual(['waiting', expect.stringMatching(/waiting|retrying/)]);
  expect(tea.got).toEqual([]);

  await tea.up();
  expect(await post(world, { event: 'organization', payload: { action: 'renamed', organization: { login: 'acme' } } })).toBe(200);
  await world.settled();
  const sent = world.github.hub.state.deliveries.filter(({ payload }) => payload.includes('"repository"'));
  for (const { headers, body, path } of tea.got) {
    expect([path, headers['user-agent'], headers['content-type'], verified(body, String(headers['x-hub-signature-256']), ['hook-secret'])]).toEqual(['/in', 'ProwHook', 'application/json', true]);
  }
  const ids = tea.got.map(({ headers }) => headers['x-github-delivery']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(sent.map(({ guid }) => guid).filter((guid) => !ids.includes(guid))).toEqual([]);
  for (const { guid, payload, requestHeaders } of sent) {
    const one = tea.got.find(({ headers }) => headers['x-github-delivery'] === guid);
    expect(one?.body).toBe(payload);
    const hookId = Object.entries(requestHeaders).find(([name]) => name.toLowerCase() === 'x-github-hook-id')?.[1];
    expect(one?.headers['x-github-hook-id']).toBe(hookId);
  }
  expect(tea.got.flatMap(({ headers, body }) => (headers['x-github-event'] === 'issue_comment' ? [(JSON.parse(body) as { comment: { body: string } }).comment.body] : []))).toEqual(['/hold', '/hold cancel']);
  // K5: an event of the organisation alone is sent on as well; the refusal is the plugin's last word.
  expect(tea.got.filter(({ headers }) => headers['x-github-event'] === 'organization')).toHaveLength(1);
  expect(milk.got.filter(({ headers }) => headers['x-github-event'] !== 'push')).toEqual([]);

  const before = tea.got.length;
  const [again] = sent.slice(-1);
  if (!again) throw new Error('no delivery');
  expect((await fetch(`${world.url}/hook`, { method: 'POST', headers: again.requestHeaders, body: again.payload })).status).toBe(200);
  await world.settled();
  expect(tea.got).toHaveLength(before);
  expect(await metricsOf(world)).toMatch(/prow_external_plugin_deliveries\{plugin="tea",result="403"\} 1\n/);
}, 120_000);

test('an external plugin in trouble is tried again, and a shutdown lets what is on its way arrive', async () => {
  let open = false;
  await using tea = await receiver((_one, nth) => (nth === 1 ? 500 : open ? 'hold' : 200));
  const world = await startWorld({ pulls: 1, settings: { gracePeriodMs: 20_000 }, plugins: `plugins: {}\nexternal_plugins:\n  ${slug}:\n  - {name: tea, endpoint: "${tea.url}", events: [issue_comment]}\n` });
  try {
    world.comment('ada', 1, 'one');
    await world.settled();
    expect(tea.got.map(({ headers }) => headers['x-github-delivery'])).toEqual([tea.got[0]?.headers['x-github-delivery'], tea.got[0]?.headers['x-github-delivery']]);
    open = true;
    world.comment('ada', 1, 'two');
    await eventually('the second', () => tea.held.length === 1);
    const stopping = world.running.stop();
    // No new work is taken: the listener is gone.
    await eventually('the listener to close', () => fetch(`${world.url}/healthz`).then(() => false, () => true));
    tea.held[0]?.writeHead(200).end('late');
    await stopping;
    const [last] = (await world.events()).filter(({ event }) => event === 'issue_comment');
    expect(last).toMatchObject({ state: 'handled', plugins: [{ plugin: 'external:tea', state: 'done', actions: ['sent'] }] });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}, 120_000);

test('webhook secrets are rotated while it runs; the closest entry alone counts, and a broken file changes nothing', async () => {
  await using world = await startWorld({ plugins: 'plugins: {}\n' });
  const repo = { repository: { full_name: slug, name: 'shop', owner: { login: 'acme' } }, organization: { login: 'acme' } };
  const other = { repository: { full_name: 'other/thing', name: 'thing', owner: { login: 'other' } } };
  const file = (text: string): void => writeFileSync(world.settings.hmacSecretFile, text);
  expect([await post(world, { payload: repo }), await post(world, { payload: repo, secret: 'new' })]).toEqual([200, 403]);
  file(`${slug}:\n- {value: hook-secret, created_at: 2026-01-01T00:00:00Z}\n- {value: new, created_at: 2026-02-01T00:00:00Z}\nacme:\n- {value: of-org}\n'*':\n- {value: star}\n`);
  await eventually('the new secret', async () => (await post(world, { payload: repo, secret: 'new' })) === 200);
  const answers = (payload: object) => Promise.all(['hook-secret', 'new', 'of-org', 'star', 'wrong'].map((secret) => post(world, { payload, secret })));
  expect(await answers(repo)).toEqual([200, 200, 403, 403, 403]);
  expect(await answers({ organization: { login: 'acme' } })).toEqual([403, 403, 200, 403, 403]);
  expect(await answers(other)).toEqual([403, 403, 403, 200, 403]);
  file(`${slug}:\n- {value: [`);
  await eventually('the metric', async () => (await metricsOf(world)).includes('\nprow_webhook_secrets_broken 1\n'));
  expect(await answers(repo)).toEqual([200, 200, 403, 403, 403]);
  await eventually('a line in the log', () => world.logged('secret not reloaded').length === 1);
  file(`${slug}:\n- {value: new}\n`);
  await eventually('the old secret to end', async () => (await post(world, { payload: repo })) === 403);
  expect(await metricsOf(world)).toContain('\nprow_webhook_secrets_broken 0\n');
  expect(await post(world, { payload: other, secret: 'star' })).toBe(403);
}, 120_000);

test('commands count wherever people write: descriptions, issues, reviews and their lines; not in code, templates or edits', async () => {
  await using world = await startWorld({ pulls: 1, plugins: `plugins:\n  acme:\n    plugins: [hold]\n    excluded_repos: [quiet]\n` });
  const ada = world.as('ada');
  const toggle = async (what: () => unknown, wanted: boolean, number = 1): Promise<void> => {
    await what();
    await world.settled(number);
    expect(heldBack(world, number)).toBe(wanted);
  };
  await toggle(() => ada.review(slug, 1, { event: 'COMMENT', body: '/hold' }), true);
  await toggle(() => ada.commentLine(slug, 1, { path: 'src/new-1.js', line: 1, body: '/hold cancel' }), false);
  await toggle(() => { world.comment('ada', 1, 'Such as:\r\n```\r\n/hold\r\n```\r\n<!-- /hold -->'); }, false);
  await toggle(() => { world.comment('ada', 1, '> /hold\n  /hold'); }, false);
  await toggle(() => { world.comment('ada', 1, 'First line.\r\n/hold\r\n'); }, true);
  await toggle(() => ada.edit(slug, 1, { body: '/hold cancel' }), true);
  const ben = world.as('ben');
  await ben.fork(slug);
  await ben.push('ben/shop', { branch: 'held', files: { 'src/held.js': 'held\n' } });
  const { number } = await ben.openPull(slug, { title: 'Held from the start', head: 'ben:held', body: 'Wait.\r\n/hold' });
  await world.settled(number);
  expect(heldBack(world, number)).toBe(true);
  const issue = ada.openIssue(slug, { title: 'An issue', body: 'Please wait.\n/hold' }).number;
  await world.settled();
  expect(world.github.world.find(slug).issues.get(issue)?.labels.size).toBe(0); // /hold is for pull requests

  const text = await metricsOf(world);
  expect(text).toMatch(/prow_webhook_counter\{event_type="issue_comment"\} \d+/);
  expect(text).toMatch(/prow_webhook_response_codes\{response_code="200"\} \d+/);
  expect(text).toMatch(/prow_plugin_handle_duration_seconds_bucket\{le="640",event_type="issue_comment",action="created",plugin="hold",took_action="true"\} \d+/);
}, 120_000);

const JOBS = `presubmits:
  ${slug}:
  - name: unit
    always_run: true
    context: ci/unit
    spec: {containers: [{image: alpine, command: [sh]}]}
  - name: lint
    always_run: true
    spec: {containers: [{image: alpine, command: [sh]}]}
`;

test('GitHub’s own buttons on checks rerun jobs for whoever may say /test', async () => {
  const red = new Set(['unit', 'lint']);
  await using world = await startWorld({ jobs: JOBS, plugins: `plugins:\n  ${slug}:\n    plugins: [trigger]\n`, play: (job) => ({ end: { kind: 'exits', code: red.has(job) ? 1 : 0 } }) });
  const number = await world.open({ by: 'nora' });
  await world.settled(number);
  world.comment('ben', number, '/ok-to-test');
  await world.settled(number);
  expect(world.checks(number)).toEqual({ 'ci/unit': 'failure', lint: 'failure' });
  const { hub } = world.github;
  const repo = world.github.world.find(slug);
  const newest = (name: string) => { const found = repo.checkRuns.findLast((run) => run.name === name); if (!found) throw new Error(`no check ${name}`); return found; };
  const runs = async (): Promise<readonly string[]> => (await world.prowjobs()).map(({ spec }) => spec.job).sort();

  red.delete('unit');
  world.as('ada').rerunCheck(slug, newest('ci/unit').id);
  await world.settled(number);
  expect([world.checks(number), await runs()]).toEqual([{ 'ci/unit': 'success', lint: 'failure' }, ['lint', 'unit', 'unit']]);

  expect(newest('lint').actions).toEqual([{ label: 'Retest failed', description: expect.any(String), identifier: 'retest' }]);
  red.delete('lint');
  emitCheckRun(hub, { kind: 'user', login: 'ben' }, repo, newest('lint'), 'requested_action', { requested_action: { identifier: 'retest' } });
  await world.settled(number);
  expect([world.checks(number), await runs()]).toEqual([{ 'ci/unit': 'success', lint: 'success' }, ['lint', 'lint', 'unit', 'unit']]);

  const suite = repo.suites.find(({ id }) => id === newest('lint').suiteId);
  if (!suite) throw new Error('no suite');
  await emitSuite(hub, { kind: 'user', login: 'ada' }, repo, suite, 'rerequested');
  await world.settled(number);
  expect(await runs()).toEqual(['lint', 'lint', 'lint', 'unit', 'unit', 'unit']);

  world.as('ada').removeLabel(slug, number, 'ok-to-test');
  await world.settled(number);
  world.as('mallory').rerunCheck(slug, newest('lint').id);
  const { answers } = await world.settled(number);
  expect(answers.filter((body) => body.startsWith('@mallory: I cannot run tests') && body.includes('You pressed "Re-run" of the check `lint`.'))).toHaveLength(1);
  expect(await runs()).toHaveLength(6);
  expect(world.effects('comment.create').filter(({ who }) => who === BOT).length).toBeGreaterThan(0);
}, 180_000);

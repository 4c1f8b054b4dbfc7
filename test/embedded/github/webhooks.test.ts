import { verify } from '@octokit/webhooks-methods';
import { expect, test } from '@jest/globals';
import { startReceiver } from './support/receiver.js';
import { call, jwtOf, manifest, startSeeded } from './support/seed.js';

interface Item { readonly id: number; readonly guid: string; readonly event: string; readonly action: string | null; readonly status_code: number; readonly redelivery: boolean; readonly delivered_at: string }

test('a delivery is signed over its raw body and says what it is', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded({ webhookUrl: receiver.url, webhookSecret: 'mystery' });
  github.world.as('mia').openIssue('org/repo', { title: 'Größe ≠ size' });
  await github.idle();
  const sent = receiver.got.find(({ event }) => event === 'issues');
  expect(sent?.headers['content-type']).toBe('application/json');
  expect(sent?.headers['x-github-delivery']).toMatch(/^[0-9a-f-]{36}$/);
  expect(sent?.headers['x-github-hook-installation-target-type']).toBe('integration');
  expect(sent?.headers['x-github-hook-installation-target-id']).toBe(String(github.appId));
  expect(await verify('mystery', sent?.raw ?? '', String(sent?.headers['x-hub-signature-256']))).toBe(true);
  expect(await verify('other', sent?.raw ?? '', String(sent?.headers['x-hub-signature-256']))).toBe(false);
  expect(sent?.body).toMatchObject({ action: 'opened', issue: { number: 1, title: 'Größe ≠ size' }, installation: { id: github.installationId } });
});

test('an event that the App is not subscribed to is not delivered', async () => {
  await using receiver = await startReceiver();
  const events = (manifest.default_events ?? []).filter((one) => one !== 'issue_comment');
  await using github = await startSeeded({ webhookUrl: receiver.url, manifest: { ...manifest, default_events: events } });
  const mia = github.world.as('mia');
  mia.openIssue('org/repo', { title: 'One' });
  mia.comment('org/repo', 1, 'Hello');
  await github.idle();
  expect(receiver.names()).toContain('issues.opened');
  expect(receiver.names()).not.toContain('issue_comment.created');
});

test('deliveries are listed newest first, page by cursor, and can be sent again under their guid', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded({ webhookUrl: receiver.url });
  const jwt = jwtOf(github);
  for (const title of ['a', 'b', 'c', 'd', 'e']) github.world.as('mia').openIssue('org/repo', { title });
  await github.idle();
  const seen: Item[] = [];
  for (let path: string | undefined = '/app/hook/deliveries?per_page=2'; path;) {
    const { status, body, headers } = await call(github, jwt, 'GET', path);
    expect(status).toBe(200);
    expect((body as Item[]).length).toBeLessThanOrEqual(2);
    seen.push(...(body as Item[]));
    path = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(seen.length).toBe(receiver.got.length);
  expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).sort((a, b) => b - a));
  const [last] = seen;
  expect(last).toMatchObject({ event: 'issues', action: 'opened', status_code: 200, redelivery: false });

  const whole = await call(github, jwt, 'GET', `/app/hook/deliveries/${String(last?.id)}`);
  expect(whole.body).toMatchObject({ guid: last?.guid, request: { headers: { 'X-GitHub-Event': 'issues' }, payload: { issue: { title: 'e' } } }, response: { payload: 'seen' } });

  expect((await call(github, jwt, 'POST', `/app/hook/deliveries/${String(last?.id)}/attempts`)).status).toBe(202);
  await github.idle();
  const again = receiver.got.at(-1);
  expect(again?.headers['x-github-delivery']).toBe(last?.guid);
  expect(again?.body).toMatchObject({ issue: { title: 'e' } });
  const [newest] = (await call(github, jwt, 'GET', '/app/hook/deliveries?per_page=1')).body as Item[];
  expect(newest).toMatchObject({ guid: last?.guid, redelivery: true });
  expect(newest?.id).not.toBe(last?.id);
});

test('a failed delivery is kept with its status and not tried again', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded({ webhookUrl: receiver.url });
  await github.idle();
  const before = receiver.got.length;
  receiver.answer(503);
  github.world.as('mia').openIssue('org/repo', { title: 'One' });
  await github.idle();
  expect(receiver.got.length).toBe(before + 1);
  github.faults.set({ webhooksDown: true });
  github.world.as('mia').openIssue('org/repo', { title: 'Two' });
  await github.idle();
  expect(receiver.got.length).toBe(before + 1);
  const items = (await call(github, jwtOf(github), 'GET', '/app/hook/deliveries')).body as Item[];
  expect(items.slice(0, 2).map(({ status_code }) => status_code)).toEqual([502, 503]);
});

test('a hook of a repository hears of that repository, and lists what it heard', async () => {
  await using receiver = await startReceiver();
  await using github = await startSeeded();
  const token = github.world.as('olga').token();
  const made = await call(github, token, 'POST', '/repos/org/repo/hooks', { name: 'web', active: true, events: ['issues'], config: { url: receiver.url, content_type: 'json', secret: 'x' } });
  expect(made.status).toBe(201);
  await github.world.repo({ owner: 'org', name: 'other' });
  github.world.as('mia').openIssue('org/repo', { title: 'Here' });
  github.world.as('mia').openIssue('org/other', { title: 'There' });
  await github.idle();
  expect(receiver.got.filter(({ event }) => event === 'issues').map(({ body }) => body.issue)).toMatchObject([{ title: 'Here' }]);
  const { id } = made.body as { id: number };
  const { body } = await call(github, token, 'GET', `/repos/org/repo/hooks/${String(id)}/deliveries`);
  expect((body as Item[]).map(({ event }) => event)).toContain('issues');
});

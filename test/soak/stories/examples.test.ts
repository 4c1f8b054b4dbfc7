import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { sign } from '../../../src/embedded/github/webhooks.js';
import { startWorld } from '../../world/world.js';

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Readonly<{ name: string; examples: readonly object[] }>[];

test('a whole installation takes every published example of a webhook, and lives', async () => {
  await using world = await startWorld({ pulls: 1 });
  const post = (event: string, body: string, signature: string): Promise<Response> =>
    fetch(`${world.url}/hook`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-GitHub-Event': event, 'X-GitHub-Delivery': randomUUID(), 'X-Hub-Signature-256': signature } });
  const all = examples.flatMap(({ name, examples: list }) => list.map((payload) => ({ name, body: JSON.stringify(payload) })));
  expect(all.length).toBeGreaterThan(100);
  for (const { name, body } of all) expect([name, (await post(name, body, sign(world.github.webhookSecret, body))).status]).toEqual([name, 200]);
  expect((await post('ping', '{}', sign('another secret', '{}'))).status).toBe(403);
  await world.settled();
  expect((await fetch(`${world.url}/healthz/ready`)).status).toBe(200);
  world.comment('ada', 1, '/hold');
  expect((await world.settled(1)).labels).toEqual(['do-not-merge/hold']);
}, 300_000);

import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { sign } from '../../../src/embedded/github/webhooks.js';
import { ownRedis } from '../../support/redisServer.js';
import { eventually } from '../../support/redis.js';
import { slug, startWorld } from '../../world/world.js';

test('while Redis is away webhooks are refused and readiness says why; afterwards nothing is missing', async () => {
  await using redis = await ownRedis({ keeps: true });
  await using world = await startWorld({ pulls: 1, redisUrl: redis.url });
  const ready = async (): Promise<string> => { const answer = await fetch(`${world.url}/healthz/ready`); return `${answer.status} ${(await answer.text()).trim()}`; };
  await world.settled();
  expect(await ready()).toBe('200 OK');
  await redis.stop();
  world.comment('ada', 1, '/hold');
  const body = JSON.stringify({ zen: 'x' });
  const refused = await fetch(`${world.url}/hook`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-GitHub-Event': 'ping', 'X-GitHub-Delivery': randomUUID(), 'X-Hub-Signature-256': sign(world.github.webhookSecret, body) } });
  expect(refused.status).toBe(503);
  expect(await eventually('readiness to fail', async () => { const said = await ready(); return said.startsWith('503') && said; })).toContain('redis');
  await world.github.idle();
  expect(world.github.hub.state.deliveries.filter(({ statusCode }) => statusCode === 503).length).toBeGreaterThan(0);
  await redis.start();
  await eventually('readiness', async () => (await ready()).startsWith('200'));
  // GitHub sends nothing again by itself: the list of its deliveries says what was missed.
  await eventually('the hold', () => world.view(1).labels.includes('do-not-merge/hold'), 20_000);
  await world.settled();
  expect(world.effects('label.add').filter(({ target }) => target === `${slug}#1`)).toHaveLength(1);
}, 300_000);

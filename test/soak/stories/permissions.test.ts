import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { manifest, startWorld } from '../../world/world.js';

const without = (name: string): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(manifest.default_permissions).filter(([one]) => one !== name));
// GitHub gives every App `metadata: read`.
const takeable = Object.keys(manifest.default_permissions).filter((name) => name !== 'metadata');

test('with everything that app.yml asks for, nothing is missed', async () => {
  await using world = await startWorld();
  await world.settled();
  expect(world.logged('the App lacks')).toEqual([]);
  expect(world.logged('is not subscribed')).toEqual([]);
});

test.each(takeable)('without the permission %s one line names it', async (name) => {
  await using world = await startWorld({ github: { manifest: { ...manifest, default_permissions: without(name) }, appSlug: 'prow', webhookSecret: 'hook-secret' } });
  const lines = await eventually(`a line about ${name}`, () => { const found = world.logged(`the App lacks the permission \`${name}:`); return found.length > 0 && found; });
  expect(lines).toHaveLength(1);
});

test.each([...manifest.default_events])('without the event %s one line names it', async (name) => {
  await using world = await startWorld({ github: { manifest: { ...manifest, default_events: manifest.default_events.filter((one) => one !== name) }, appSlug: 'prow', webhookSecret: 'hook-secret' } });
  const lines = await eventually(`a line about ${name}`, () => { const found = world.logged(`not subscribed to the event \`${name}\``); return found.length > 0 && found; });
  expect(lines).toHaveLength(1);
});

test('what fails for want of a permission names it', async () => {
  await using world = await startWorld({ pulls: 1, github: { manifest: { ...manifest, default_permissions: { ...manifest.default_permissions, issues: 'read', pull_requests: 'read' } }, appSlug: 'prow', webhookSecret: 'hook-secret' } });
  world.comment('ada', 1, '/hold');
  await eventually('the failure', () => world.logs.some((line) => line.includes('the App lacks the permission issues: write: GitHub refused') && line.includes('"plugin":"hold"')));
  await world.settled();
  expect(world.view(1).labels).toEqual([]);
});

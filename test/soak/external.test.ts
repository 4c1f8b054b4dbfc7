import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/redis.js';
import { receiver } from '../support/receiver.js';
import { slug, startWorld, type StoryWorld } from '../world/world.js';

const root = new URL('../..', import.meta.url).pathname;

/** A worker in a process of its own beside a world that only takes webhooks. */
function spawnWorker({ settings }: StoryWorld, name: string): ChildProcess {
  const { github } = settings;
  if (github.auth.kind !== 'app') throw new Error('the world signs in as an App');
  const flags = {
    'config-path': settings.configPath, 'plugin-config': settings.pluginConfigPath, 'hmac-secret-file': settings.hmacSecretFile, 'github-endpoint': github.endpoints[0] ?? '', 'github-graphql-endpoint': github.graphqlEndpoint, 'github-host': github.host,
    'github-app-id': github.auth.appId, 'github-app-private-key-path': github.auth.keyPath, 'metrics-port': '0', 'admin-port': '-1', 'health-port': '-1', 'redis-url': settings.redisUrl ?? '', 'redis-prefix': settings.redisPrefix,
    'state-dir': join(settings.stateDir, name), role: 'worker', 'no-in-cluster-config': 'true',
  };
  return spawn(process.execPath, [join(root, 'bin', 'prow'), 'serve', ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)], { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env.PATH, HOME: settings.stateDir } });
}

test('workers that are killed over an event on its way lose none of it, and order holds', async () => {
  let hold = true;
  await using tea = await receiver(() => (hold ? 'hold' : 200));
  await using world = await startWorld({ settings: { role: 'web' }, plugins: `plugins: {}\nexternal_plugins:\n  ${slug}:\n  - {name: tea, endpoint: "${tea.url}", events: [issue_comment]}\n` });
  const children: ChildProcess[] = [];
  const start = (): ChildProcess => { const child = spawnWorker(world, `w${children.length}`); children.push(child); return child; };
  try {
    const number = await world.open();
    const ids = (): readonly string[] => tea.got.map(({ headers }) => String(headers['x-github-delivery']));
    for (let kill = 1; kill <= 2; kill++) {
      const child = start();
      if (kill === 1) for (let n = 0; n < 5; n++) world.comment('ada', number, `comment ${n}`);
      await eventually(`the event to be on its way, ${kill}`, () => tea.held.length === kill, 90_000);
      child.kill('SIGKILL');
    }
    // Both tries were about the first event: nobody overtakes it.
    expect(new Set(ids()).size).toBe(1);
    hold = false;
    start();
    await world.settled(number);
    const bodies = tea.got.map(({ body }) => (JSON.parse(body) as { comment: { body: string } }).comment.body);
    expect(bodies).toEqual(['comment 0', 'comment 0', 'comment 0', 'comment 1', 'comment 2', 'comment 3', 'comment 4']);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}, 300_000);

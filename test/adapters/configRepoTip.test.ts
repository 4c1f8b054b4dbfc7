import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createCensor } from '../../src/adapters/censor.js';
import { createTip } from '../../src/adapters/configRepoTip.js';
import { createGitHub } from '../../src/adapters/github/client.js';
import { silentLog } from '../../src/core/ports/log.js';
import { noMetrics } from '../../src/core/ports/metrics.js';
import { startGitHub } from '../../src/embedded/github/server.js';
import { testRedis } from '../support/redis.js';
import { appKey } from '../support/appKey.js';

const { signal } = new AbortController();

async function stage() {
  const redis = testRedis();
  const hub = await startGitHub({ ...appKey(), manifest: parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')) as object });
  hub.world.org('acme', { admins: ['ada'] });
  await hub.world.repo({ owner: 'acme', name: 'config', private: true, files: { 'config.yaml': '' } });
  hub.world.install('acme');
  const hand = { now: Date.now() };
  let seen = 0;
  const clock = { now: () => hand.now };
  const { http } = createGitHub({
    endpoints: [hub.url], graphqlEndpoint: hub.graphqlUrl, auth: { kind: 'app', appId: String(hub.appId), privateKey: () => hub.appKey }, userAgent: 'prow-test', retry: { maxRetries: 2, initialDelayMs: 5, maxSleepMs: 1_000, requestTimeoutMs: 5_000 },
    mode: 'live', redis: redis.redis, prefix: redis.prefix, clock: { now: Date.now }, log: silentLog, metrics: noMetrics, censor: createCensor(), enabled: () => [],
  });
  return {
    hub, hand, tip: (repo = 'config', branch?: string) => createTip({ repo: { org: 'acme', name: repo }, branch }, { http, clock }),
    push: (branch: string) => hub.world.as('ada').push('acme/config', { branch, files: { 'config.yaml': `# ${Math.random()}\n` } }),
    /** Calls about the repository since the last time, by the end of their route and their status. */
    calls() {
      const about = hub.log.filter(({ route }) => route.startsWith('/repos/')).map(({ route, status }) => `${route.split('/:repo')[1] ?? ''} ${status}`);
      const fresh = about.slice(seen);
      seen = about.length;
      return fresh;
    },
    async [Symbol.asyncDispose]() {
      await hub.stop();
      await redis[Symbol.asyncDispose]();
    },
  };
}
test('a look costs one conditional request, which is free while the branch stays', async () => {
  await using at = await stage();
  const tip = at.tip();
  const first = await tip.find(signal);
  expect(first).toEqual({ branch: 'main', sha: at.hub.world.find('acme/config').heads.get('main') });
  expect(at.calls()).toEqual([' 200', '/git/ref/*ref 200']);
  expect(await tip.find(signal)).toEqual(first);
  expect(at.calls()).toEqual(['/git/ref/*ref 304']);
  const sha = await at.push('main');
  expect(await tip.find(signal)).toEqual({ branch: 'main', sha });
  expect(at.calls()).toEqual(['/git/ref/*ref 200']);
});

test('another default branch is found within an hour, at once when told so, and when the old one is gone', async () => {
  await using at = await stage();
  const tip = at.tip();
  await tip.find(signal);
  const sha = await at.push('trunk');
  await at.hub.world.editRepo('acme/config', { defaultBranch: 'trunk' });
  expect((await tip.find(signal)).branch).toBe('main');
  tip.forget();
  expect(await tip.find(signal)).toEqual({ branch: 'trunk', sha });
  await at.hub.world.editRepo('acme/config', { defaultBranch: 'main' });
  at.hand.now += 3_700_000;
  expect((await tip.find(signal)).branch).toBe('main');
});

test('what the App may not see is said with what it needs', async () => {
  await using at = await stage();
  await expect(at.tip('nothing').find(signal)).rejects.toThrow('there is no repository acme/nothing, or the App or token may not read it (it needs `contents: read` there)');
  await expect(at.tip('config', 'gone').find(signal)).rejects.toThrow('there is no branch gone in acme/config, or the App');
});

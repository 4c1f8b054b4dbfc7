import { expect, test } from '@jest/globals';
import { Probot } from 'probot';
import { NotYet } from '../../src/core/errors.js';
import { probotApp } from '../../src/handlers/app.js';
import { createHandling } from '../../src/handlers/dispatch.js';
import { commentPayload, NOW, snapshot, world } from './fakes.js';

const event = (body: string) => ({ id: 'd1', name: 'issue_comment', payload: commentPayload({ body }) }) as unknown as Parameters<Probot['receive']>[0];

async function probot(deps: ReturnType<typeof world>['deps']): Promise<Probot> {
  const app = new Probot({ githubToken: 'not-used', logLevel: 'fatal' });
  await app.load(probotApp({ handling: createHandling(deps), clock: { now: () => NOW } }));
  return app;
}

test('the plugins run in a Probot', async () => {
  const { github, deps } = world(snapshot({ enabled: ['hold'] }));
  const app = await probot(deps);
  await app.receive(event('/hold'));
  await app.receive(event('nothing'));
  expect(github.writes).toEqual(['+do-not-merge/hold']);
});

test('a plugin that fails is reported to Probot', async () => {
  const { github, deps } = world(snapshot({ enabled: ['hold'] }));
  github.addLabel = () => Promise.reject(new Error('no label for you'));
  const app = await probot(deps);
  await expect(app.receive(event('/hold'))).rejects.toThrow(/1 of 1 plugins failed/);
});

test('a plugin that is too early is run again in time', async () => {
  let now = NOW;
  const handling = {
    pluginsFor: () => Promise.resolve(['patient']),
    run: (): Promise<readonly string[]> => {
      const early = now < NOW + 20;
      now += 20;
      return early ? Promise.reject(new NotYet('too early', now)) : Promise.resolve([]);
    },
  };
  const app = new Probot({ githubToken: 'not-used', logLevel: 'fatal' });
  await app.load(probotApp({ handling, clock: { now: () => now } }));
  await app.receive(event('/hold'));
  expect(now).toBe(NOW + 40);
});

import { expect, test } from '@jest/globals';
import { parseEvents } from '../../../src/handlers/events.js';
import { eventually } from '../../support/redis.js';
import { gate, pull, signal, startWorld, type Answering } from './fake.js';

const PULL = 'GET /repos/acme/site/pulls/7';
const ref = (branch: string): string => `GET /repos/acme/site/git/ref/heads/${branch}`;
const rawPull = (base: string) => ({ number: 7, title: 'x', base: { ref: base, sha: 'old' }, head: { ref: 'fix', sha: 'h' } });

/** A repository whose pull request goes to the branch that `base` says. */
const answering = (base: () => string): Answering => ({ url }) => {
  if (url.endsWith('/pulls/7')) return { body: rawPull(base()) };
  const branch = /\/git\/ref\/heads\/(.+)$/.exec(url)?.[1];
  return branch === undefined || branch === 'gone' ? undefined : { body: { object: { sha: `tip-of-${branch}` } } };
};

test.each<{ name: string; usual: string | undefined; asked: readonly string[] }>([
  { name: 'the usual base is right', usual: 'main', asked: [PULL, ref('main')] },
  { name: 'nothing is known', usual: undefined, asked: [PULL, ref('main')] },
  { name: 'the guess is wrong', usual: 'next', asked: [PULL, ref('main'), ref('next')] },
  { name: 'the guess is a branch that is gone', usual: 'gone', asked: [PULL, ref('gone'), ref('main')] },
])('the tip is that of the real base: $name', async ({ usual, asked }) => {
  await using world = await startWorld(answering(() => 'main'));
  const { pull: read, baseSha } = await world.github.forPlugin('trigger').pullAndBase(pull, usual, { signal });
  expect([read.baseRef, baseSha]).toEqual(['main', 'tip-of-main']);
  expect([...world.server.log()].sort()).toEqual([...asked].sort());
});

test('both are asked at once', async () => {
  const held = gate();
  await using world = await startWorld(async (asked, nth) => { await held.opened; return answering(() => 'main')(asked, nth); });
  const reading = world.github.forPlugin('trigger').pullAndBase(pull, 'main', { signal });
  await eventually('both requests', () => world.server.asked.length === 2);
  held.open();
  expect(await reading).toMatchObject({ baseSha: 'tip-of-main' });
});

test('a pull request is asked for with the base that was seen last, and its tip afresh each time', async () => {
  let base = 'release';
  await using world = await startWorld(answering(() => base));
  const github = world.github.forPlugin('trigger');
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify({ action: 'opened', repository: { name: 'site', owner: { login: 'Acme' } }, pull_request: rawPull('release') }) });
  await world.github.observe(opened);
  await github.pullAndBase(pull, 'main', { signal });
  expect([...world.server.log()].sort()).toEqual([ref('release'), PULL].sort());
  base = 'next';
  expect(await github.pullAndBase(pull, 'main', { signal })).toMatchObject({ baseSha: 'tip-of-next' });
  expect(await github.pullAndBase(pull, 'main', { signal })).toMatchObject({ baseSha: 'tip-of-next' });
  expect(world.server.log().filter((one) => one !== PULL)).toEqual([ref('release'), ref('release'), ref('next'), ref('next')]);
});

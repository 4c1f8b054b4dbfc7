import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { SHOP, startStage, switchesOnce, type Served } from '../../support/served.js';

const CONFIG = 'acme/config';
const plugins = (...names: readonly string[]): string => `plugins:\n  ${SHOP}:\n    plugins: [${names.join(', ')}]\n`;
const BROKEN = `plugins:\n  ${SHOP}:\n    plugins: [trigger, hold\n  other: {}\n`;
const UNIT = `presubmits:\n  ${SHOP}:\n  - name: unit\n    always_run: false\n    spec: {containers: [{image: alpine}]}\n`;

const revision = (sha: string): string => `prow_config_revision{source="${CONFIG}@main",revision="${sha}"}`;

test('pushes to the configuration repository reach a web and a worker process while comments stream; broken ones do not; a restart without GitHub goes on', async () => {
  await using stage = await startStage();
  const { github, world } = stage;
  await world.repo({ owner: 'acme', name: 'config', private: true, files: { 'prow/config.yaml': 'tide: {}\n', 'prow/plugins.yaml': plugins('trigger', 'hold'), 'README.md': 'Ours.\n' } });
  const push = (files: Readonly<Record<string, string>>): Promise<string> => world.as('ada').push(CONFIG, { branch: 'main', files });
  const flags = (role: string) => ({ 'config-repo': CONFIG, role, 'state-dir': join(stage.dir, role) });
  const [web, worker] = await Promise.all([stage.serve(flags('web')), stage.serve(flags('worker'))]);
  github.setWebhook(`${web.url}/hook`);
  const both: readonly Served[] = [web, worker];
  const follow = (sha: string, whom = both): Promise<unknown> => eventually(`${sha} to be in force everywhere`, async () => (await Promise.all(whom.map((one) => one.metric(revision(sha))))).every((value) => value === 1), 10_000);
  /** Pushes, and resolves when all processes have followed. */
  const changed = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const sha = await push(files);
    await follow(sha);
    return sha;
  };

  const first = await stage.send(6);
  const off = await stage.sendDuring(() => changed({ 'prow/plugins.yaml': plugins('trigger') }));
  const without = await stage.send(6);
  const added = await stage.sendDuring(() => changed({ 'prow/jobs/unit.yaml': UNIT }));
  world.as('ada').comment(SHOP, 1, '/test ?');
  await eventually('the new job to be known', () => stage.answers(1).some((answer) => answer.includes('/test unit')));
  let good = '';
  const on = await stage.sendDuring(async () => { good = await changed({ 'prow/plugins.yaml': plugins('trigger', 'hold') }); });

  let bad = '';
  const breaking = await stage.sendDuring(async () => {
    bad = await push({ 'prow/plugins.yaml': BROKEN });
    await eventually('the metric', async () => (await Promise.all(both.map((one) => one.metric('prow_config_broken')))).every((value) => value === 1));
  });
  const broken = await stage.send(6);
  await follow(good);
  const says = new RegExp(`${CONFIG}@${bad.slice(0, 12)} is broken, ${good.slice(0, 12)} stays in force:\\s*prow/plugins\\.yaml:(3|4):\\d+: `);
  expect(await web.page('/')).toMatch(says);
  expect(await web.page('/')).toContain(good);
  for (const one of both) {
    expect(await one.ready()).toMatch(says);
    expect(one.log.find(({ level, revision: of }) => level === 'error' && of === bad)).toMatchObject({ inForce: good, problem: expect.stringMatching(/^prow\/plugins\.yaml:(3|4):\d+: /) });
  }

  const mended = await stage.sendDuring(() => changed({ 'prow/plugins.yaml': plugins('trigger') }));
  for (const one of both) expect([await one.metric('prow_config_broken'), await one.ready()]).toEqual([0, 'OK']);
  expect(await web.metric(revision(good))).toBeUndefined();
  const last = await stage.send(6);

  const all = (count: readonly unknown[], value: boolean) => count.map(() => value);
  expect(await stage.acted(first)).toEqual(all(first, true));
  expect(switchesOnce(off, await stage.acted(off), false)).toBe(true);
  expect(await stage.acted([...without, ...added])).toEqual(all([...without, ...added], false));
  expect(switchesOnce(on, await stage.acted(on), true)).toBe(true);
  expect(await stage.acted([...breaking, ...broken])).toEqual(all([...breaking, ...broken], true));
  expect(switchesOnce(mended, await stage.acted(mended), false)).toBe(true);
  expect(await stage.acted(last)).toEqual(all(last, false));
  expect(await stage.acted()).toHaveLength(stage.probes.length);

  const before = world.find(CONFIG).heads.get('main') ?? '';
  expect(await worker.stop()).toBe(0);
  github.faults.set({ failShare: { status: 502, share: 1 } });
  const again = await stage.serve(flags('worker'));
  expect([await again.metric(revision(before)), await again.metric('prow_config_stale'), await again.metric('prow_config_broken')]).toEqual([1, 1, 0]);
  expect(await again.ready()).toMatch(new RegExp(`^OK, but\\nconfig repository: ${CONFIG} cannot be read since .*, ${before.slice(0, 12)} stays in force: `));
  github.faults.clear();
  const newest = await push({ 'prow/plugins.yaml': plugins('trigger', 'hold') });
  await follow(newest, [web, again]);
  expect(await again.metric('prow_config_stale')).toBe(0);
  const end = await stage.send(3);
  expect(await stage.acted(end)).toEqual(all(end, true));
  process.stdout.write(`${stage.probes.length * 2} comments\n`);
}, 180_000);

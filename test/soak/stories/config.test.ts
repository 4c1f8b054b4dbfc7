import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { SHOP, startStage, switchesOnce, type Served } from '../../support/served.js';

const plugins = (...names: readonly string[]): string => `plugins:\n  ${SHOP}:\n    plugins: [${names.join(', ')}]\n`;
const BROKEN = `plugins:\n  ${SHOP}:\n    plugins: [trigger, hold\n  other: {}\n`;
const UNIT = `presubmits:\n  ${SHOP}:\n  - name: unit\n    always_run: false\n    spec: {containers: [{image: alpine}]}\n`;

/** A folder as a cluster mounts a ConfigMap: a new version comes by swapping one link. */
function configMap(dir: string, files: Readonly<Record<string, string>>) {
  let version = 0;
  let now = files;
  const mount = (): void => {
    version++;
    mkdirSync(join(dir, `..v${version}`), { recursive: true });
    for (const [name, content] of Object.entries(now)) writeFileSync(join(dir, `..v${version}`, name), content);
    symlinkSync(`..v${version}`, join(dir, '..data_tmp'));
    renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  };
  mount();
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(dir, name));
  return { change(more: Readonly<Record<string, string>>): void { now = { ...now, ...more }; mount(); } };
}

const changes = ({ log }: Served): number => log.filter(({ msg }) => msg === 'configuration changed').length;

test('files change under a running prow serve while comments stream: what follows behaves anew, none is lost, a broken version changes nothing but is seen', async () => {
  await using stage = await startStage();
  const mounted = configMap(join(stage.dir, 'config'), { 'config.yaml': 'tide: {}\n', 'plugins.yaml': plugins('trigger', 'hold') });
  const jobs = join(stage.dir, 'jobs');
  mkdirSync(jobs);
  const at = (name: string): string => join(stage.dir, 'config', name);
  const prow = await stage.serve({ 'config-path': at('config.yaml'), 'plugin-config': at('plugins.yaml'), 'job-config-path': jobs });
  stage.github.setWebhook(`${prow.url}/hook`);
  /** Resolves when a change of the files has been taken up. */
  const changed = async (change: () => void): Promise<void> => {
    const before = changes(prow);
    change();
    await eventually('the change to be taken up', () => changes(prow) > before);
  };

  const first = await stage.send(10);
  const off = await stage.sendDuring(() => changed(() => { mounted.change({ 'plugins.yaml': plugins('trigger') }); }));
  const without = await stage.send(10);
  const added = await stage.sendDuring(() => changed(() => { writeFileSync(join(jobs, 'unit.yaml'), UNIT); }));
  stage.world.as('ada').comment(SHOP, 1, '/test ?');
  await eventually('the new job to be known', () => stage.answers(1).some((answer) => answer.includes('/test unit')));
  const on = await stage.sendDuring(() => changed(() => { mounted.change({ 'plugins.yaml': plugins('trigger', 'hold') }); }));

  const place = /plugins\.yaml:(3|4):\d+: /;
  expect(await prow.metric('prow_config_broken')).toBe(0);
  const breaking = await stage.sendDuring(async () => {
    const told = prow.toldOfConfig();
    mounted.change({ 'plugins.yaml': BROKEN });
    await eventually('the metric', async () => (await prow.metric('prow_config_broken')) === 1);
    await told;
  });
  const broken = await stage.send(10);
  expect(await prow.page('/')).toMatch(place);
  expect(await prow.ready()).toMatch(/^OK, but\nconfig: the newest files are broken, the last good ones stay in force:\n.*plugins\.yaml:/);
  expect(JSON.parse(await prow.page('/config-status'))).toMatchObject({ source: 'files', problem: expect.stringMatching(place) });
  expect(prow.log.find(({ level, msg }) => level === 'error' && msg === 'configuration is broken, the last good one stays in force')).toMatchObject({ error: expect.stringMatching(place) });

  const mended = await stage.sendDuring(() => changed(() => { mounted.change({ 'plugins.yaml': plugins('trigger') }); }));
  expect(await prow.metric('prow_config_broken')).toBe(0);
  expect(await prow.page('/')).not.toMatch(place);
  expect(await prow.ready()).toBe('OK');
  const last = await stage.send(10);

  const all = (count: readonly unknown[], value: boolean) => count.map(() => value);
  expect(await stage.acted(first)).toEqual(all(first, true));
  expect(switchesOnce(off, await stage.acted(off), false)).toBe(true);
  expect(await stage.acted([...without, ...added])).toEqual(all([...without, ...added], false));
  expect(switchesOnce(on, await stage.acted(on), true)).toBe(true);
  expect(await stage.acted([...breaking, ...broken])).toEqual(all([...breaking, ...broken], true));
  expect(switchesOnce(mended, await stage.acted(mended), false)).toBe(true);
  expect(await stage.acted(last)).toEqual(all(last, false));
  expect(await stage.acted()).toHaveLength(stage.probes.length);
  process.stdout.write(`${stage.probes.length * 2} comments, ${changes(prow)} changes\n`);
  expect(await prow.stop()).toBe(0);
}, 180_000);

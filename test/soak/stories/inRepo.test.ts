import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startFakeKube } from '../../support/kube.js';
import { slug, startWorld } from '../../world/world.js';

const CONFIG = `in_repo_config:
  enabled: {${slug}: true}
tide:
  sync_period: 60s
  queries:
  - repos: [${slug}]
    labels: [lgtm, approved]
    missingLabels: [do-not-merge/hold, needs-ok-to-test]
presubmits:
  ${slug}:
  - name: static
    always_run: true
    optional: true
    spec: {containers: [{image: alpine, command: ["true"]}]}
`;

const job = (name: string, more = ''): string => `- name: ${name}\n  always_run: true\n${more}  spec: {containers: [{image: alpine, command: ["true"]}]}\n`;
const file = (...names: readonly string[]): string => `presubmits:\n${names.map((name) => job(name)).join('')}`;
const BROKEN = 'presubmits:\n- name: unit\n  always_run: perhaps\n';

/** A world whose repository configures jobs itself, with a cluster that keeps them and runs none. */
async function start(files: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), 'prow-kube-'));
  const kube = await startFakeKube();
  const world = await startWorld({ config: CONFIG, files, settings: { kubeconfig: kube.writeKubeconfig(join(dir, 'kubeconfig')) } });
  return {
    ...world,
    /** The jobs of a pull request (or of pushes), by name, unless they were aborted. */
    jobs: (number?: number): readonly string[] => [...kube.jobs.values()].filter(({ spec, status }) => spec.refs?.pulls?.[0]?.number === number && status.state !== 'aborted').map(({ spec }) => spec.job ?? '').sort(),
    approve(number: number): void { world.comment('ben', number, '/lgtm'); world.comment('ada', number, '/approve'); },
    /** Says that a job passed on the tip of the base, as its report would. */
    async pass(number: number, context: string): Promise<void> {
      const base = world.github.world.find(slug).heads.get('main') ?? '';
      await world.as('ada').setStatus(slug, world.github.world.pull(slug, number).pull.head.sha, { context, state: 'success', description: `Job succeeded. BaseSHA:${base}` });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await world[Symbol.asyncDispose]();
      await kube[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

test('a member adds a job: it runs on that pull request, which needs it to merge, and from the merge on all others do', async () => {
  await using world = await start({ '.prow/unit.yaml': file('unit') });
  const adds = await world.open({ by: 'ben', files: { '.prow/more.yaml': file('more') } });
  const other = await world.open({ by: 'ben', files: { 'src/other.js': 'x\n' } });
  await world.settled(adds);
  expect([world.jobs(adds), world.jobs(other)]).toEqual([['more', 'static', 'unit'], ['static', 'unit']]);
  for (const number of [adds, other]) { world.comment('ada', number, '/lgtm'); world.comment('ada', number, '/approve'); }
  await world.settled(adds);
  await world.pass(adds, 'unit');
  expect(await world.settled(adds)).toMatchObject({ merged: false, tide: { title: 'Not mergeable. Job more has not succeeded.' }, answers: [expect.stringContaining('approved')] });
  expect(world.view(other)).toMatchObject({ merged: false, tide: { title: 'Not mergeable. Job unit has not succeeded.' } });
  await world.pass(adds, 'more');
  expect(await world.settled(adds)).toMatchObject({ merged: true });
  await world.pass(other, 'unit');
  expect(await world.settled(other)).toMatchObject({ merged: false, tide: { title: 'Not mergeable. Job more has not succeeded.' } });
  world.comment('ben', other, '/test more');
  await world.settled(other);
  expect(world.jobs(other)).toEqual(['more', 'static', 'unit']);
});

test('an outsider adds a job: nothing runs before somebody vouches for the change', async () => {
  await using world = await start({ '.prow.yaml': file('unit') });
  const number = await world.open({ files: { '.prow.yaml': file('unit', 'mine') } });
  expect(await world.settled(number)).toMatchObject({ labels: ['needs-ok-to-test'], answers: expect.arrayContaining([expect.stringMatching(/^Hi @nora/)]) });
  world.comment('nora', number, '/test mine');
  await world.settled(number);
  expect(world.jobs(number)).toEqual([]);
  world.comment('ben', number, '/ok-to-test');
  expect(await world.settled(number)).toMatchObject({ labels: ['ok-to-test'] });
  expect(world.jobs(number)).toEqual(['mine', 'static', 'unit']);
});

test('who breaks the configuration is told where, does not merge, and the next push mends it', async () => {
  await using world = await start({ '.prow.yaml': file('unit') });
  const number = await world.open({ by: 'ben', files: { '.prow.yaml': BROKEN } });
  expect(await world.settled(number)).toMatchObject({ answers: expect.arrayContaining([expect.stringContaining('.prow.yaml:3:15: presubmits[0].always_run: expected boolean, found string')]) });
  expect(world.jobs(number)).toEqual(['static']);
  world.comment('ada', number, '/lgtm');
  world.comment('ada', number, '/approve');
  const broken = await world.settled(number);
  expect(broken).toMatchObject({ merged: false, tide: { state: 'failure', title: expect.stringContaining("The repository's own job configuration cannot be used: .prow.yaml:3:15") } });
  await world.push('ben', number, { '.prow.yaml': file('unit', 'better') });
  const mended = await world.settled(number);
  expect(mended.answers.filter((text) => text.includes('presubmits[0]'))).toEqual([]);
  expect(world.jobs(number)).toEqual(['better', 'static', 'unit']);
  expect(world.logged('plugin failed')).toEqual([]);
});

test('the base moves: its tip says what runs after a push, and on pull requests that are tested from then on', async () => {
  await using world = await start({ '.prow.yaml': file('unit') });
  const number = await world.open({ by: 'ben' });
  await world.settled(number);
  expect(world.jobs(number)).toEqual(['static', 'unit']);
  await world.as('ada').push(slug, { branch: 'main', files: { '.prow.yaml': `${file('unit', 'new')}postsubmits:\n${job('publish')}` } });
  await world.settled(number);
  expect(world.jobs()).toEqual(['publish']);
  world.comment('ben', number, '/test new');
  await world.settled(number);
  expect(world.jobs(number)).toEqual(['new', 'static', 'unit']);
  await world.as('ada').push(slug, { branch: 'main', files: { '.prow.yaml': BROKEN } });
  world.comment('ben', number, '/test ?');
  const { answers } = await world.settled(number);
  expect(answers.at(-1)).toMatch(/\/test static[\s\S]*already on main[\s\S]*\.prow\.yaml:3:15/);
  expect(world.jobs()).toEqual(['publish']);
});

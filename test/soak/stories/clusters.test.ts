import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../../src/core/ports/log.js';
import { startCluster, type Cluster } from '../../../src/embedded/cluster/cluster.js';
import { startHollowKubelet } from '../../../src/embedded/cluster/kubelet/hollow.js';
import { startKubeProxy, type KubeProxy } from '../../support/kubeProxy.js';
import { systemClock } from '../../support/path.js';
import { eventually } from '../../support/redis.js';
import { outsider } from '../../world/outsider.js';
import { slug, startWorld } from '../../world/world.js';

const job = (name: string, cluster: string) => `  - name: ${name}
    always_run: true
    cluster: ${cluster}
    spec: {containers: [{image: alpine, command: [sh]}]}
`;
const JOBS = `presubmits:\n  ${slug}:\n${job('here', 'default')}${job('there', 'east')}${job('nowhere', 'atlantis')}`;

/** Another build cluster, called `east`, behind a proxy that can be cut off. */
interface East extends AsyncDisposable { readonly cluster: Cluster; readonly proxy: KubeProxy }

async function startEast(dir: string, { hangs }: Readonly<{ hangs: boolean }>): Promise<East> {
  const cluster = await startCluster({ dir: join(dir, 'east'), images: () => undefined, kubelet: 'none', clock: systemClock, log: silentLog });
  const kubelet = await startHollowKubelet({ kubeconfigPath: cluster.kubeconfigPath, clock: systemClock, log: silentLog, part: () => ({ pendingMs: 0, runningMs: 0, end: hangs ? { kind: 'hangs' } : { kind: 'exits', code: 0 } }) });
  const proxy = await startKubeProxy(cluster.kubeconfigPath);
  return {
    cluster, proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await kubelet.stop();
      await cluster.stop();
    },
  };
}

/** A kubeconfig with the contexts of both; the one of `own` stays the current one. */
function joined(own: string, east: East, dir: string): string {
  const [one, two] = [own, east.proxy.kubeconfig(join(dir, 'east-kubeconfig'), 'east')].map((path) => JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<'clusters' | 'users' | 'contexts', readonly unknown[]>>);
  const path = join(dir, 'both-kubeconfig');
  writeFileSync(path, JSON.stringify({ ...one, ...Object.fromEntries((['clusters', 'users', 'contexts'] as const).map((key) => [key, [...(one?.[key] ?? []), ...(two?.[key] ?? [])]])) }), { mode: 0o600 });
  return path;
}

/** A world with a second cluster. */
async function worldWithEast(how: Readonly<{ hangs: boolean; down: boolean }>) {
  const easts: East[] = [];
  const world = await startWorld({
    jobs: JOBS,
    async kubeconfig(own, dir) {
      const made = await startEast(dir, how);
      easts.push(made);
      made.proxy.setDown(how.down);
      return joined(own, made, dir);
    },
  });
  const [east] = easts;
  if (!east) throw new Error('the second cluster was not asked for');
  return { world, east, async [Symbol.asyncDispose]() { await world[Symbol.asyncDispose](); await east[Symbol.asyncDispose](); } };
}
/** What a watch, or a wait before the next attempt, may take. */
const PATIENCE_MS = 60_000;

test('a build cluster that is down keeps its own jobs waiting and nobody else’s; one that nobody knows ends its jobs', async () => {
  await using at = await worldWithEast({ hangs: false, down: true });
  const { world, east } = at;
  using them = outsider(world.kubeconfigPath);
  const number = await world.open({ by: 'ben' });
  await eventually('the others to end', () => world.checks(number)['here'] === 'success' && world.checks(number)['nowhere'] === 'failure');
  const jobOf = async (name: string) => (await them.jobs()).find(({ spec }) => spec.job === name);
  expect((await jobOf('nowhere'))?.status).toMatchObject({ state: 'error', description: 'The job cannot be run: there is no build cluster atlantis.', completionTime: expect.any(String) });
  expect((await jobOf('there'))?.status).toMatchObject({ state: 'triggered' });
  expect(await world.settled(number)).toMatchObject({ merged: false });
  expect(world.checks(number)['there']).toBe('queued');

  // It comes back, is found out, and its jobs run without anybody's help.
  east.proxy.setDown(false);
  await eventually('the job of the cluster that came back', () => world.checks(number)['there'] === 'success');
  using eastern = outsider(east.cluster.kubeconfigPath);
  expect((await eastern.pods()).map(({ metadata }) => metadata.name)).toEqual([(await jobOf('there'))?.metadata.name]);
  expect((await them.pods()).map(({ metadata }) => metadata.name)).toEqual([(await jobOf('here'))?.metadata.name]);
});

test('a build cluster that goes down while its job runs: the job is as it was, and its end is seen when it is back', async () => {
  await using at = await worldWithEast({ hangs: true, down: false });
  const { world, east } = at;
  using them = outsider(world.kubeconfigPath);
  using eastern = outsider(east.cluster.kubeconfigPath);
  const number = await world.open({ by: 'ben' });
  const pod = await eventually('its pod to run', async () => (await eastern.pods()).find(({ status }) => status?.phase === 'Running'));
  await eventually('its check', () => world.checks(number)['there'] === 'in_progress');
  east.proxy.setDown(true);
  await eventually('the outage to be noticed', () => world.logged('build cluster cannot be used').some((line) => line.includes('east')), PATIENCE_MS);
  // Meanwhile the pod ends, jobs elsewhere are made and end, and one is sent to the dead cluster.
  await eastern.call({ method: 'PATCH', path: `/api/v1/namespaces/default/pods/${pod.metadata.name}/status`, contentType: 'application/merge-patch+json', body: { status: { phase: 'Failed', containerStatuses: [] } } });
  const other = await world.open({ by: 'ben', files: { 'src/other.js': '' } });
  await eventually('a job elsewhere', () => world.checks(other)['here'] === 'success');
  expect((await them.job(pod.metadata.name))?.status).toMatchObject({ state: 'pending', pod_name: pod.metadata.name });
  expect(world.checks(number)['there']).toBe('in_progress');
  east.proxy.setDown(false);
  await eventually('the end to be seen', () => world.checks(number)['there'] === 'failure', PATIENCE_MS);
  await eventually('the job that waited', async () => (await eastern.pods()).length === 2, PATIENCE_MS);
});

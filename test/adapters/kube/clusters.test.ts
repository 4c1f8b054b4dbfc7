import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openKube, type KubeOptions } from '../../../src/adapters/kube/kube.js';
import { ConfigError, UserError } from '../../../src/core/errors.js';
import { silentLog, type Log } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { eventually } from '../../support/redis.js';
import { freePort } from '../../support/redisServer.js';
import { drop, json, scripted, type Answer } from './scripted.js';

const signal = new AbortController().signal;

/** The verb that a review asks about. */
const verbIn = (body: string): string => (JSON.parse(body) as { spec: { resourceAttributes: { verb: string } } }).spec.resourceAttributes.verb;

/** A cluster with nothing in it, where all but the given verbs is allowed. */
const empty = (...denied: readonly string[]): Answer => (response, asked) => {
  if (asked.path.endsWith('/selfsubjectaccessreviews')) json(201, { status: { allowed: !denied.includes(verbIn(asked.body)) } })(response, asked);
  else if (asked.query['watch'] === 'true') { response.writeHead(200); response.flushHeaders(); }
  else json(200, { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '5' }, items: [] })(response, asked);
};

function kubeconfig(servers: Readonly<Record<string, string>>, current: string): string {
  const names = Object.keys(servers);
  return JSON.stringify({
    'current-context': current,
    clusters: names.map((name) => ({ name, cluster: { server: servers[name] } })),
    users: names.map((name) => ({ name, user: { token: 'x' } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  });
}

async function opened(file: string | undefined, more: Partial<KubeOptions> = {}) {
  const state = { disabled: [] as string[] };
  const kube = await openKube({
    sources: { file, inCluster: 'ignore', env: {} }, settings: () => ({ prowJobNamespace: 'jobs', podNamespace: 'pods', disabledClusters: state.disabled }), mode: 'act', watching: 'jobs and pods', userAgent: 'test',
    every: undefined, clock: Date, random: () => 0, timings: { firstDelayMs: 2, longestDelayMs: 10 }, log: silentLog, ...more,
  });
  return Object.assign(kube, { state });
}

function place(): Disposable & { readonly file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'prow-clusters-'));
  return { file: join(dir, 'kubeconfig'), [Symbol.dispose]: () => { rmSync(dir, { recursive: true, force: true }); } };
}

test('a cluster that is down holds up no other, and comes back', async () => {
  await using good = await scripted(empty());
  await using bad = await scripted(drop);
  using at = place();
  writeFileSync(at.file, kubeconfig({ good: good.url, bad: bad.url, closed: `http://127.0.0.1:${await freePort()}` }, 'good'));
  const changes: string[] = [];
  await using kube = await opened(at.file, { onClusterState: (alias, state) => changes.push(`${alias} ${state}`) });
  expect(kube.clusters.names()).toEqual(['bad', 'closed', 'default', 'good']);
  expect(kube.clusters.each().map(({ alias }) => alias).sort()).toEqual(['default', 'good']);
  expect(kube.clusters.get('')).toMatchObject({ kind: 'cluster', alias: 'default' });
  expect(kube.clusters.get('typo')).toEqual({ kind: 'fault', why: 'unknown', text: 'there is no build cluster typo' });
  expect(kube.clusters.get('bad')).toEqual({ kind: 'fault', why: 'down', text: expect.stringMatching(/^the build cluster bad cannot be used: .*(?:socket hang up|ECONNRESET)/) });
  expect(kube.clusters.get('closed')).toMatchObject({ why: 'down', text: expect.stringContaining('ECONNREFUSED') });
  await kube.jobIndex.ready({ signal });
  const found = kube.clusters.get('good');
  if (found.kind === 'fault') throw new Error(found.text);
  await found.index.ready({ signal });
  expect(kube.clusters.health().map(({ alias, state }) => `${alias} ${state}`)).toEqual(['bad Error', 'closed Error', 'default Reachable', 'good Reachable']);

  // A cluster that was well and goes down is found out by its watch.
  let told = 0;
  kube.clusters.onChange(() => { told++; });
  good.otherwise = drop;
  good.breakAll();
  await eventually('the fault', () => kube.clusters.get('good').kind === 'fault');
  expect(kube.clusters.get('good')).toMatchObject({ why: 'down' });
  good.otherwise = empty();
  await eventually('the cluster', () => kube.clusters.get('good').kind === 'cluster');
  expect(told).toBeGreaterThanOrEqual(2);
  expect(changes.filter((change) => change.startsWith('good'))).toEqual(['good Reachable', 'good Error', 'good Reachable']);
});

test('what is not allowed is named', async () => {
  await using cluster = await scripted(empty('create', 'patch'));
  using at = place();
  writeFileSync(at.file, kubeconfig({ default: cluster.url }, 'default'));
  await using kube = await opened(at.file);
  expect(kube.clusters.health()).toEqual([{ alias: 'default', state: 'MissingPermissions', text: 'this installation may not create, patch pods in namespace pods', synced: false }]);
});

test.each<{ name: string; how: Partial<KubeOptions>; asks: readonly string[] }>([
  { name: 'who runs jobs', how: {}, asks: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
  { name: 'who throws pods away', how: { pods: 'collect' }, asks: ['delete', 'get', 'list', 'patch', 'watch'] },
  { name: 'who shows logs', how: { watching: 'jobs' }, asks: ['get', 'list', 'watch'] },
  { name: 'a dry run', how: { mode: 'dry', pods: 'run' }, asks: ['get', 'list', 'watch'] },
])('$name needs no more than it does, and cannot do with less', async ({ how, asks }) => {
  const all = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
  await using cluster = await scripted(empty(...all.filter((verb) => !asks.includes(verb))));
  using at = place();
  writeFileSync(at.file, kubeconfig({ default: cluster.url }, 'default'));
  {
    await using kube = await opened(at.file, how);
    expect(kube.clusters.get('')).toMatchObject({ kind: 'cluster' });
    expect(cluster.asked.filter(({ path }) => path.endsWith('reviews')).map(({ body }) => verbIn(body)).sort()).toEqual(asks);
  }
  for (const verb of asks) {
    cluster.otherwise = empty(verb);
    await using kube = await opened(at.file, how);
    expect(kube.clusters.health()).toEqual([expect.objectContaining({ state: 'MissingPermissions', text: `this installation may not ${verb} pods in namespace pods` })]);
  }
});

test('aliases of one server, user and namespace share one watch; another user is asked apart', async () => {
  await using cluster = await scripted(empty());
  using at = place();
  const about = (names: Readonly<Record<string, string>>) => JSON.stringify({
    'current-context': 'infra', clusters: [{ name: 'a', cluster: { server: cluster.url } }, { name: 'b', cluster: { server: cluster.url } }],
    users: [{ name: 'x', user: { token: 'one' } }, { name: 'y', user: { token: 'one' } }, { name: 'z', user: { token: 'two' } }],
    contexts: Object.entries(names).map(([name, way]) => ({ name, context: { cluster: way[0], user: way[1] } })),
  });
  const watches = () => cluster.asked.filter(({ path, query }) => path.endsWith('/pods') && query['watch'] === 'true').map(({ headers }) => headers.authorization).sort();
  writeFileSync(at.file, about({ infra: 'ax', trusted: 'by', other: 'az' }));
  await using kube = await opened(at.file);
  await eventually('the watches', () => watches().length >= 2);
  expect(kube.clusters.names()).toEqual(['default', 'infra', 'other', 'trusted']);
  const get = (alias: string) => {
    const found = kube.clusters.get(alias);
    if (found.kind === 'fault') throw new Error(found.text);
    return found;
  };
  expect([get('default').index, get('trusted').index].every((index) => index === get('infra').index)).toBe(true);
  expect(get('other').index).not.toBe(get('infra').index);
  expect(['default', 'infra', 'trusted'].map((alias) => get(alias).alias)).toEqual(['default', 'infra', 'trusted']);

  // The watch outlives each alias but the last.
  const kept = get('infra').index;
  writeFileSync(at.file, about({ infra: 'ax', other: 'az' }));
  await kube.reload();
  expect(kube.clusters.get('trusted')).toMatchObject({ why: 'unknown' });
  expect(get('infra').index).toBe(kept);
  expect(watches()).toEqual(['Bearer one', 'Bearer two']);

  // What befalls the server befalls each of its names.
  cluster.otherwise = drop;
  cluster.breakAll();
  await eventually('the fault', () => kube.clusters.each().length === 0);
  expect(kube.clusters.health().map(({ alias, state }) => `${alias} ${state}`)).toEqual(['default Error', 'infra Error', 'other Error']);
  cluster.otherwise = empty();
  await eventually('all of them', () => kube.clusters.each().length === 3);
});

test('clusters come and go with the kubeconfig, and stay when it breaks', async () => {
  await using one = await scripted(empty());
  await using two = await scripted(empty());
  using at = place();
  const errors: unknown[] = [];
  const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
  writeFileSync(at.file, kubeconfig({ one: one.url }, 'one'));
  await using kube = await opened(at.file, { log });
  const kept = kube.clusters.get('one');
  const asked = one.asked.length;

  writeFileSync(at.file, kubeconfig({ one: one.url, two: two.url }, 'one'));
  await kube.reload();
  expect(kube.clusters.names()).toEqual(['default', 'one', 'two']);
  expect(kube.clusters.get('two').kind).toBe('cluster');
  expect(kube.clusters.get('one')).toBe(kept);
  await kube.reload();
  expect(one.asked.slice(asked).filter(({ path }) => path.endsWith('reviews'))).toEqual([]);

  writeFileSync(at.file, '{');
  await kube.reload();
  expect(kube.clusters.names()).toEqual(['default', 'one', 'two']);
  expect(errors).toEqual([{ problems: [expect.stringContaining(`kubeconfig ${at.file} cannot be read`)] }]);

  // Another address behind a name is another cluster; ProwJobs follow.
  writeFileSync(at.file, kubeconfig({ one: two.url }, 'one'));
  await kube.reload();
  expect(kube.clusters.names()).toEqual(['default', 'one']);
  expect(kube.clusters.get('two')).toMatchObject({ why: 'unknown' });
  await kube.jobs.list({}, { signal });
  expect(two.asked.map(({ path }) => path)).toContain('/apis/prow.k8s.io/v1/namespaces/jobs/prowjobs');

  writeFileSync(at.file, kubeconfig({ one: two.url, three: two.url }, 'one'));
  kube.state.disabled = ['three'];
  await kube.reload();
  expect(kube.clusters.names()).toEqual(['default', 'one']);
});

test('without any cluster there are no jobs; a wrong kubeconfig is an error at the start', async () => {
  await using kube = await opened(undefined);
  expect(kube.infrastructure()).toBe('none');
  expect(kube.clusters.get('')).toMatchObject({ why: 'unknown' });
  await expect(kube.jobs.create({} as ProwJob, { signal })).rejects.toThrow(UserError);
  await expect(opened('/nowhere/kubeconfig')).rejects.toThrow(ConfigError);
});

test('what is not watched is not asked for', async () => {
  await using cluster = await scripted(empty());
  using at = place();
  writeFileSync(at.file, kubeconfig({ default: cluster.url }, 'default'));
  {
    await using kube = await opened(at.file, { watching: 'jobs' });
    await kube.jobIndex.ready({ signal });
    expect(kube.clusters.each()).toHaveLength(1);
    expect(cluster.asked.filter(({ path }) => path.endsWith('/pods'))).toEqual([]);
  }
  const before = cluster.asked.length;
  await using idle = await opened(at.file, { watching: 'nothing' });
  expect(cluster.asked.slice(before).filter(({ path }) => !path.endsWith('reviews'))).toEqual([]);
  expect(idle.jobIndex.synced()).toBe(false);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findHelm } from '../../scripts/helm.mjs';
import { openKube, type OpenedKube } from '../../src/adapters/kube/kube.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { apiOf, core, pod, prowJob, quiet, type Suite } from '../contract/kube/suite.js';
import { CHART, render, type Manifest, type Values } from '../helm/render.js';
import { VALUE_SETS } from '../helm/sets.js';
import { workloads } from '../helm/workloads.js';
import { kubeAssets, kubeconfig, startApiServer, type ApiServer } from '../support/apiserver.js';
import { eventually } from '../support/redis.js';

const assets = kubeAssets();
const found = findHelm();
const NAMESPACES = ['prow', 'prow-jobs', 'test-pods', 'installed'];
/** Of what Kubernetes itself has; the Gateway API is an addition. */
const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps', Deployment: 'deployments', HorizontalPodAutoscaler: 'horizontalpodautoscalers', Ingress: 'ingresses', NetworkPolicy: 'networkpolicies', PodDisruptionBudget: 'poddisruptionbudgets',
  Role: 'roles', RoleBinding: 'rolebindings', Secret: 'secrets', Service: 'services', ServiceAccount: 'serviceaccounts', StatefulSet: 'statefulsets',
};

if (assets === undefined || found === undefined) {
  test('the chart with kube-apiserver', () => {
    process.stderr.write('• skipped: the chart with kube-apiserver, because `npm run kube-assets` or `npm run helm` has not been run\n');
    expect(assets === undefined && process.env['PROW_NEED_KUBE'] === '1').toBe(false);
  });
} else {
  describe('the chart with kube-apiserver', () => { serverTests(assets, found); });
}

function serverTests(folder: string, helm: string): void {
  let server: ApiServer | undefined;
  let suite: Suite | undefined;
  const dir = mkdtempSync(join(tmpdir(), 'prow-helm-soak-'));
  const api = (): Suite => { if (!suite) throw new Error('not started'); return suite; };
  beforeAll(async () => {
    server = await startApiServer(folder);
    suite = await apiOf({ ...server, pods: 'keeps' });
    for (const name of NAMESPACES) await api().call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
  });
  afterAll(async () => {
    await suite?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });
  const objectsOf = (values: Values): readonly Manifest[] => {
    const rendered = render(helm, values);
    if (rendered.kind === 'refused') throw new Error(rendered.why);
    return rendered.objects;
  };
  /** Server-side apply, which prunes nothing: an unknown field is refused. */
  const apply = (object: Manifest, dryRun?: 'All') => {
    const { apiVersion, kind, metadata: { name, namespace = '' } } = object;
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    return api().call('PATCH', `${root}/namespaces/${namespace}/${PLURALS[kind] ?? kind}/${name}`, object, { contentType: 'application/apply-patch+yaml', query: { fieldManager: 'helm', force: true, fieldValidation: 'Strict', dryRun } });
  };

  test.each(VALUE_SETS)('takes every object: $name', async ({ values }) => {
    const objects = objectsOf(values);
    for (const object of objects) {
      if (object.kind === 'HTTPRoute') continue;
      const made = await apply(object, 'All').catch((error: unknown) => { throw new Error(`${object.kind} ${object.metadata.name}: ${String(error)}`); });
      expect(made).toMatchObject({ kind: object.kind, metadata: { name: object.metadata.name } });
    }
    // The namespaces hold pods to the standard `restricted`, which the controllers' own objects are not held to.
    for (const { metadata: { name, namespace = '' }, spec } of workloads(objects)) {
      const claims = (spec.volumeClaimTemplates ?? []).map((claim) => ({ name: claim.metadata.name, emptyDir: {} }));
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { ...spec.template.metadata, name }, spec: { ...spec.template.spec, volumes: [...spec.template.spec.volumes, ...claims] } };
      expect(await api().call('POST', core(namespace, 'pods'), body, { query: { dryRun: 'All', fieldValidation: 'Strict' } })).toMatchObject({ kind: 'Pod' });
    }
  });

  test('an object with an unknown field would be refused, and a pod that may become root', async () => {
    const [object] = objectsOf({});
    await expect(apply({ ...(object as Manifest), spec: { maxUnavailble: 1 } }, 'All')).rejects.toThrow(/maxUnavailble/);
    const [web] = workloads(objectsOf({ securityContext: { allowPrivilegeEscalation: true } }));
    const { metadata, spec } = web?.spec.template ?? {};
    await expect(api().call('POST', core('prow', 'pods'), { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'web' }, spec }, { query: { dryRun: 'All' } })).rejects.toThrow(/restricted.*allowPrivilegeEscalation/);
  });

  const openAs = async (account: string): Promise<OpenedKube> => {
    const { status } = await api().call('POST', core('prow', 'serviceaccounts', `${account}/token`), { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
    const file = join(dir, account);
    writeFileSync(file, kubeconfig(server?.url ?? '', readFileSync(server?.certificate.cert ?? ''), String(status?.['token'])), { mode: 0o600 });
    return openKube({
      sources: { file, inCluster: 'ignore', env: {} }, settings: () => ({ prowJobNamespace: 'prow-jobs', podNamespace: 'test-pods', disabledClusters: [] }), mode: 'act', watching: 'jobs and pods',
      userAgent: 'test', every: undefined, clock: { now: () => Date.now() }, random: Math.random, log: silentLog,
    });
  };
  const job = (name: string): ProwJob => prowJob(name, { spec: { pod_spec: { containers: [{ name: '', image: 'busybox' }] } } }) as unknown as ProwJob;
  const about = { signal: quiet };

  test('the roles are enough for a worker, and no more than reading for the web', async () => {
    for (const object of objectsOf({ prowJobNamespace: 'prow-jobs', podNamespace: 'test-pods' })) if (/^(ServiceAccount|Role|RoleBinding)$/.test(object.kind)) await apply(object);
    {
      await using worker = await openAs('prow-worker');
      await eventually('the build cluster', () => worker.clusters.health().every(({ state }) => state === 'Reachable') || undefined);
      expect(await worker.jobs.create(job('a'), about)).toBe('created');
      await eventually('the watch of ProwJobs', () => worker.jobIndex.list().some(({ metadata }) => metadata.name === 'a'));
      expect(await worker.jobs.abort('a', 'Aborted.', about)).toBe('aborted');
      const read = await worker.jobs.find('a', about);
      expect(await worker.jobs.replace({ ...(read as ProwJob), status: { ...(read as ProwJob).status, description: 'written' } }, about)).toBe('replaced');
      const cluster = worker.clusters.get('');
      if (cluster.kind === 'fault') throw new Error(cluster.text);
      const safe = { securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: 'RuntimeDefault' } }, containers: [{ name: 'test', image: 'busybox', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }] };
      expect(await cluster.pods.create(pod('a', { spec: safe }) as never, about)).toBe('created');
      expect(await cluster.pods.finalizers('a', { add: ['example.com/kept'] }, about)).toBe('changed');
      expect(await cluster.pods.finalizers('a', { remove: ['example.com/kept'] }, about)).toBe('changed');
      expect(await cluster.pods.events({ name: 'a' }, about)).toEqual([]);
      expect(await cluster.pods.node('none', about)).toBeUndefined();
      expect(await cluster.pods.remove('a', { ...about, uid: undefined, graceSeconds: 0 })).toBe('removed');
    }
    await using web = await openAs('prow-web');
    await eventually('the watch of ProwJobs', () => web.jobIndex.list().some(({ metadata }) => metadata.name === 'a'));
    await expect(web.jobs.create(job('b'), about)).rejects.toThrow(/forbidden/i);
    await expect(web.jobs.remove('a', about)).rejects.toThrow(/forbidden/i);
    const may = async (user: string, verb: string, resource: string, namespace: string, subresource = '') => {
      const spec = { user: `system:serviceaccount:prow:${user}`, groups: ['system:serviceaccounts', 'system:authenticated'], resourceAttributes: { verb, resource, namespace, subresource, group: '' } };
      return (await api().call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec })).status?.['allowed'];
    };
    for (const user of ['prow-web', 'prow-worker']) {
      expect(await may(user, 'get', 'pods', 'test-pods', 'log')).toBe(true);
      for (const resource of ['secrets', 'configmaps', 'services']) expect(await may(user, 'get', resource, 'prow')).toBe(false);
      expect(await may(user, 'create', 'pods', 'prow')).toBe(false);
      expect(await may(user, 'create', 'pods', 'test-pods', 'exec')).toBe(false);
    }
    expect(await may('prow-web', 'delete', 'pods', 'test-pods')).toBe(false);
  });

  test('helm installs it, keeps the password of Redis over an upgrade, and takes it away again', async () => {
    const run = (...args: readonly string[]) => spawnSync(helm, [...args, '--namespace', 'installed', '--kubeconfig', server?.kubeconfig ?? ''], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: dir }, timeout: 120_000 });
    expect(run('install', 'prow', CHART)).toMatchObject({ status: 0, stdout: expect.stringContaining('kubectl -n installed port-forward deployment/prow-web 8889') });
    const password = async () => ((await api().call('GET', core('installed', 'secrets', 'prow-redis')))['data'] as Readonly<Record<string, string>>)['redis-password'];
    const first = await password();
    expect(Buffer.from(first ?? '', 'base64').toString()).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(run('upgrade', 'prow', CHART, '--set', 'web.replicas=3')).toMatchObject({ status: 0 });
    expect(await password()).toBe(first);
    expect(run('upgrade', 'prow', CHART, '--set', 'web.replcas=3')).toMatchObject({ status: 1, stderr: expect.stringContaining("at '/web': additional properties 'replcas' not allowed") });
    expect(run('uninstall', 'prow')).toMatchObject({ status: 0 });
    await expect(password()).rejects.toThrow(/not found/);
    // ProwJobs outlive an installation.
    expect(await api().call('GET', '/apis/prow.k8s.io/v1/namespaces/prow-jobs/prowjobs/a')).toMatchObject({ metadata: { name: 'a' } });
  });
}

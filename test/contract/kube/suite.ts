import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import * as clientNode from '@kubernetes/client-node';
import { parse } from 'yaml';
import { readContexts } from '../../../src/adapters/kube/contexts.js';
import { openCredentials } from '../../../src/adapters/kube/credentials.js';
import { openHttp, statusOf, type Call, type KubeHttp } from '../../../src/adapters/kube/http.js';
import { eventually } from '../../support/redis.js';

/** A server that runs already. */
export interface ApiUnderTest extends AsyncDisposable {
  /** Path of a kubeconfig whose user may do anything. */
  readonly kubeconfig: string;
  /** Path of one whose user may do nothing with pods; undefined where there is but one user. */
  readonly strangerKubeconfig: string | undefined;
  /** Forgets all history: resourceVersions and continue tokens of before are answered with 410. Open connections may break. */
  forget(): Promise<void>;
  /** `runs`: somebody runs pods as processes, and their logs can be read. */
  readonly pods: 'runs' | 'keeps';
}

/** A Kubernetes object of any kind. */
export interface Thing {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Readonly<{
    name: string; namespace?: string; uid?: string; resourceVersion: string; generation?: number; creationTimestamp?: string; deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number; finalizers?: readonly string[]; labels?: Readonly<Record<string, string>>; annotations?: Readonly<Record<string, string>>;
  }>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface Suite extends AsyncDisposable {
  readonly under: ApiUnderTest;
  readonly http: KubeHttp;
  /** A call with the admin's rights; refusals are ApiErrors. */
  call(method: NonNullable<Call['method']>, path: string, body?: unknown, more?: Partial<Call>): Promise<Thing>;
  /** A namespace of the test's own. */
  namespace(): Promise<string>;
}

export type GetSuite = () => Suite;

const crd = fileURLToPath(new URL('../../../helm/crds/prowjob.yaml', import.meta.url));
export const quiet = new AbortController().signal;
export const prowJobs = (namespace: string, name = '') => `/apis/prow.k8s.io/v1/namespaces/${namespace}/prowjobs${name && `/${name}`}`;
export const core = (namespace: string, plural: string, name = '') => `/api/v1/namespaces/${namespace}/${plural}${name && `/${name}`}`;
export const MERGE = { contentType: 'application/merge-patch+json' };

/** Connects, and sees to it that the ProwJob resource is there. */
export async function apiOf(under: ApiUnderTest): Promise<Suite> {
  const { infrastructure } = readContexts({ file: under.kubeconfig, inCluster: 'ignore', env: {} }, [], clientNode);
  if (!infrastructure) throw new Error(`${under.kubeconfig} names no context`);
  const http = openHttp(openCredentials(infrastructure.load, Date), { userAgent: 'contract' });
  const call: Suite['call'] = async (method, path, body, more) => (await http.json({ method, path, body, signal: quiet, ...more })) as Thing;
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(readFileSync(crd, 'utf8'))).catch((error: unknown) => {
    // Built in already, or with no way to add others.
    if (statusOf(error) !== 409 && statusOf(error) !== 404) throw error;
  });
  for (const path of [prowJobs('default'), '/apis/prow.k8s.io/v1']) await eventually('the ProwJob resource', () => call('GET', path).then(() => true, () => false));
  return {
    under, http, call,
    async namespace() {
      const name = `t-${randomBytes(5).toString('hex')}`;
      await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      return name;
    },
    async [Symbol.asyncDispose]() {
      http[Symbol.dispose]();
      await under[Symbol.asyncDispose]();
    },
  };
}

/** A ProwJob as somebody might send it. */
export function prowJob(name: string, more: Readonly<{ labels?: Record<string, string>; finalizers?: string[]; spec?: object; status?: object }> = {}) {
  return {
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob',
    metadata: { name, ...(more.labels && { labels: more.labels }), ...(more.finalizers && { finalizers: more.finalizers }) },
    spec: { type: 'presubmit', agent: 'kubernetes', cluster: 'default', job: 'unit', refs: { org: 'org', repo: 'repo', base_ref: 'main', pulls: [{ number: 7, author: 'ann', sha: 'abc' }] }, ...more.spec },
    status: { state: 'triggered', startTime: '2026-01-02T03:04:05Z', ...more.status },
  };
}

export function pod(name: string, more: Readonly<{ labels?: Record<string, string>; finalizers?: string[]; spec?: object }> = {}) {
  return {
    apiVersion: 'v1' as const, kind: 'Pod' as const,
    metadata: { name, labels: { 'created-by-prow': 'true', ...more.labels }, ...(more.finalizers && { finalizers: more.finalizers }) },
    spec: { restartPolicy: 'Never', containers: [{ name: 'test', image: 'busybox', command: ['true'] }], ...more.spec },
  };
}

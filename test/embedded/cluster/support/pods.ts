import type { Fields, Kobject } from '../../../../src/embedded/cluster/api/object.js';
import { at, listOf } from '../../../../src/embedded/cluster/api/object.js';
import { eventually } from '../../../support/redis.js';
import type { TestCluster } from './cluster.js';

const signal = new AbortController().signal;

/** A container that runs a shell script. */
export const shell = (script: string, more: Fields = {}): Fields => ({ name: 'test', image: 'busybox', command: ['sh', '-c', script], ...more });
/** A pod whose one container runs a script. */
export const scriptPod = (name: string, script: string, { container = {}, spec = {} }: { container?: Fields; spec?: Fields } = {}): Fields => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 5, containers: [shell(script, container)], ...spec },
});

export async function createPod({ client }: TestCluster, body: Fields): Promise<Kobject> {
  return (await client.ask({ method: 'POST', path: '/api/v1/namespaces/default/pods', body, signal })) as unknown as Kobject;
}

export async function createIn({ client }: TestCluster, plural: string, body: Fields): Promise<void> {
  await client.ask({ method: 'POST', path: `/api/v1/namespaces/default/${plural}`, body, signal });
}

/** The pod once it is as wanted. */
export async function podWhen({ client }: TestCluster, name: string, what: string, suits: (pod: Kobject) => boolean): Promise<Kobject> {
  return eventually(`pod ${name} to be ${what}`, async () => {
    const pod = (await client.ask({ method: 'GET', path: `/api/v1/namespaces/default/pods/${name}`, signal })) as unknown as Kobject;
    return suits(pod) && pod;
  });
}

export const phaseOf = (pod: Kobject): unknown => at(pod, 'status', 'phase');
export const podOver = (cluster: TestCluster, name: string): Promise<Kobject> => podWhen(cluster, name, 'over', (pod) => ['Succeeded', 'Failed'].includes(String(phaseOf(pod))));
export const podRuns = (cluster: TestCluster, name: string): Promise<Kobject> => podWhen(cluster, name, 'running', (pod) => phaseOf(pod) === 'Running');
/** The state of a container by its name. */
export const stateOf = (pod: Kobject, name = 'test'): Fields => at([...listOf(at(pod, 'status', 'initContainerStatuses')), ...listOf(at(pod, 'status', 'containerStatuses'))].find((one) => at(one, 'name') === name), 'state') as Fields;

/** What a container has written. */
export async function logOf({ core }: TestCluster, name: string, more: { container?: string; previous?: boolean; tailLines?: number; limitBytes?: number; sinceSeconds?: number; timestamps?: boolean; follow?: boolean } = {}): Promise<string> {
  return core.readNamespacedPodLog({ namespace: 'default', name, ...more });
}

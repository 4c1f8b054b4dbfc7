import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { silentLog } from '../../../../src/core/ports/log.js';
import { loadClient, type Client } from '../../../../src/embedded/cluster/kubelet/client.js';
import { startCluster, type Cluster, type ClusterOptions } from '../../../../src/embedded/cluster/cluster.js';

export interface TestCluster extends Cluster {
  readonly dir: string;
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  /** Plain JSON in and out. */
  readonly client: Client;
}

/** A folder of its own that goes away in the end. */
export async function temporary(): Promise<{ readonly dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'cluster-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A cluster in a folder that is given, or in one of its own. */
export async function testCluster(options: Partial<ClusterOptions> = {}): Promise<TestCluster> {
  const own = options.dir === undefined ? await temporary() : undefined;
  const dir = options.dir ?? own?.dir ?? '';
  const cluster = await startCluster({ dir, images: () => undefined, log: silentLog, clock: { now: Date.now }, ...options, pods: { concurrency: 20, backoffMs: 20, ...options.pods } });
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  return {
    ...cluster, dir, config, core: config.makeApiClient(CoreV1Api), custom: config.makeApiClient(CustomObjectsApi), client: await loadClient(cluster.kubeconfigPath),
    async [Symbol.asyncDispose]() {
      await cluster.stop({ graceMs: 200 });
      await own?.[Symbol.asyncDispose]();
    },
  };
}

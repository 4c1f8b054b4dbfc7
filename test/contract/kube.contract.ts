import { afterAll, beforeAll, describe } from '@jest/globals';
import { adapterContract } from './kube/adapter.js';
import { apiOf, type ApiUnderTest, type Suite } from './kube/suite.js';
import { kubectlContract } from './kube/kubectl.js';
import { listContract } from './kube/lists.js';
import { objectContract } from './kube/objects.js';
import { podContract } from './kube/pods.js';
import { watchContract } from './kube/watches.js';

export type { ApiUnderTest } from './kube/suite.js';

/**
 * What Prow, its adapter and kubectl rely on in a Kubernetes API server that has the ProwJob resource. The same tests run against the
 * embedded cluster and against kube-apiserver: whatever differs between the two is a fault of one of these tests or of the embedded one.
 */
export function kubeContract(name: string, open: () => Promise<ApiUnderTest>): void {
  describe(name, () => {
    let suite: Suite | undefined;
    const get = (): Suite => {
      if (!suite) throw new Error('the API server has not been started');
      return suite;
    };
    beforeAll(async () => { suite = await apiOf(await open()); }, 180_000);
    afterAll(async () => { await suite?.[Symbol.asyncDispose](); }, 60_000);
    objectContract(get);
    listContract(get);
    watchContract(get);
    podContract(get);
    kubectlContract(get);
    adapterContract(get);
  });
}

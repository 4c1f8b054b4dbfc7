import { kubeContract } from '../../contract/kube.contract.js';
import { testCluster } from './support/cluster.js';

kubeContract('the embedded cluster', async () => {
  const cluster = await testCluster();
  return { kubeconfig: cluster.kubeconfigPath, strangerKubeconfig: undefined, forget: async () => { cluster.forget(); }, pods: 'runs', [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
});

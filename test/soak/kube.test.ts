import { expect, test } from '@jest/globals';
import { kubeContract } from '../contract/kube.contract.js';
import { kubeAssets, startApiServer } from '../support/apiserver.js';

const assets = kubeAssets();
if (assets !== undefined) {
  kubeContract('kube-apiserver', async () => {
    const server = await startApiServer(assets);
    return { ...server, pods: 'keeps' };
  });
} else {
  test('kube-apiserver', () => {
    process.stderr.write('• skipped: the contract of Kubernetes with kube-apiserver, because `npm run kube-assets` has not been run\n');
    expect(process.env['PROW_NEED_KUBE']).not.toBe('1');
  });
}

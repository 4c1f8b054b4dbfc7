import { expect, test } from '@jest/globals';
import { azureStorage } from '../../src/adapters/storage/azure.js';
import { gcsStorage } from '../../src/adapters/storage/gcs.js';
import { s3Storage } from '../../src/adapters/storage/s3.js';
import { storageContract } from '../contract/storage.contract.js';
import { AZURE, findServer, S3_KEYS, startAzure, startGcs, startS3 } from '../support/storageServers.js';

const versitygw = findServer('versitygw');
const fakeGcs = findServer('fake-gcs-server');

// PROW_NEED_STORAGE=1 says that both must be there; scripts/test.mjs says which are left out.
if (process.env.PROW_NEED_STORAGE === '1') test('the servers are there', () => expect([versitygw, fakeGcs]).toEqual([expect.any(String), expect.any(String)]));

if (versitygw !== undefined) {
  storageContract('S3', async () => {
    const server = await startS3(versitygw);
    const storage = s3Storage(() => ({ ...S3_KEYS, endpoint: server.url, region: 'us-east-1', s3_force_path_style: true }));
    return { storage, folder: 's3://results/pr-logs', elsewhere: 's3://nowhere/a', many: 1_050, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}
if (fakeGcs !== undefined) {
  storageContract('Google Cloud Storage', async () => {
    const server = await startGcs(fakeGcs);
    return { storage: gcsStorage({ endpoint: server.url }), folder: 'gs://results/pr-logs', elsewhere: 'gs://nowhere/a', many: 1_050, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}
storageContract('Azure Blob Storage', async () => {
  const server = await startAzure();
  const storage = azureStorage(() => ({ ...AZURE, endpoint: `${server.url}/${AZURE.account}` }));
  return { storage, folder: 'azblob://results/pr-logs', elsewhere: 'azblob://nowhere/a', many: 1_050, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { localStorage } from '../../src/adapters/storage/local.js';
import { storageContract } from './storage.contract.js';

storageContract('a folder of this machine', async () => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'prow-storage-')));
  return {
    storage: localStorage({ roots: [dir] }), folder: pathToFileURL(join(dir, 'results')).href, many: 120,
    [Symbol.asyncDispose]: async () => { rmSync(dir, { recursive: true, force: true }); },
  };
});

import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { openStorage } from '../../adapters/storage/open.js';
import { isGzip, source } from './bytes.js';
import { isFinal, toError } from '../../core/retry.js';
import { extensionOf, storedAs, typeOf } from './layout.js';
import type { Target } from './targets.js';
import type { UploadOptions } from './uploadOptions.js';

/** Smaller files are not worth compressing (jobs 5.7). */
const SMALL = 1_024;

/** A bucket of a provider; addresses are whole ones. Throws what storage throws, with the code EACCES where another try would end in the same way. */
export interface Cloud {
  /** `""` when it is not there. */
  read(at: string): Promise<string>;
  store(at: string, target: Target & Readonly<{ unpack: 'gzip' | undefined }>): Promise<void>;
}

/** Opens what gs:// and s3:// lead to. Nothing is asked before the first file. */
export function openCloud({ credentials: { gcs, s3 }, mediaTypes, compress }: UploadOptions): Cloud {
  const storage = openStorage({ roots: [], clouds: { gcsCredentialsFile: gcs, s3CredentialsFile: s3, azureCredentialsFile: undefined } });
  const { signal } = new AbortController();

  /** What a file is and how it goes: as it is, packed already, or packed on the way. */
  async function kindOf(at: string, target: Target & Readonly<{ unpack: 'gzip' | undefined }>): Promise<Readonly<{ contentType: string; packing: 'none' | 'done' | 'now' }>> {
    const type = typeOf(at, mediaTypes);
    const packed = 'file' in target && (await isGzip(target.file));
    if (storedAs(target.name, mediaTypes).name !== target.name) return packed && target.unpack ? { contentType: type ?? PLAIN, packing: 'done' } : { contentType: 'application/gzip', packing: 'none' };
    const wanted = compress.includes('*') || compress.includes(extensionOf(at)) || compress.includes(`.${extensionOf(at)}`);
    const large = 'text' in target ? Buffer.byteLength(target.text) > SMALL : !packed && (await sizeOf(target)) > SMALL;
    return wanted && large ? { contentType: type ?? PLAIN, packing: 'now' } : { contentType: type ?? 'application/octet-stream', packing: 'none' };
  }

  return {
    async read(at) {
      const found = await storage.read(at, { signal }).catch(told);
      return found === undefined ? '' : Buffer.from(found).toString('utf8');
    },
    async store(at, target) {
      await send(at, target).catch(told);
    },
  };

  async function send(at: string, target: Target & Readonly<{ unpack: 'gzip' | undefined }>): Promise<void> {
    const { contentType, packing } = await kindOf(at, target);
    const pieces = 'text' in target ? Readable.from([Buffer.from(target.text)]) : await source(target);
    if (packing !== 'now') {
      await storage.send(at, pieces, { signal, contentType, ...(packing === 'done' && { encoding: 'gzip' }) });
      return;
    }
    const packer = createGzip();
    pieces.once('error', (error) => { packer.destroy(error); });
    await storage.send(at, pieces.pipe(packer), { signal, contentType, encoding: 'gzip' });
  }
}

function told(error: unknown): never {
  throw isFinal(error) ? Object.assign(toError(error), { code: 'EACCES' }) : toError(error);
}

const PLAIN = 'text/plain; charset=utf-8';

async function sizeOf({ file, bytes }: Readonly<{ file: string; bytes?: number }>): Promise<number> {
  return bytes ?? (await stat(file)).size;
}

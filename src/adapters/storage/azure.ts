import { Readable } from 'node:stream';
import type { BlobServiceClient } from '@azure/storage-blob';
import { PermissionError, RemoteError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';
import { bucketStorage, encodingOf, type Bucketing, type Place } from './objects.js';

/** Keys of the credentials file: a connection string, or an account with its key. */
export interface AzureSettings {
  readonly connection_string?: string | undefined;
  readonly account?: string | undefined;
  readonly key?: string | undefined;
  /** Address of the service; `https://ACCOUNT.blob.core.windows.net` where left out. */
  readonly endpoint?: string | undefined;
}

/** A file may have 50,000 of these, 400 GB. */
const BLOCK = 8 * 1024 * 1024;
/** Entries of a page; the service's own default is five times as many. */
const PAGE = 1_000;

interface Refusal {
  readonly statusCode?: number;
  readonly message?: string;
  readonly code?: string;
}

const statusOf = (error: unknown): number | undefined => (error as Refusal).statusCode;

function failure(error: unknown, what: string): Error {
  const { message = String(error) } = error as Refusal;
  const status = statusOf(error);
  if (status === 401 || status === 403) return new PermissionError(`Azure Blob Storage refused ${what}: ${message}`, { service: 'storage', permission: 'azblob', cause: error });
  return new RemoteError(`Azure Blob Storage failed at ${what}: ${message}`, { service: 'storage', status, retry: status !== undefined && status >= 400 && status < 500 && status !== 429 ? 'never' : 'later', cause: error });
}

/** Storage in Azure, `azblob://CONTAINER/NAME`. The SDK is loaded when it is first used. */
export function azureStorage(settings: () => Promise<AzureSettings> | AzureSettings): Storage {
  let opening: Promise<BlobServiceClient> | undefined;
  const open = () => (opening ??= connect(settings).catch((error: unknown) => { opening = undefined; throw error; }));
  const blobOf = async ({ bucket, key }: Place) => (await open()).getContainerClient(bucket).getBlockBlobClient(key);
  const named = ({ bucket, key }: Place): string => `${bucket}/${key}`;

  /** undefined for what is not there. */
  async function ask<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (statusOf(error) === 404) return undefined;
      throw failure(error, what);
    }
  }

  const bucketing: Bucketing = {
    scheme: 'azblob',
    async head(place, { signal }) {
      const found = await ask(`reading about ${named(place)}`, signal, async () => (await blobOf(place)).getProperties({ abortSignal: signal }));
      return found && { size: found.contentLength ?? 0, updatedAt: found.lastModified?.getTime() ?? 0, encoding: encodingOf(found.contentEncoding) };
    },
    async open(place, range, { signal }) {
      const found = await ask(`reading ${named(place)}`, signal, async () => (await blobOf(place)).download(range?.start, range && range.end - range.start, { abortSignal: signal, maxRetryRequests: 3 }));
      return found?.readableStreamBody && { body: found.readableStreamBody as AsyncIterable<Uint8Array>, encoding: encodingOf(found.contentEncoding) };
    },
    async put(place, bytes, { contentType, ifAbsent, signal }) {
      signal.throwIfAborted();
      try {
        await (await blobOf(place)).uploadData(bytes, { abortSignal: signal, blobHTTPHeaders: { blobContentType: contentType }, ...(ifAbsent ? { conditions: { ifNoneMatch: '*' } } : {}) });
        return 'written';
      } catch (error) {
        signal.throwIfAborted();
        if (ifAbsent && (statusOf(error) === 409 || statusOf(error) === 412)) return 'existed';
        throw failure(error, `writing ${named(place)}`);
      }
    },
    async send(place, pieces, { contentType, encoding, signal }) {
      signal.throwIfAborted();
      try {
        await (await blobOf(place)).uploadStream(Readable.from(pieces), BLOCK, 2, { abortSignal: signal, blobHTTPHeaders: { blobContentType: contentType, ...(encoding ? { blobContentEncoding: encoding } : {}) } });
      } catch (error) {
        signal.throwIfAborted();
        throw failure(error, `writing ${named(place)}`);
      }
    },
    async page(place, delimiter, after, { signal }) {
      const found = await ask(`listing ${named(place)}`, signal, async () => {
        const container = (await open()).getContainerClient(place.bucket);
        const options = { prefix: place.key, abortSignal: signal };
        const pages = delimiter ? container.listBlobsByHierarchy(delimiter, options) : container.listBlobsFlat(options);
        const page = await pages.byPage({ maxPageSize: PAGE, ...(after === undefined ? {} : { continuationToken: after }) }).next();
        return page.done === true ? undefined : page.value;
      });
      const { blobItems = [], blobPrefixes = [] } = (found?.segment ?? {}) as { blobItems?: readonly { name: string; properties: { contentLength?: number; lastModified: Date } }[]; blobPrefixes?: readonly { name: string }[] };
      return {
        files: blobItems.map(({ name, properties }) => ({ key: name, size: properties.contentLength ?? 0, updatedAt: properties.lastModified.getTime() })),
        prefixes: blobPrefixes.map(({ name }) => name),
        next: found?.continuationToken ? found.continuationToken : undefined,
      };
    },
  };
  return bucketStorage(bucketing);
}

async function connect(settings: () => Promise<AzureSettings> | AzureSettings): Promise<BlobServiceClient> {
  const [sdk, { connection_string, account = '', key, endpoint }] = await Promise.all([import('@azure/storage-blob'), settings()]);
  if (connection_string) return sdk.BlobServiceClient.fromConnectionString(connection_string);
  const url = endpoint ?? `https://${account}.blob.core.windows.net`;
  return new sdk.BlobServiceClient(url, key ? new sdk.StorageSharedKeyCredential(account, key) : new sdk.AnonymousCredential());
}

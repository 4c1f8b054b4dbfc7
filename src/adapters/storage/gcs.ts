import type { Bucket, File, Storage as GoogleStorage } from '@google-cloud/storage';
import { PermissionError, RemoteError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';
import { bucketStorage, type Bucketing, type Place } from './objects.js';

export interface GcsSettings {
  /** A service account's key; without it the environment's account, and without that nobody's: what is public can be read. */
  readonly credentialsFile?: string | undefined;
  /** Another server than Google's, without an account. */
  readonly endpoint?: string | undefined;
}

interface Refusal {
  readonly code?: number | string;
  readonly message?: string;
}

function failure(error: unknown, what: string): Error {
  const { code, message = String(error) } = error as Refusal;
  const status = typeof code === 'number' ? code : undefined;
  if (status === 401 || status === 403) return new PermissionError(`Google Cloud Storage refused ${what}: ${message}`, { service: 'storage', permission: 'gcs', cause: error });
  return new RemoteError(`Google Cloud Storage failed at ${what}: ${message}`, { service: 'storage', status, retry: status !== undefined && status >= 400 && status < 500 && status !== 429 ? 'never' : 'later', cause: error });
}

/** Storage in Google Cloud Storage, `gs://BUCKET/OBJECT`. The SDK is loaded when it is first used. */
export function gcsStorage({ credentialsFile, endpoint }: GcsSettings): Storage {
  interface Client { readonly storage: GoogleStorage; readonly who: 'somebody' | 'nobody' }
  let opening: Promise<Client> | undefined;
  const connected = () => (opening ??= connect().catch((error: unknown) => { opening = undefined; throw error; }));
  const open = async (): Promise<GoogleStorage> => (await connected()).storage;
  async function connect(): Promise<Client> {
    const sdk = await import('@google-cloud/storage');
    const retryOptions = { autoRetry: true, maxRetries: 3, idempotencyStrategy: sdk.IdempotencyStrategy.RetryConditional };
    const withoutAccount = (apiEndpoint: string) => new sdk.Storage({ apiEndpoint, projectId: 'prow', useAuthWithCustomEndpoint: false, retryOptions });
    if (endpoint !== undefined) return { storage: withoutAccount(endpoint), who: 'somebody' };
    const storage = new sdk.Storage({ ...(credentialsFile ? { keyFilename: credentialsFile } : {}), retryOptions });
    if (credentialsFile) return { storage, who: 'somebody' };
    try {
      await storage.authClient.getClient();
      return { storage, who: 'somebody' };
    } catch {
      return { storage: withoutAccount('https://storage.googleapis.com'), who: 'nobody' };
    }
  }

  /** undefined for what is not there; the SDK takes no signal, so a caller who gives up just stops waiting. */
  async function ask<T>(what: string, bucket: string, { signal }: Readonly<{ signal: AbortSignal }>, call: (bucket: Bucket) => Promise<T>): Promise<T | undefined> {
    signal.throwIfAborted();
    const storage = await open();
    try {
      return await orGiveUp(call(storage.bucket(bucket)), signal);
    } catch (error) {
      signal.throwIfAborted();
      if ((error as Refusal).code === 404) return undefined;
      throw failure(error, what);
    }
  }
  const named = ({ bucket, key }: Place): string => `${bucket}/${key}`;

  const bucketing: Bucketing = {
    scheme: 'gs',
    async head(place, options) {
      const found = await ask(`reading about ${named(place)}`, place.bucket, options, (bucket) => bucket.file(place.key).getMetadata());
      return found && { size: Number(found[0].size ?? 0), updatedAt: Date.parse(found[0].updated ?? '') || 0 };
    },
    async open(place, range, options) {
      // The stream tells of a missing object only once it is read.
      if (!range && !(await bucketing.head(place, options))) return undefined;
      const storage = await open();
      const body = storage.bucket(place.bucket).file(place.key).createReadStream({ ...(range ? { start: range.start, end: range.end - 1 } : {}), decompress: true, validation: false });
      const stop = (): void => { body.destroy(options.signal.reason as Error); };
      options.signal.addEventListener('abort', stop, { once: true });
      return parts(body, place, () => { options.signal.removeEventListener('abort', stop); });
    },
    async put(place, bytes, { contentType, ifAbsent, signal }) {
      signal.throwIfAborted();
      const { storage, who } = await connected();
      if (who === 'nobody') throw new PermissionError(`nothing can be written to gs://${place.bucket} without an account: give --gcs-credentials-file, or run with one`, { service: 'storage', permission: 'gcs' });
      try {
        await orGiveUp(storage.bucket(place.bucket).file(place.key).save(Buffer.from(bytes), { contentType, resumable: bytes.length > RESUMABLE, ...(ifAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}) }), signal);
        return 'written';
      } catch (error) {
        signal.throwIfAborted();
        if (ifAbsent && (error as Refusal).code === 412) return 'existed';
        throw failure(error, `writing ${named(place)}`);
      }
    },
    async page(place, delimiter, after, options) {
      const found = await ask(`listing ${named(place)}`, place.bucket, options, (bucket) => bucket.getFiles({ prefix: place.key, autoPaginate: false, ...(delimiter ? { delimiter } : {}), ...(after === undefined ? {} : { pageToken: after }) }));
      if (!found) return { files: [], prefixes: [], next: undefined };
      const [files, query, answer] = found as unknown as [readonly File[], { pageToken?: string } | null, { prefixes?: readonly string[] } | undefined];
      return {
        files: files.map(({ name, metadata }) => ({ key: name, size: Number(metadata.size ?? 0), updatedAt: Date.parse(metadata.updated ?? '') || 0 })),
        prefixes: answer?.prefixes ?? [],
        next: query?.pageToken,
      };
    },
  };

  async function* parts(body: AsyncIterable<Uint8Array>, place: Place, done: () => void): AsyncGenerator<Uint8Array, void> {
    try {
      yield* body;
    } catch (error) {
      throw (error as Error).name === 'AbortError' ? error : failure(error, `reading ${named(place)}`);
    } finally {
      done();
    }
  }
  return bucketStorage(bucketing);
}

/** Smaller files go in one request. */
const RESUMABLE = 5 * 1024 * 1024;

/** Stops waiting, though the work goes on: the SDK cannot be told. */
function orGiveUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => { reject(signal.reason as Error); };
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => { signal.removeEventListener('abort', stop); });
  });
}

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File, Storage as GoogleStorage } from '@google-cloud/storage';
import { PermissionError, RemoteError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';
import { httpGet } from './httpGet.js';
import { bucketStorage, encodingOf, type Bucketing, type Place } from './objects.js';

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
  interface Client { readonly storage: GoogleStorage; readonly who: 'somebody' | 'nobody'; readonly headers: (url: string) => Promise<Readonly<Record<string, string>>> }
  let opening: Promise<Client> | undefined;
  const connected = () => (opening ??= connect().catch((error: unknown) => { opening = undefined; throw error; }));
  const open = async (): Promise<GoogleStorage> => (await connected()).storage;
  async function connect(): Promise<Client> {
    const sdk = await import('@google-cloud/storage');
    const retryOptions = { autoRetry: true, maxRetries: 3, idempotencyStrategy: sdk.IdempotencyStrategy.RetryConditional };
    const withoutAccount = (apiEndpoint: string) => new sdk.Storage({ apiEndpoint, projectId: 'prow', useAuthWithCustomEndpoint: false, retryOptions });
    const bare = (): Promise<Readonly<Record<string, string>>> => Promise.resolve({});
    if (endpoint !== undefined) return { storage: withoutAccount(endpoint), who: 'somebody', headers: bare };
    const storage = new sdk.Storage({ ...(credentialsFile ? { keyFilename: credentialsFile } : {}), retryOptions });
    const headers = async (url: string): Promise<Readonly<Record<string, string>>> => Object.fromEntries(new Headers(await storage.authClient.getRequestHeaders(url)));
    if (credentialsFile) return { storage, who: 'somebody', headers };
    try {
      await storage.authClient.getClient();
      return { storage, who: 'somebody', headers };
    } catch {
      return { storage: withoutAccount('https://storage.googleapis.com'), who: 'nobody', headers: bare };
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

  async function writable({ bucket }: Place, signal: AbortSignal): Promise<GoogleStorage> {
    signal.throwIfAborted();
    const { storage, who } = await connected();
    if (who === 'nobody') throw new PermissionError(`nothing can be written to gs://${bucket} without an account: give --gcs-credentials-file, or run with one`, { service: 'storage', permission: 'gcs' });
    return storage;
  }

  const bucketing: Bucketing = {
    scheme: 'gs',
    async head(place, options) {
      const found = await ask(`reading about ${named(place)}`, place.bucket, options, (bucket) => bucket.file(place.key).getMetadata());
      return found && { size: Number(found[0].size ?? 0), updatedAt: Date.parse(found[0].updated ?? '') || 0, encoding: encodingOf(found[0].contentEncoding) };
    },
    async open(place, range, { signal }) {
      signal.throwIfAborted();
      const client = await connected();
      // Not with the SDK: who stops reading one of its streams breaks off all other requests, since it destroys what they share.
      const url = `${client.storage.apiEndpoint}/storage/v1/b/${encodeURIComponent(place.bucket)}/o/${encodeURIComponent(place.key)}?alt=media`;
      const headers = { 'accept-encoding': 'gzip', 'cache-control': 'no-store', ...(range ? { range: `bytes=${range.start}-${range.end - 1}` } : {}), ...(await client.headers(url)) };
      const answer = await httpGet(url, { headers, signal }).catch((error: unknown) => { throw signal.aborted ? error : failure(error, `reading ${named(place)}`); });
      const { statusCode: code = 0 } = answer;
      if (code < 300) return { body: parts(answer, place, signal), encoding: encodingOf(answer.headers['content-encoding']) };
      answer.resume();
      if (code === 404) return undefined;
      throw failure({ code, message: `${code} ${answer.statusMessage ?? ''}` }, `reading ${named(place)}`);
    },
    async put(place, bytes, { contentType, ifAbsent, signal }) {
      const storage = await writable(place, signal);
      try {
        await orGiveUp(storage.bucket(place.bucket).file(place.key).save(Buffer.from(bytes), { contentType, resumable: bytes.length > RESUMABLE, ...(ifAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}) }), signal);
        return 'written';
      } catch (error) {
        signal.throwIfAborted();
        if (ifAbsent && (error as Refusal).code === 412) return 'existed';
        throw failure(error, `writing ${named(place)}`);
      }
    },
    async send(place, pieces, { contentType, encoding, signal }) {
      const file = (await writable(place, signal)).bucket(place.bucket).file(place.key);
      try {
        await pipeline(Readable.from(pieces), file.createWriteStream({ resumable: true, metadata: { contentType, ...(encoding ? { contentEncoding: encoding } : {}) } }), { signal });
      } catch (error) {
        signal.throwIfAborted();
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

  async function* parts(body: AsyncIterable<Uint8Array>, place: Place, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    try {
      yield* body;
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error, `reading ${named(place)}`);
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

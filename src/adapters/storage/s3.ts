import { Readable } from 'node:stream';
import type * as Sdk from '@aws-sdk/client-s3';
import { PermissionError, RemoteError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';
import { bucketStorage, encodingOf, type Bucketing } from './objects.js';

/** Keys of the credentials file (jobs 5.7); what is missing comes from the SDK's own chain. */
export interface S3Settings {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Plain HTTP to an endpoint that names no scheme. */
  readonly insecure?: boolean | undefined;
  readonly s3_force_path_style?: boolean | undefined;
  readonly access_key?: string | undefined;
  readonly secret_key?: string | undefined;
  readonly session_token?: string | undefined;
}

interface Refusal {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const isMissing = (error: unknown): boolean => ['NotFound', 'NoSuchKey', 'NoSuchBucket'].includes((error as Refusal).name ?? '') || (error as Refusal).$metadata?.httpStatusCode === 404;

function failure(error: unknown, what: string): Error {
  if (!(error instanceof Error) || error.name === 'AbortError') return error instanceof Error ? error : new Error(String(error));
  const status = (error as Refusal).$metadata?.httpStatusCode;
  if (status === 401 || status === 403) return new PermissionError(`S3 refused ${what}: ${error.message}`, { service: 'storage', permission: 's3', cause: error });
  return new RemoteError(`S3 failed at ${what}: ${error.message}`, { service: 'storage', status, retry: status !== undefined && status >= 400 && status < 500 && status !== 429 ? 'never' : 'later', cause: error });
}

/** Storage in S3 or what speaks its protocol, `s3://BUCKET/KEY`. The SDK is loaded when it is first used. */
export function s3Storage(settings: () => Promise<S3Settings> | S3Settings): Storage {
  let opening: Promise<Readonly<{ client: Sdk.S3Client; sdk: typeof Sdk }>> | undefined;
  const open = () => (opening ??= connect(settings).catch((error: unknown) => { opening = undefined; throw error; }));

  async function ask<T>(what: string, { signal }: Readonly<{ signal: AbortSignal }>, call: (parts: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T | undefined> {
    signal.throwIfAborted();
    const parts = await open();
    try {
      return await call(parts);
    } catch (error) {
      signal.throwIfAborted();
      if (isMissing(error)) return undefined;
      throw failure(error, what);
    }
  }

  const bucketing: Bucketing = {
    scheme: 's3',
    async head({ bucket, key }, options) {
      const found = await ask(`reading about ${bucket}/${key}`, options, ({ client, sdk }) => client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: options.signal }));
      return found && { size: found.ContentLength ?? 0, updatedAt: found.LastModified?.getTime() ?? 0, encoding: encodingOf(found.ContentEncoding) };
    },
    async open({ bucket, key }, range, options) {
      const found = await ask(`reading ${bucket}/${key}`, options, ({ client, sdk }) =>
        client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...(range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {}) }), { abortSignal: options.signal }));
      return found?.Body && { body: found.Body as AsyncIterable<Uint8Array>, encoding: encodingOf(found.ContentEncoding) };
    },
    async put({ bucket, key }, bytes, { contentType, ifAbsent, ...options }) {
      const { client, sdk } = await open();
      try {
        await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType, ...(ifAbsent ? { IfNoneMatch: '*' } : {}) }), { abortSignal: options.signal });
        return 'written';
      } catch (error) {
        options.signal.throwIfAborted();
        const { name = '', $metadata } = error as Refusal;
        // 409: somebody else is creating it at this moment.
        if (ifAbsent && (name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412 || $metadata?.httpStatusCode === 409)) return 'existed';
        throw failure(error, `writing ${bucket}/${key}`);
      }
    },
    async send({ bucket, key }, pieces, { contentType, encoding, signal }) {
      signal.throwIfAborted();
      const [{ client }, { Upload }] = await Promise.all([open(), import('@aws-sdk/lib-storage')]);
      const sending = new Upload({ client, params: { Bucket: bucket, Key: key, Body: Readable.from(pieces), ContentType: contentType, ...(encoding ? { ContentEncoding: encoding } : {}) } });
      const stop = (): void => { void sending.abort(); };
      signal.addEventListener('abort', stop, { once: true });
      try {
        await sending.done();
      } catch (error) {
        signal.throwIfAborted();
        throw failure(error, `writing ${bucket}/${key}`);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    async page({ bucket, key }, delimiter, after, options) {
      const found = await ask(`listing ${bucket}/${key}`, options, ({ client, sdk }) =>
        client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: key, ...(delimiter ? { Delimiter: delimiter } : {}), ...(after === undefined ? {} : { ContinuationToken: after }) }), { abortSignal: options.signal }));
      return {
        files: (found?.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({ key: Key, size: Size, updatedAt: LastModified?.getTime() ?? 0 })),
        prefixes: (found?.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        next: found?.IsTruncated ? found.NextContinuationToken : undefined,
      };
    },
  };
  return bucketStorage(bucketing);
}

async function connect(settings: () => Promise<S3Settings> | S3Settings) {
  const [sdk, { region, endpoint, insecure, s3_force_path_style, access_key, secret_key, session_token }] = await Promise.all([import('@aws-sdk/client-s3'), settings()]);
  const client = new sdk.S3Client({
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint: /^https?:\/\//.test(endpoint) ? endpoint : `${insecure ? 'http' : 'https'}://${endpoint}` } : {}),
    ...(s3_force_path_style === undefined ? {} : { forcePathStyle: s3_force_path_style }),
    ...(access_key && secret_key ? { credentials: { accessKeyId: access_key, secretAccessKey: secret_key, ...(session_token ? { sessionToken: session_token } : {}) } } : {}),
    // Servers that speak S3 without knowing its newer checksums refuse them; MD5-less signatures hold all the same.
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED', maxAttempts: 4,
  });
  return { client, sdk };
}

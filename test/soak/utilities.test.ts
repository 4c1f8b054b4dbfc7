import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { S3Client } from '@aws-sdk/client-s3';
import { folder, specOf, startUtility } from '../embedded/utilities/support/utilities.js';
import { findServer, S3_KEYS, startS3, type StorageServer } from '../support/storageServers.js';

const program = findServer('versitygw');
const refs = { refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: 'base', pulls: [{ number: 1, author: 'a', sha: 'head' }] } };
const at = 'pr-logs/pull/org_repo/1/job/1234567890123456789';

if (program !== undefined) {
  let server: StorageServer | undefined;
  let client: S3Client | undefined;
  beforeAll(async () => {
    server = await startS3(program);
    const { S3Client: Client } = await import('@aws-sdk/client-s3');
    client = new Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: S3_KEYS.access_key, secretAccessKey: S3_KEYS.secret_key } });
  });
  afterAll(async () => {
    client?.destroy();
    await server?.[Symbol.asyncDispose]();
  });
  const credentials = (): string => JSON.stringify({ ...S3_KEYS, endpoint: server?.url, region: 'us-east-1', s3_force_path_style: true });
  /** What lies in the bucket under a key, as it lies there. */
  const stored = async (key: string) => {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const found = await client?.send(new GetObjectCommand({ Bucket: 'results', Key: key }));
    return { bytes: Buffer.from((await found?.Body?.transformToByteArray()) ?? []), type: found?.ContentType, encoding: found?.ContentEncoding };
  };

  test('initupload and sidecar store in a bucket what upstream’s images do, with types and encodings', async () => {
    await using place = await folder();
    const options = { bucket: 's3://results', path_strategy: 'explicit', dry_run: false, s3_credentials_file: await place.write('s3.json', credentials()), compress_file_types: ['txt'], mediaTypes: { own: 'application/x-own' } };
    const begun = await startUtility('initupload', { options, env: { JOB_SPEC: specOf('presubmit', refs) } }).ended;
    expect({ code: begun.code, errors: begun.err.includes('"level":"error"') }).toEqual({ code: 0, errors: false });
    expect(JSON.parse((await stored(`${at}/started.json`)).bytes.toString('utf8'))).toMatchObject({ pull: '1' });
    expect((await stored('pr-logs/directory/job/1234567890123456789.txt')).bytes.toString('utf8')).toBe(`s3://results/${at}`);
    expect((await stored('pr-logs/pull/org_repo/1/job/latest-build.txt')).bytes.toString('utf8')).toBe('1234567890123456789');

    const log = 'a line\n'.repeat(10_000);
    await place.write('logs/process-log.txt', log);
    await place.write('logs/artifacts/small.txt', 'short\n');
    await place.write('logs/artifacts/packed.json.gz', gzipSync('{"a":1}'));
    await place.write('logs/artifacts/blob.gz', gzipSync('bytes'));
    await place.write('logs/artifacts/x.own', 'own');
    await place.write('logs/artifacts/with #.bin', 'b');
    await place.write('logs/marker-file.txt', '0');
    const entry = { args: ['make'], container_name: 'test', process_log: place.path('logs/process-log.txt'), marker_file: place.path('logs/marker-file.txt'), metadata_file: place.path('logs/artifacts/metadata.json') };
    const ended = await startUtility('sidecar', { options: { gcs_options: { ...options, items: [place.path('logs/artifacts')] }, entries: [entry], censoring_options: {} }, env: { JOB_SPEC: specOf('presubmit', refs) } }).ended;
    expect(ended.code).toBe(0);
    const build = await stored(`${at}/build-log.txt`);
    expect([build.type, build.encoding, gunzipSync(build.bytes).toString('utf8') === log]).toEqual(['text/plain; charset=utf-8', 'gzip', true]);
    expect(await stored(`${at}/artifacts/small.txt`)).toEqual({ bytes: Buffer.from('short\n'), type: 'text/plain; charset=utf-8', encoding: undefined });
    expect(await stored(`${at}/artifacts/packed.json`)).toEqual({ bytes: gzipSync('{"a":1}'), type: 'application/json', encoding: 'gzip' });
    expect(await stored(`${at}/artifacts/blob`)).toEqual({ bytes: gzipSync('bytes'), type: 'application/gzip', encoding: undefined });
    expect(await stored(`${at}/artifacts/x.own`)).toMatchObject({ type: 'application/x-own' });
    expect(await stored(`${at}/artifacts/with %23.bin`)).toMatchObject({ type: 'application/octet-stream' });
    expect(JSON.parse((await stored(`${at}/finished.json`)).bytes.toString('utf8'))).toMatchObject({ passed: true, result: 'SUCCESS' });
  });

  test('a newer build’s number stays in latest-build.txt', async () => {
    await using place = await folder();
    const options = { bucket: 's3://results', path_strategy: 'explicit', dry_run: false, s3_credentials_file: await place.write('s3.json', credentials()) };
    const run = (buildid: string) => startUtility('initupload', { options, env: { JOB_SPEC: specOf('periodic', { buildid }) } }).ended;
    expect((await run('1900000000000000002')).code).toBe(0);
    expect((await run('1900000000000000001')).code).toBe(0);
    expect((await stored('logs/job/latest-build.txt')).bytes.toString('utf8')).toBe('1900000000000000002');
  });

  test('a key that is refused: the program fails at once and says why, without the key', async () => {
    await using place = await folder();
    const options = { bucket: 's3://results', path_strategy: 'explicit', dry_run: false, s3_credentials_file: await place.write('s3.json', credentials().replace(S3_KEYS.secret_key, 'wrong-secret')) };
    const { code, err } = await startUtility('initupload', { options, env: { JOB_SPEC: specOf('periodic') } }).ended;
    expect(code).toBe(1);
    expect(err).toContain('uploading failed');
    expect(err).not.toContain('wrong-secret');
  });
}

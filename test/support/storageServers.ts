import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './redisServer.js';

/** A server that speaks a provider's protocol, on a port of this machine, with an empty bucket `results`. */
export interface StorageServer extends AsyncDisposable {
  readonly url: string;
}

export const S3_KEYS = { access_key: 'prow-test', secret_key: 'prow-test-secret' } as const;
/** The account and key that azurite has for everybody. */
export const AZURE = { account: 'devstoreaccount1', key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==' } as const;

/** Where `npm run storage-servers` has put a server; undefined where it has not. */
export function findServer(name: 'versitygw' | 'fake-gcs-server' | 'prow-test-pubsub'): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  const folders = [process.env.GOBIN, process.env.GOPATH?.split(':')[0] && join(process.env.GOPATH.split(':')[0] ?? '', 'bin'), join(homedir(), 'go', 'bin')];
  return found !== '' ? found : folders.flatMap((folder) => (folder ? [join(folder, name)] : [])).find((path) => existsSync(path));
}

async function serve(command: string, args: (port: number, dir: string) => readonly string[], env: NodeJS.ProcessEnv = {}): Promise<StorageServer & { readonly port: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-storage-server-'));
  const port = await freePort();
  const child: ChildProcess = spawn(command, [...args(port, dir)], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => { said.push(chunk.toString('utf8')); });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) {
      await answer.body?.cancel();
      break;
    }
    if (child.exitCode !== null) throw new Error(`${command} ended: ${said.join('').slice(-2_000)}`);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  return {
    url, port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** S3's protocol, with objects in files. */
export function startS3(program: string): Promise<StorageServer> {
  const args = (port: number, dir: string): readonly string[] => {
    for (const name of ['data/results', 'meta']) mkdirSync(join(dir, name), { recursive: true });
    return ['--port', `127.0.0.1:${port}`, 'posix', '--sidecar', join(dir, 'meta'), join(dir, 'data')];
  };
  return serve(program, args, { ROOT_ACCESS_KEY: S3_KEYS.access_key, ROOT_SECRET_KEY: S3_KEYS.secret_key });
}

/** Google Cloud Storage's protocol, in memory. */
export async function startGcs(program: string): Promise<StorageServer> {
  const server = await serve(program, (port) => ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-backend', 'memory', '-external-url', `http://127.0.0.1:${port}`, '-public-host', `127.0.0.1:${port}`]);
  const made = await fetch(`${server.url}/storage/v1/b?project=prow`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'results' }) });
  if (!made.ok) throw new Error(`no bucket: ${made.status}`);
  return server;
}

/** Azure Blob Storage's protocol, in memory. */
export async function startAzure(): Promise<StorageServer> {
  const program = new URL('../../node_modules/.bin/azurite-blob', import.meta.url).pathname;
  const server = await serve(program, (port) => ['--inMemoryPersistence', '--disableTelemetry', '--silent', '--skipApiVersionCheck', '--blobPort', String(port)]);
  const { BlobServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  await new BlobServiceClient(`${server.url}/${AZURE.account}`, new StorageSharedKeyCredential(AZURE.account, AZURE.key)).getContainerClient('results').create();
  return server;
}

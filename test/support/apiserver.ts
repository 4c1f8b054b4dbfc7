import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { assetsFolder, complete } from '../../scripts/kubeAssets.mjs';
import { freePort } from './redisServer.js';

/** A kube-apiserver with an etcd of its own, without nodes, controllers and scheduler. */
export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  /** May do anything. */
  readonly kubeconfig: string;
  /** Is known, and may do nothing with pods. */
  readonly strangerKubeconfig: string;
  /** Files of a certificate for loopback, for whoever plays a node. */
  readonly certificate: Readonly<{ cert: string; key: string }>;
  /** Ends kube-apiserver at once, as a crash would. */
  stop(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
  /** Makes it forget its history: etcd's is compacted, and the cache of watches begins anew. Connections break. */
  forget(): Promise<void>;
}

/** The folder with etcd and kube-apiserver; undefined when it has not been made. */
export function kubeAssets(): string | undefined {
  const folder = assetsFolder();
  return complete(folder) ? folder : undefined;
}

const READY_MS = 120_000;

/** Starts both on free ports of loopback. Throws with the end of their logs when they do not become ready. */
export async function startApiServer(assets: string): Promise<ApiServer> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-apiserver-'));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${client}`;
  const url = `https://127.0.0.1:${port}`;
  const [admin, stranger] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  const at = (name: string) => join(dir, name);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(at('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(at('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('tokens.csv'), `${admin},admin,admin,system:masters\n${stranger},stranger,stranger\n`, { mode: 0o600 });

  const launch = (name: string, args: readonly string[]): ChildProcess => {
    const log = createWriteStream(at(`${name}.log`), { flags: 'a' });
    const child = spawn(join(assets, name), args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('exit', () => log.end());
    return child;
  };
  const end = async (child: ChildProcess | undefined): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const etcd = launch('etcd', ['--data-dir', at('etcd'), '--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl, '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `default=http://127.0.0.1:${peer}`, '--unsafe-no-fsync']);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = launch('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${at('certs')}`,
      `--token-auth-file=${at('tokens.csv')}`, '--authorization-mode=RBAC', '--disable-admission-plugins=ServiceAccount', '--endpoint-reconciler-type=none',
      `--service-account-key-file=${at('sa.pub')}`, `--service-account-signing-key-file=${at('sa.key')}`, '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.0.0.0/24', '--allow-privileged=true',
    ]);
    const begun = Date.now();
    while (!(await ready(url, admin))) {
      if (server.exitCode !== null || Date.now() - begun > READY_MS) throw new Error(`kube-apiserver is not ready: ${['etcd', 'kube-apiserver'].map((name) => (existsSync(at(`${name}.log`)) ? readFileSync(at(`${name}.log`), 'utf8').slice(-3_000) : '')).join('\n')}`);
      await after(100);
    }
  };
  const stop = () => end(server);
  const dispose = async () => {
    await stop();
    await end(etcd);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await start();
    for (const [name, token] of [['admin', admin], ['stranger', stranger]] as const) writeFileSync(at(name), kubeconfig(url, readFileSync(at('certs/apiserver.crt')), token), { mode: 0o600 });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url, kubeconfig: at('admin'), strangerKubeconfig: at('stranger'), certificate: { cert: at('certs/apiserver.crt'), key: at('certs/apiserver.key') }, start, stop,
    async forget() {
      const ask = async (path: string, body: object) => {
        const answer = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
        return (await answer.json()) as { header: { revision: string } };
      };
      const { header } = await ask('range', { key: Buffer.from('x').toString('base64') });
      await ask('compaction', { revision: header.revision, physical: true });
      await stop();
      await start();
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function ready(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = https.get(`${url}/readyz`, { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` }, timeout: 5_000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => { resolve(false); });
    request.on('timeout', () => request.destroy());
  });
}

/** A kubeconfig with one context, `test`, as JSON, which is YAML. */
export function kubeconfig(server: string, ca: Uint8Array | undefined, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...(ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }) } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}

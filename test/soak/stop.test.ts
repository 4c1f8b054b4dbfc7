import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually, testRedis } from '../support/redis.js';
import { freePort } from '../support/redisServer.js';

const root = new URL('../..', import.meta.url).pathname;

test.each<{ name: string; role: string; answer: 'never' | 'refuses' }>([
  { name: 'the web process, while GitHub does not answer', role: 'web', answer: 'never' },
  { name: 'a worker, while GitHub refuses connections', role: 'worker', answer: 'refuses' },
])('SIGTERM ends $name at once', async ({ role, answer }) => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-stop-'));
  await using redis = testRedis();
  const health = await freePort();
  let asked = 0;
  const github = createServer((request) => { asked++; if (answer === 'refuses') request.socket.destroy(); });
  github.listen(0, '127.0.0.1');
  await once(github, 'listening');
  const url = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
  const file = (name: string, text: string): string => { writeFileSync(join(dir, name), text, { mode: 0o600 }); return join(dir, name); };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const flags = {
    'config-path': file('config.yaml', '{}\n'), 'plugin-config': file('plugins.yaml', 'plugins: {acme: [hold]}\n'), 'hmac-secret-file': file('hmac', 'secret\n'), 'github-endpoint': url, 'github-graphql-endpoint': `${url}/graphql`,
    'github-host': url, 'github-app-id': '1', 'github-app-private-key-path': file('key.pem', privateKey), port: '0', 'metrics-port': '0', 'admin-port': '-1', 'health-port': String(health), 'redis-url': redis.url, 'redis-prefix': redis.prefix,
    'state-dir': join(dir, 'state'), role, 'no-in-cluster-config': 'true', 'log-level': 'debug',
  };
  const child = spawn(process.execPath, [join(root, 'bin', 'prow'), 'serve', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: dir } });
  try {
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { told += chunk.toString(); });
    const closed = new Promise<number | null>((resolve) => { child.once('close', resolve); });
    await Promise.race([eventually('the question what the App may do', () => asked > 0, 60_000), closed.then((code) => { throw new Error(`ended with ${String(code)}: ${told}`); })]);
    await eventually('it to be ready', () => fetch(`http://127.0.0.1:${health}/healthz/ready`).then(({ ok }) => ok, () => false), 60_000);
    const begun = performance.now();
    child.kill('SIGTERM');
    expect(await closed).toBe(0);
    // A minute is how long the question may take; the machine may be busy.
    expect(performance.now() - begun).toBeLessThan(20_000);
  } finally {
    child.kill('SIGKILL');
    github.closeAllConnections();
    github.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
});

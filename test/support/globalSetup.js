import { generateKeyPairSync } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => resolve(false));
  });

/** One real redis-server for the whole run, in a folder of its own; tests keep apart by key prefix. Its URL is in TEST_REDIS_URL; TEST_APP_KEY is a key for Apps of embedded GitHubs. */
export default async function globalSetup() {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'prow-test-redis-'));
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
  const failed = new Promise((_, reject) => { server.once('error', reject); });
  for (let n = 0; !(await Promise.race([answers(port), failed])); n++) {
    if (n > 200) throw new Error('redis-server did not come up');
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  globalThis.__testRedis = server;
  process.env.TEST_APP_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  process.env.TEST_REDIS_URL = `redis://127.0.0.1:${port}`;
}

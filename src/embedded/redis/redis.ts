import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A private redis-server: on loopback, its append-only file in a folder of its own. */
export interface EmbeddedRedis {
  readonly url: string;
  readonly pid: number;
  /** Asks it to save and end, and waits until it has. */
  stop(): Promise<void>;
}

/** redis-server is not on this machine; the message says how to get it. */
export class NoRedisError extends Error {
  override readonly name = 'NoRedisError';
  constructor() {
    super('redis-server is not installed: install your system\'s Redis package (Debian and Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), or give --redis-url');
  }
}

/** A free port on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => { if (address && typeof address === 'object') resolve(address.port); else reject(new Error('no port')); });
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => { resolve(false); });
  });
}

/** Starts redis-server with its files under `dir`; port 0 takes a free one. Throws NoRedisError where the program is missing. */
export async function startRedis({ dir, port = 0 }: { dir: string; port?: number }): Promise<EmbeddedRedis> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const chosen = port || (await freePort());
  const log = openSync(join(dir, 'redis.log'), 'a', 0o600);
  const child = spawn(
    'redis-server',
    // noeviction: a queue must fail loudly when memory is short, never lose keys. everysec: at most a second of work is lost with the machine, none with the process.
    ['--port', String(chosen), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'],
    // A group of its own, so that Ctrl-C reaches us first and the queue is closed before the server.
    { stdio: ['ignore', log, log], detached: true },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }).once('error', () => { resolve(); }); });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => { reject(error.code === 'ENOENT' ? new NoRedisError() : error); });
    child.once('exit', (code) => { reject(new Error(`redis-server ended with code ${code}; see ${join(dir, 'redis.log')}`)); });
  });
  failed.catch(() => {});
  const killer = () => { child.kill('SIGTERM'); };
  process.once('exit', killer);
  for (let n = 0; !(await Promise.race([accepts(chosen), failed])); n++) {
    if (n > 400) { child.kill('SIGKILL'); throw new Error(`redis-server did not answer within 10 s; see ${join(dir, 'redis.log')}`); }
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  child.unref();
  return {
    url: `redis://127.0.0.1:${chosen}`,
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', killer);
      child.kill('SIGTERM');
      await ended;
    },
  };
}

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A private redis-server: on loopback, its append-only file in a folder of its own. */
export interface EmbeddedRedis {
  readonly url: string;
  /** undefined when another process of ours started it. */
  readonly pid: number | undefined;
  /** Asks it to save and end, and waits until it has; does nothing when another process started it. */
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

function ping(url: string): Promise<boolean> {
  const { port, password } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    const end = (fine: boolean) => { socket.destroy(); resolve(fine); };
    socket.setTimeout(2_000, () => { end(false); });
    socket.once('error', () => { end(false); });
    socket.once('connect', () => { socket.write(`AUTH ${password}\r\nPING\r\n`); });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.includes('+PONG')) end(true);
      else if (answer.startsWith('-')) end(false);
    });
  });
}

const urlFile = (dir: string): string => join(dir, 'redis-url');

interface Found {
  readonly url: string;
  /** Processes: who started it, and the server itself. */
  readonly owner: number;
  readonly pid: number;
}

async function look(dir: string): Promise<Found | undefined> {
  if (!existsSync(urlFile(dir))) return undefined;
  const [url = '', owner, pid] = readFileSync(urlFile(dir), 'utf8').trim().split('\n');
  return URL.canParse(url) && (await ping(url)) ? { url, owner: Number(owner), pid: Number(pid) } : undefined;
}

/** The address of the private Redis that runs in a folder; undefined when none answers. */
export async function findRedis(dir: string): Promise<string | undefined> {
  return (await look(dir))?.url;
}

function lives(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const note = (dir: string, { url, owner, pid }: Found): void => { writeFileSync(urlFile(dir), `${url}\n${owner}\n${pid}\n`, { mode: 0o600 }); };

/** A server whose owner was killed gets a new owner, who ends it in time. */
function adopt(dir: string, found: Found): EmbeddedRedis {
  note(dir, { ...found, owner: process.pid });
  return {
    url: found.url,
    pid: found.pid,
    async stop() {
      if (lives(found.pid)) process.kill(found.pid, 'SIGTERM');
      while (lives(found.pid)) await new Promise((resolve) => { setTimeout(resolve, 25); });
      rmSync(urlFile(dir), { force: true });
    },
  };
}

/**
 * Starts redis-server with its files under `dir`, or joins the one that runs there: a web and a worker process of one state
 * folder share it, and whoever started it ends it. `port` 0 takes a free one. Throws NoRedisError where the program is missing.
 */
export async function startRedis({ dir, port = 0 }: { dir: string; port?: number }): Promise<EmbeddedRedis> {
  const running = await look(dir);
  if (running && !lives(running.owner)) return adopt(dir, running);
  if (running) return { url: running.url, pid: undefined, stop: async () => {} };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const chosen = port || (await freePort());
  // Other users of the machine can reach loopback; the password keeps them out, and stdin keeps it out of `ps`.
  const password = randomBytes(24).toString('hex');
  const url = `redis://:${password}@127.0.0.1:${chosen}`;
  const log = openSync(join(dir, 'redis.log'), 'a', 0o600);
  const child = spawn('redis-server', ['-'], { cwd: dir, stdio: ['pipe', log, log], detached: true });
  closeSync(log);
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }).once('error', () => { resolve(); }); });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => { reject(error.code === 'ENOENT' ? new NoRedisError() : error); });
    child.once('exit', (code) => { reject(new Error(`redis-server ended with code ${code}; see ${join(dir, 'redis.log')}`)); });
  });
  failed.catch(() => {});
  const { stdin } = child;
  if (!stdin) throw new Error('redis-server took no configuration');
  stdin.on('error', () => {});
  // noeviction: a queue must fail loudly when memory is short, never lose keys.
  stdin.end(
    ['bind 127.0.0.1', `port ${chosen}`, `requirepass ${password}`, 'appendonly yes', 'appendfsync everysec', 'save ""', 'maxmemory-policy noeviction', 'daemonize no'].join('\n') + '\n',
  );
  const killer = () => { child.kill('SIGTERM'); };
  process.once('exit', killer);
  for (let n = 0; !(await Promise.race([ping(url), failed])); n++) {
    if (n > 400) { child.kill('SIGKILL'); throw new Error(`redis-server did not answer within 10 s; see ${join(dir, 'redis.log')}`); }
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  note(dir, { url, owner: process.pid, pid: child.pid ?? 0 });
  child.unref();
  return {
    url,
    pid: child.pid,
    async stop() {
      process.off('exit', killer);
      child.ref(); // nothing else may keep this process alive until it has ended
      child.kill('SIGTERM');
      await ended;
      rmSync(urlFile(dir), { force: true });
    },
  };
}

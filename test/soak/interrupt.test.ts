import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/redis.js';

const root = new URL('../..', import.meta.url).pathname;

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Processes that a process has started. */
function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).split('\n').map(Number).filter((child) => child > 0);
  } catch {
    return [];
  }
}

test('Ctrl-C in the middle of the story ends the demo and everything that it has started', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-interrupt-'));
  const child = spawn(process.execPath, [join(root, 'bin', 'prow'), 'demo', '--once', '--state-dir', join(dir, 'state')], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => { told += chunk.toString(); });
    const closed = new Promise<number | null>((resolve) => { child.once('close', resolve); });
    await eventually('the story to begin', () => told.includes('nora  opens #1'), 60_000);
    const children = childrenOf(child.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(3); // Redis, web, worker
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(told).toContain('Interrupted.');
    await eventually('its processes to be gone', () => children.every((pid) => !lives(pid)));
  } finally {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}, 120_000);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { findRedis, startRedis } from '../../../src/embedded/redis/redis.js';

test('keeps what was written, is joined by a second start, and is gone after stop', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-redis-'));
  try {
    const first = await startRedis({ dir });
    const second = await startRedis({ dir });
    expect(second.url).toBe(first.url);
    const client = new Redis(first.url);
    await client.set('key', 'value');
    client.disconnect();
    const stranger = new Redis(first.url.replace(/:[^:@]+@/, ':wrong@'), { retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true });
    stranger.on('error', () => {});
    await expect(stranger.get('key')).rejects.toThrow();
    stranger.disconnect();
    expect(statSync(join(dir, 'redis-url')).mode & 0o077).toBe(0);
    await second.stop();
    expect(await findRedis(dir)).toBe(first.url);
    await first.stop();
    expect(await findRedis(dir)).toBeUndefined();

    const again = await startRedis({ dir });
    const reader = new Redis(again.url);
    expect(await reader.get('key')).toBe('value');
    reader.disconnect();
    await again.stop();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('one whose owner was killed is adopted, and ended by the new owner', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-redis-'));
  try {
    const code = `import { startRedis } from '${new URL('../../../src/embedded/redis/redis.ts', import.meta.url).pathname}'; console.log((await startRedis({ dir: '${dir}' })).url); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const heir = await startRedis({ dir });
    expect(heir.url).toBe(line.toString().trim());
    await heir.stop();
    expect(await findRedis(dir)).toBeUndefined();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

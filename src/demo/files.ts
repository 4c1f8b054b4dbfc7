import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../cli/flags.js';

const MARK = 'prow-demo';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Makes the folder of a run, without what a former run left there. Never deletes a folder that no run of ours has made, nor the
 * folder of a run that goes on. Gives what frees it again.
 */
export function claimFolder(dir: string): () => void {
  const mark = join(dir, MARK);
  if (existsSync(dir)) {
    const found = readdirSync(dir);
    if (found.length > 0 && !found.includes(MARK)) throw new UsageError(`--state-dir: ${dir} holds something else; name an empty folder`);
    const owner = existsSync(mark) ? Number(readFileSync(mark, 'utf8')) : 0;
    if (owner > 0 && owner !== process.pid && alive(owner)) throw new UsageError(`--state-dir: process ${String(owner)} plays in ${dir}; name another folder`);
    for (const name of found) if (name !== MARK) rmSync(join(dir, name), { recursive: true, force: true });
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(mark, `${String(process.pid)}\n`, { mode: 0o600 });
  return () => { writeFileSync(mark, '0\n', { mode: 0o600 }); };
}

/** Writes files that only this user may read. */
export function writeSecretly(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content, { mode: 0o600 });
}

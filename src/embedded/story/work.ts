import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A person's clone of a repository. */
export interface WorkTree {
  /** Writes files, commits them and pushes the branch; gives the commit. */
  push(branch: string, files: Readonly<Record<string, string>>, message: string): Promise<string>;
}

function git(dir: string, args: readonly string[], env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: dir, env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: dir, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...env }, stdio: ['ignore', 'pipe', 'pipe'], signal });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.once('error', reject);
    child.once('close', (code) => { if (code === 0) resolve(out.trim()); else reject(new Error(`git ${args[0] ?? ''} ended with code ${String(code)}: ${err.trim()}`)); });
  });
}

export interface CloneFrom {
  /** Where the clone shall lie. */
  readonly dir: string;
  readonly url: string;
  readonly login: string;
  readonly name: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Clones over HTTP with a token, which is kept out of the command line and out of the clone's configuration. */
export async function clone({ dir, url, login, name, token, signal }: CloneFrom): Promise<WorkTree> {
  const env = {
    GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraHeader', GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${login}:${token}`).toString('base64')}`,
    GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: `${login}@example.com`, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: `${login}@example.com`,
  };
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true });
  const run = (where: string, ...args: readonly string[]) => git(where, args, env, signal);
  await run(dirname(dir), 'clone', '--quiet', url, dir);
  const known = new Set<string>();
  return {
    async push(branch, files, message) {
      await run(dir, 'checkout', '--quiet', ...(known.has(branch) ? [branch] : ['-b', branch]));
      known.add(branch);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), content);
      }
      await run(dir, 'add', '--all');
      await run(dir, 'commit', '--quiet', '-m', message);
      await run(dir, 'push', '--quiet', 'origin', branch);
      return run(dir, 'rev-parse', 'HEAD');
    },
  };
}

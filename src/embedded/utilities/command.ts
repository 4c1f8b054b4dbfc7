import { spawn } from 'node:child_process';
import type { CommandRecord } from './cloneRecord.js';

export interface Ran {
  readonly record: CommandRecord;
  readonly ok: boolean;
  readonly output: string;
}

/** Output beyond this many characters is cut from the front. */
const MOST_OUTPUT = 1_048_576;

/** Runs a command to its end; never rejects. What the record says went through `hide` before. */
export function runCommand(program: string, args: readonly string[], { cwd, env, hide, now }: Readonly<{ cwd: string; env: NodeJS.ProcessEnv; hide: (text: string) => string; now: () => number }>): Promise<Ran> {
  const startedAt = now();
  return new Promise((resolve) => {
    let output = '';
    let ended = false;
    const end = (error: string): void => {
      if (ended) return;
      ended = true;
      const told = hide(output);
      resolve({ ok: error === '', output, record: { command: hide([program, ...args].join(' ')), ...(told && { output: told }), ...(error && { error: hide(error) }), duration: Math.round((now() - startedAt) * 1e6) } });
    };
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (text: string): void => { output = (output + text).slice(-MOST_OUTPUT); };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => { end(error.message); });
    child.once('close', (code, signal) => { end(code === 0 ? '' : signal ? `signal: ${signal}` : `exit status ${String(code)}`); });
  });
}

import { spawn } from 'node:child_process';
import { RemoteError } from '../../core/errors.js';

export interface GitRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Milliseconds; a process that takes longer is killed. */
  readonly timeoutMs: number;
  readonly input?: string | Buffer;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Exit codes beside 0 that are answers. */
  readonly accepted?: readonly number[];
}

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** git failed; `stderr` is censored. */
export class GitError extends RemoteError {
  override readonly name = 'GitError';
  readonly stderr: string;
  readonly code: number;
  constructor(message: string, stderr: string, code: number) {
    super(message, { service: 'git', retry: 'later' });
    this.stderr = stderr;
    this.code = code;
  }
}

const URL_PASSWORD = /(https?:\/\/[^:@\s/]+:)([^@\s]+)(@)/g;

/** Runs git to its end. Throws GitError for an exit code that is no answer; rejects with the signal's reason when it is aborted. */
export function runGit({ args, cwd, signal, timeoutMs, input, env, accepted = [] }: GitRun, censor: (text: string) => string): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    const child = spawn('git', ['-c', 'gc.autoDetach=false', '-c', 'core.hooksPath=', '-c', 'protocol.ext.allow=never', ...args], {
      // A group of its own: git's helpers hold the pipes open and have to end with it.
      cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', LC_ALL: 'C' },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL'); // the group has ended already
      }
    };
    const timer = setTimeout(() => { late = true; kill(); }, timeoutMs);
    const onAbort = kill;
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => { out.push(chunk); });
    child.stderr.on('data', (chunk: Buffer) => { err.push(chunk); });
    child.stdin.on('error', () => {}); // git may end without reading everything
    child.stdin.end(input);
    const settle = () => { clearTimeout(timer); signal.removeEventListener('abort', onAbort); };
    child.once('error', (error) => { settle(); reject(new GitError(`git could not be started: ${error.message}`, '', -1)); });
    child.once('close', (code) => {
      settle();
      if (signal.aborted) { reject(signal.reason as Error); return; }
      const stderr = censor(Buffer.concat(err).toString().replace(URL_PASSWORD, '$1xxxxx$3')).trim();
      if (late) reject(new GitError(`git ${args[0] ?? ''} took longer than ${timeoutMs / 1_000} s`, stderr, -1));
      else if (code === 0 || (code !== null && accepted.includes(code))) resolve({ code: code ?? 0, stdout: Buffer.concat(out), stderr });
      else reject(new GitError(`git ${args.filter((arg) => !arg.startsWith('-')).slice(0, 2).join(' ')} failed (${code}): ${stderr.slice(-500)}`, stderr, code ?? -1));
    });
  });
}

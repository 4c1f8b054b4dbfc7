import { spawn } from 'node:child_process';
import { appendFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** git said no. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  constructor(args: readonly string[], { code, stdout, stderr }: { code: number; stdout: string; stderr: string }) {
    super(`git ${args.slice(0, 3).join(' ')}: exit code ${String(code)}: ${stderr.trim() || stdout.trim()}`);
    this.code = code;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** Who wrote or committed, and when. */
export interface Signature { readonly name: string; readonly email: string; readonly date: string }

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface GitOptions { readonly input?: string | Buffer; readonly env?: Readonly<Record<string, string>> }

/** Bare repositories in a folder. */
export interface Git {
  readonly root: string;
  /** Where the repository of that name lies. */
  dir(fullName: string): string;
  init(fullName: string, defaultBranch: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(fullName: string): Promise<void>;
  /** Runs git in the repository and gives its output. */
  run(fullName: string, args: readonly string[], options?: GitOptions): Promise<string>;
  runRaw(fullName: string, args: readonly string[], options?: GitOptions): Promise<Buffer>;
  /** One after the other for one repository. */
  exclusive<T>(fullName: string, work: () => Promise<T>): Promise<T>;
}

/** The environment of every git: nobody's configuration, no questions. */
export const gitEnv: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C',
};

const nobody = { GIT_AUTHOR_NAME: 'GitHub', GIT_AUTHOR_EMAIL: 'noreply@github.com', GIT_COMMITTER_NAME: 'GitHub', GIT_COMMITTER_EMAIL: 'noreply@github.com' };

function runGit(dir: string, args: readonly string[], { input, env }: GitOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-c', 'gc.auto=0', ...args], { cwd: dir, env: { ...gitEnv, ...nobody, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new GitError(args, { code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** As GitHub has it: any commit can be fetched by its SHA, `refs/pull` cannot be pushed to. */
const settings = `[http]
	receivepack = true
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[receive]
	hideRefs = refs/pull
	autogc = false
`;

/** Opens the folder. */
export function openGit(root: string): Git {
  const tails = new Map<string, Promise<unknown>>();
  const dir = (fullName: string): string => {
    if (!/^[\w.-]+\/[\w.-]+$/.test(fullName) || fullName.split('/').some((part) => part === '.' || part === '..')) throw new Error(`not a repository name: ${fullName}`);
    return join(root, `${fullName.toLowerCase()}.git`);
  };
  const runRaw: Git['runRaw'] = (fullName, args, options = {}) => runGit(dir(fullName), args, options);
  return {
    root, dir, runRaw,
    run: async (fullName, args, options) => (await runRaw(fullName, args, options)).toString('utf8'),
    async init(fullName, defaultBranch) {
      await mkdir(dir(fullName), { recursive: true });
      await runGit(dir(fullName), ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`], {});
      await appendFile(join(dir(fullName), 'config'), settings);
    },
    async move(from, to) {
      await mkdir(dirname(dir(to)), { recursive: true });
      await rename(dir(from), dir(to));
    },
    async remove(fullName) { await rm(dir(fullName), { recursive: true, force: true }); },
    exclusive(fullName, work) {
      const name = fullName.toLowerCase();
      const run = (tails.get(name) ?? Promise.resolve()).then(work);
      tails.set(name, run.then(() => undefined, () => undefined));
      return run;
    },
  };
}

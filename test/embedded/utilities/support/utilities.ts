import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, mkdir, readFile, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { utilityImages } from '../../../../src/embedded/utilities/images.js';

const images = await utilityImages();

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Process {
  readonly pid: number;
  /** What it wrote so far. */
  out(): string;
  err(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** A process with a nearly empty environment, as a container has it. */
export function start(command: readonly string[], { env = {}, cwd = '/' }: { env?: Readonly<Record<string, string>>; cwd?: string } = {}): Process {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  return {
    pid: child.pid ?? 0, out: () => out, err: () => err, kill: (signal) => { child.kill(signal); },
    ended: new Promise((resolve, reject) => { child.once('error', reject); child.once('close', (code, signal) => { resolve({ code, signal, out, err }); }); }),
  };
}

/** The command that stands for a utility's image. */
export function commandOf(name: string): readonly string[] {
  const image = images(`registry.example/prow/${name}:v1`);
  if (!image) throw new Error(`nothing stands for ${name}`);
  return image.command;
}

/** A utility as a container runs it; options are put into its variable. */
export function startUtility(name: 'clonerefs' | 'initupload' | 'entrypoint' | 'sidecar', { options, env = {}, args = [], cwd = '/' }: { options?: object; env?: Readonly<Record<string, string>>; args?: readonly string[]; cwd?: string }): Process {
  return start([...commandOf(name), ...args], { cwd, env: { ...env, ...(options && { [`${name.toUpperCase()}_OPTIONS`]: JSON.stringify(options) }) } });
}

export interface Folder extends AsyncDisposable {
  readonly dir: string;
  path(...parts: readonly string[]): string;
  write(name: string, content: string | Buffer): Promise<string>;
  text(name: string): Promise<string>;
  json(name: string): Promise<unknown>;
  /** Names of all files below, sorted. */
  tree(name?: string): Promise<readonly string[]>;
}

/** A folder that goes away in the end. */
export async function folder(): Promise<Folder> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'prow-utilities-')));
  const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  return {
    dir, text,
    path: (...parts) => join(dir, ...parts),
    async write(name, content) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      const path = join(dir, name);
      // A new file is there whole or not at all, as a marker is.
      if (existsSync(path)) await writeFile(path, content);
      else {
        const fresh = join(dir, `.fresh-${randomUUID()}`);
        await writeFile(fresh, content);
        await rename(fresh, path);
      }
      return join(dir, name);
    },
    json: async (name) => JSON.parse(await text(name)) as unknown,
    async tree(name = '.') {
      const entries = await readdir(join(dir, name), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(join(dir, name), join(entry.parentPath, entry.name))).sort();
    },
    async [Symbol.asyncDispose]() { await rm(dir, { recursive: true, force: true }); },
  };
}

const run = promisify(execFile);
const GIT_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_AUTHOR_DATE: '1700000000 +0000', GIT_COMMITTER_DATE: '1700000000 +0000' };

/** Runs git in a folder and answers what it says, trimmed. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await run('git', [...args], { cwd, env: { ...GIT_ENV, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'always' } })).stdout.trim();
}

export interface Origin {
  readonly uri: string;
  readonly dir: string;
  /** Commits files on a branch that begins at another one (or goes on), and answers the commit. */
  commit(branch: string, files: Readonly<Record<string, string>>, from?: string): Promise<string>;
}

/** A real repository to clone from, with a branch `main` of one commit. */
export async function origin(place: Folder, name: string): Promise<Origin & { readonly base: string }> {
  const dir = place.path('origins', name);
  await mkdir(dir, { recursive: true });
  await git(dir, 'init', '-q', '-b', 'main');
  await git(dir, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  await git(dir, 'config', 'uploadpack.allowFilter', 'true');
  const commit: Origin['commit'] = async (branch, files, from) => {
    if (from !== undefined) await git(dir, 'checkout', '-q', '-B', branch, from);
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), content);
    }
    await git(dir, 'add', '-A');
    await git(dir, 'commit', '-q', '--allow-empty', '-m', `change ${branch}`);
    return git(dir, 'rev-parse', 'HEAD');
  };
  const base = await commit('main', { 'README.md': `# ${name}\n`, 'docs/a.md': 'a\n' });
  return { uri: `file://${dir}`, dir, commit, base };
}

/** JOB_SPEC of a job. */
export const specOf = (type: string, more: object = {}): string => JSON.stringify({ type, job: 'job', buildid: '1234567890123456789', prowjobid: 'a-b-c', ...more });

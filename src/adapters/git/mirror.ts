import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFoundError } from '../../core/errors.js';
import { slug, type Repo } from '../../core/ids.js';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import { GitError, runGit, type GitOutput, type GitRun } from './process.js';

export interface MirrorOptions {
  /** Folder of all mirrors; several processes may share it. */
  readonly dir: string;
  /** Where repositories are: `https://github.com`, or a whole address. */
  readonly baseUrl: string;
  /** undefined: anonymous. */
  readonly credentials: (org: string, signal: AbortSignal) => Promise<{ readonly user: string; readonly password: string } | undefined>;
  readonly clock: Clock;
  /** What git finds in its environment: PATH, HOME, the user's own configuration. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly censor: (text: string) => string;
  /** So many commits are fetched of each history; all where not given. */
  readonly depth?: number;
}

/** `env` is added to the environment. */
export type Git = (run: Omit<GitRun, 'cwd' | 'timeoutMs' | 'env'> & { readonly timeoutMs?: number; readonly env?: Readonly<Record<string, string>> }) => Promise<GitOutput>;

/** Bare copies of repositories, one folder each, that hold the commits that somebody needed. */
export interface Mirrors {
  /** git in the repository's mirror, after all these commits are there. Throws NotFoundError for a commit that the remote does not have. */
  with<T>(repo: Repo, shas: readonly string[], signal: AbortSignal, work: (git: Git, path: string) => Promise<T>): Promise<T>;
}

const FETCH_MS = 600_000;
const LOCAL_MS = 120_000;
/** A lock file is touched this often; one that nobody touched for much longer belongs to a dead process. */
const TOUCH_MS = 5_000;
const STALE_MS = 30_000;
const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const SAFE = /^[A-Za-z0-9_.-]+$/;

/** Held by one process at a time; a lock of a process that died is taken over. */
async function lockFile(path: string, clock: Clock, signal: AbortSignal): Promise<{ release(): Promise<void> }> {
  for (;;) {
    signal.throwIfAborted();
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'wx');
      await handle.writeFile(String(process.pid));
      const touching = setInterval(() => { const now = clock.now() / 1_000; void utimes(path, now, now).catch(() => {}); }, TOUCH_MS);
      touching.unref();
      return {
        async release() {
          clearInterval(touching);
          await rm(path, { force: true });
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await handle?.close();
    }
    const held = await stat(path).catch(() => undefined);
    if (held && clock.now() - held.mtimeMs > STALE_MS) await rm(path, { force: true });
    else await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

/** Makes and refreshes mirrors. A missing commit is fetched by its id alone; nothing else is. */
export function createMirrors({ dir, baseUrl, credentials, clock, env: inherited, log, censor, depth }: MirrorOptions): Mirrors {
  const chains = new Map<string, Promise<unknown>>();

  /** One after the other within this process; waiting for the lock file is for other processes. */
  function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = chains.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    chains.set(key, settled);
    void settled.then(() => { if (chains.get(key) === settled) chains.delete(key); });
    return mine;
  }

  const gitIn = (path: string, signal: AbortSignal): Git => (run) => runGit({ timeoutMs: LOCAL_MS, ...run, env: { ...inherited, ...run.env }, cwd: path, signal: run.signal ?? signal }, censor);

  async function missing(git: Git, shas: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const { stdout } = await git({ args: ['cat-file', '--batch-check'], input: shas.map((sha) => `${sha}^{commit}\n`).join(''), signal });
    return stdout.toString().split('\n').slice(0, shas.length).flatMap((line, n) => (line.endsWith(' missing') || !line.includes(' commit ') ? [shas[n] ?? ''] : []));
  }

  async function fetchInto(git: Git, repo: Repo, shas: readonly string[], signal: AbortSignal): Promise<void> {
    const known = await credentials(repo.org, signal);
    // By environment: an argument would show in `ps`, an address would be kept in the mirror. Only for our server: a redirect leads away with nothing.
    const env: Record<string, string> = known
      ? { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `http.${baseUrl}.extraHeader`, GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${known.user}:${known.password}`).toString('base64')}` }
      : {};
    try {
      // A ref for each: by them the next fetch knows what is here and asks only for the rest, and nothing is collected as garbage.
      await git({ args: ['fetch', '--no-tags', '--no-write-fetch-head', '--quiet', ...(depth === undefined ? [] : [`--depth=${depth}`]), `${baseUrl}/${slug(repo)}`, ...shas.map((sha) => `+${sha}:refs/prow/${sha}`)], env, signal, timeoutMs: FETCH_MS });
    } catch (error) {
      if (error instanceof GitError && /not our ref|couldn't find remote ref|unadvertised object|no such remote ref/i.test(error.stderr)) {
        throw new NotFoundError(`${slug(repo)} has no commit ${shas.join(', ')}`, { service: 'git', cause: error });
      }
      if (error instanceof GitError && /repository .* not found|returned error: 404/i.test(error.stderr)) throw new NotFoundError(`there is no repository ${slug(repo)}`, { service: 'git', cause: error });
      throw error;
    }
  }

  async function ensure(path: string, repo: Repo, shas: readonly string[], signal: AbortSignal): Promise<void> {
    if (!existsSync(join(path, 'HEAD'))) {
      await mkdir(path, { recursive: true });
      await gitIn(path, signal)({ args: ['init', '--bare', '--quiet', '.'], signal });
    }
    const git = gitIn(path, signal);
    const wanted = await missing(git, shas, signal);
    if (wanted.length > 0) await fetchInto(git, repo, wanted, signal);
  }

  return {
    async with(repo, shas, signal, work) {
      const bad = shas.find((sha) => !SHA.test(sha));
      if (bad !== undefined) throw new NotFoundError(`${JSON.stringify(bad)} is not a commit`, { service: 'git' });
      if (!SAFE.test(repo.org) || !SAFE.test(repo.name) || repo.name.startsWith('.')) throw new NotFoundError(`${slug(repo)} is not a repository`, { service: 'git' });
      const folder = join(dir, repo.org.toLowerCase());
      const path = join(folder, `${repo.name.toLowerCase()}.git`);
      const git = gitIn(path, signal);
      const there = existsSync(join(path, 'HEAD')) && (await missing(git, shas, signal).catch(() => shas)).length === 0;
      if (!there) {
        await mkdir(folder, { recursive: true });
        await alone(path, async () => {
          const lock = await lockFile(`${path}.lock`, clock, signal);
          try {
            await ensure(path, repo, shas, signal);
          } catch (error) {
            if (error instanceof NotFoundError || signal.aborted || !(error instanceof GitError) || !/not a git repository|corrupt|bad object|loose object|fatal: bad|packfile/i.test(error.stderr)) throw error;
            // A mirror is a cache: a broken one is made anew.
            log.warn({ err: error, org: repo.org, repo: repo.name, client: 'git' }, 'mirror is broken, made anew');
            await rename(path, `${path}.broken-${process.pid}`).catch(() => {});
            await rm(`${path}.broken-${process.pid}`, { recursive: true, force: true });
            await ensure(path, repo, shas, signal);
          } finally {
            await lock.release();
          }
        });
      }
      return work(git, path);
    },
  };
}

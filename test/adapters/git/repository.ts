import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Remote extends AsyncDisposable {
  /** Folder for anything else that should go in the end. */
  readonly scratch: string;
  /** To be given as base address; the repository is o/r. */
  readonly baseUrl: string;
  readonly path: string;
  git(...args: readonly string[]): Promise<string>;
  /** Commits files on top of a commit (undefined: a first one); a null deletes, `{ link }` makes a symbolic link. */
  commit(parent: string | undefined, files: Readonly<Record<string, string | null | { link: string }>>): Promise<string>;
}

/** A real repository that serves any commit by its id, as GitHub does. */
export async function remote(): Promise<Remote> {
  const scratch = await mkdtemp(join(tmpdir(), 'prow-git-test-'));
  const path = join(scratch, 'remote', 'o', 'r');
  await mkdir(path, { recursive: true });
  const env = { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = async (...args: readonly string[]): Promise<string> => (await run('git', [...args], { cwd: path, env })).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return {
    scratch, baseUrl: `file://${join(scratch, 'remote')}`, path, git,
    async commit(parent, files) {
      if (parent !== undefined) await git('checkout', '--quiet', '--detach', parent);
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        if (content === null) await rm(file);
        else if (typeof content === 'string') await writeFile(file, content);
        else await symlink(content.link, file);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', 'change');
      return git('rev-parse', 'HEAD');
    },
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}

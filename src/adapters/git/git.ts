import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repo } from '../../core/ids.js';
import type { GitMerges, GitReads, MergeResult } from '../../core/ports/git.js';
import type { GitTrees } from '../../core/ports/inRepo.js';
import { createMirrors, type Git, type MirrorOptions } from './mirror.js';
import { blobs, createTrees, tree } from './trees.js';

const NUL = '\0';
const IDENTITY = ['-c', 'user.name=prow', '-c', 'user.email=prow@localhost', '-c', 'commit.gpgsign=false', '-c', 'core.autocrlf=false'] as const;

/** Merges or rebases in a worktree that is thrown away; the commits stay in the mirror. */
async function inWorktree(git: Git, base: string, heads: readonly string[], method: 'merge' | 'squash' | 'rebase', signal: AbortSignal): Promise<MergeResult> {
  const dir = await mkdtemp(join(tmpdir(), 'prow-worktree-'));
  try {
    await git({ args: ['worktree', 'add', '--quiet', '--detach', '--force', dir, base], signal });
    const at = (...args: readonly string[]) => git({ args: ['-C', dir, ...IDENTITY, ...args], signal, accepted: [1, 128] });
    for (const head of heads) {
      const before = (await at('rev-parse', 'HEAD')).stdout.toString().trim();
      const steps: readonly (readonly string[])[] = {
        merge: [['merge', '--no-ff', '--no-stat', '-m', 'merge', head]],
        squash: [['merge', '--squash', '--no-stat', head], ['commit', '--no-verify', '--quiet', '-m', 'merge']],
        rebase: [['rebase', '--no-stat', '--quiet', before, head]],
      }[method];
      for (const step of steps) {
        const { code } = await at(...step);
        if (code === 0) continue;
        const files = (await at('diff', '--name-only', '--diff-filter=U', '-z')).stdout.toString().split(NUL).filter((path) => path !== '');
        return { kind: 'conflict', head, files };
      }
    }
    const [sha = '', tree = ''] = (await at('rev-parse', 'HEAD', 'HEAD^{tree}')).stdout.toString().trim().split('\n');
    return { kind: 'clean', sha, tree };
  } finally {
    await rm(dir, { recursive: true, force: true });
    await git({ args: ['worktree', 'prune'], signal: new AbortController().signal }).catch(() => {});
  }
}

/** git behind the ports: reads at a commit without a checkout, merges in worktrees; all from local mirrors. */
export function createGit(options: MirrorOptions): GitReads & GitMerges & GitTrees {
  const mirrors = createMirrors(options);
  return {
    ...createTrees(mirrors),
    listFiles: (repo: Repo, sha, { signal }) => mirrors.with(repo, [sha], signal, async (git) => [...(await tree(git, sha, signal)).keys()]),
    readFiles: (repo, sha, paths, { signal }) =>
      mirrors.with(repo, [sha], signal, async (git) => {
        const files = await tree(git, sha, signal);
        const wanted = [...new Set(paths)].flatMap((path) => { const id = files.get(path); return id === undefined ? [] : [{ path, id }]; });
        const texts = await blobs(git, wanted.map(({ id }) => id), signal);
        return new Map(wanted.map(({ path }, n) => [path, texts[n] ?? '']));
      }),
    changedPaths: (repo, from, to, { signal }) =>
      mirrors.with(repo, [from, to], signal, async (git) => (await git({ args: ['diff', '--name-only', '--no-renames', '-z', from, to], signal })).stdout.toString().split(NUL).filter((path) => path !== '')),
    hasMerges: (repo, from, to, { signal }) =>
      mirrors.with(repo, [from, to], signal, async (git) => (await git({ args: ['rev-list', '--merges', '--max-count=1', `${from}..${to}`], signal })).stdout.toString().trim() !== ''),
    tryMerge: (repo, base, heads, method, { signal }) => mirrors.with(repo, [base, ...heads], signal, (git) => inWorktree(git, base, heads, method, signal)),
  };
}

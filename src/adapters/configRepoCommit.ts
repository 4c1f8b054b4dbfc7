import type { Repo } from '../core/ids.js';
import type { Checkouts } from './configRepoCheckouts.js';
import { configPathsOf, layoutOf, resolveFile, type ConfigPaths, type Layout } from './configRepoFiles.js';
import { readBlobs, readTree } from './configRepoTree.js';
import type { Git, Mirrors } from './git/mirror.js';

export interface CommitDeps {
  readonly mirrors: Mirrors;
  readonly checkouts: Checkouts;
  readonly signal: AbortSignal;
}

/** Writes the configuration of a commit, and nothing else of it, into a checkout; says where it is. Throws a ConfigError where it is not, or leads out of the repository. */
export function checkOut(repo: Repo, sha: string, paths: ConfigPaths, { mirrors, checkouts, signal }: CommitDeps): Promise<Layout> {
  return mirrors.with(repo, [sha], signal, async (git) => {
    const tree = await readTree(git, sha, signal);
    const layout = layoutOf(paths, (path) => tree.has(path));
    const chosen = configPathsOf(tree, layout, paths);
    // A link may lead to any other link.
    const links = chosen.some((path) => tree.get(path)?.kind === 'link') ? [...tree.values()].filter(({ kind }) => kind === 'link').map(({ id }) => id) : [];
    const targets = await readBlobs(git, links, signal);
    const files = chosen.flatMap((path) => resolveFile(tree, path, (id) => targets.get(id)?.toString() ?? '') ?? []);
    await checkouts.write(sha, files, layout.jobs === 'usual' ? layout.jobConfigPath : undefined, (ids) => readBlobs(git, ids, signal));
    return layout;
  });
}

/** The mirror's refs of commits that have no checkout any more: without them git collects their objects in time. */
export function dropRefs(repo: Repo, { inForce, kept }: Readonly<{ inForce: string; kept: ReadonlySet<string> }>, { mirrors, signal }: Omit<CommitDeps, 'checkouts'>): Promise<void> {
  return mirrors.with(repo, [inForce], signal, async (git: Git) => {
    const { stdout } = await git({ args: ['for-each-ref', '--format=%(refname)', 'refs/prow/'], signal });
    const old = stdout.toString().split('\n').filter((ref) => ref !== '' && !kept.has(ref.slice('refs/prow/'.length)));
    if (old.length > 0) await git({ args: ['update-ref', '--stdin'], input: old.map((ref) => `delete ${ref}\n`).join(''), signal });
  });
}

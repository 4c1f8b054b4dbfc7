import type { Repo } from '../ids.js';

/** Reads of a repository at a commit, from a local mirror that is refreshed when a commit is missing. */
export interface GitReads {
  /** Paths of all files (blobs; symlinks and submodules left out) of the tree at a commit, in git's order. */
  listFiles(repo: Repo, sha: string, options: { signal: AbortSignal }): Promise<readonly string[]>;
  /** Contents of some paths at a commit; a path that is no regular file is absent from the result. */
  readFiles(repo: Repo, sha: string, paths: readonly string[], options: { signal: AbortSignal }): Promise<ReadonlyMap<string, string>>;
  /** Names of the paths that differ between two commits (both sides of a rename). */
  changedPaths(repo: Repo, from: string, to: string, options: { signal: AbortSignal }): Promise<readonly string[]>;
  /** Whether a commit of `to` that `from` has not is a merge. */
  hasMerges(repo: Repo, from: string, to: string, options: { signal: AbortSignal }): Promise<boolean>;
}

/** What merging some heads onto a base gives. */
export type MergeResult = Readonly<{ kind: 'clean'; sha: string; tree: string } | { kind: 'conflict'; head: string; files: readonly string[] }>;

export interface GitMerges {
  /** Merges heads in order onto a base without touching any ref of the remote; the commits live in the mirror only. */
  tryMerge(repo: Repo, base: string, heads: readonly string[], method: 'merge' | 'squash' | 'rebase', options: { signal: AbortSignal }): Promise<MergeResult>;
}

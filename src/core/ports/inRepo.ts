import type { Repo } from '../ids.js';

interface Opts {
  readonly signal: AbortSignal;
}

/** A file, symbolic link or submodule of a tree. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'module';
  /** Object id of the content; of a link, of its target's text. */
  readonly id: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
}

/** Where a path leads when its links are followed inside a commit. */
export type Followed = Readonly<
  | { kind: 'file'; id: string; size: number }
  | { kind: 'folder' }
  /** `outside`: a link leads out of the repository; `nowhere`: to what is not there; `loop`: in a circle. */
  | { kind: 'outside' | 'nowhere' | 'loop' }
>;

/** Looks into single folders of commits, from a local mirror, without a checkout. All paths are relative to the repository. */
export interface GitTrees {
  /** Object ids of all regular files of a commit by path, in git's order. */
  filesAt(repo: Repo, sha: string, options: Opts): Promise<ReadonlyMap<string, string>>;
  /** Object ids of paths (trees or blobs) in each of some commits, in the order of the commits; a path that is not there is absent. The path `''` is the whole tree. */
  idsAt(repo: Repo, shas: readonly string[], paths: readonly string[], options: Opts): Promise<readonly ReadonlyMap<string, string>[]>;
  /** The best common ancestors of two commits: none for unrelated histories, several after merges both ways. */
  mergeBases(repo: Repo, one: string, other: string, options: Opts): Promise<readonly string[]>;
  /** All that lies at a path of a commit or below it; empty where there is nothing. */
  entriesAt(repo: Repo, sha: string, path: string, options: Opts): Promise<readonly TreeEntry[]>;
  /** Where paths of a commit lead, in the order of the paths. */
  follow(repo: Repo, sha: string, paths: readonly string[], options: Opts): Promise<readonly Followed[]>;
  /** Contents of blobs of a commit, in the order of the ids; bytes that are no UTF-8 become U+FFFD. */
  readBlobs(repo: Repo, sha: string, ids: readonly string[], options: Opts): Promise<readonly string[]>;
}

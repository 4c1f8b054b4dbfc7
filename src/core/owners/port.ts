import type { Repo } from '../ids.js';

/** Sets by distance from the file: layer 0 is nearest; an item is in one layer only (plugins-policy 2.5). */
export type Layers = readonly ReadonlySet<string>[];

/** OWNERS of a repository at one commit, collaborator-filtered (plugins-policy 2.4), or what stands for them. Logins are lower case. */
export interface RepoOwners {
  approvers(path: string): Layers;
  reviewers(path: string): Layers;
  leafApprovers(path: string): ReadonlySet<string>;
  leafReviewers(path: string): ReadonlySet<string>;
  requiredReviewers(path: string): ReadonlySet<string>;
  labelsFor(path: string): ReadonlySet<string>;
  /** Nearest folder (or front-matter file, or line of CODEOWNERS) with approvers for the path; '' for the root. */
  approverDir(path: string): string;
  reviewerDir(path: string): string;
  topLevelApprovers(): ReadonlySet<string>;
  isNoParentOwners(path: string): boolean;
  isAutoApproveUnownedSubfolders(path: string): boolean;
  allApprovers(): ReadonlySet<string>;
  allReviewers(): ReadonlySet<string>;
  allOwners(): ReadonlySet<string>;
  /** Name of the owners file, `OWNERS` unless configured; the path of CODEOWNERS where that counts. */
  readonly ownersFile: string;
  /** The file that says what counts at a folder that `approverDir` gave: its path in the repository, with its line in CODEOWNERS. */
  fileAt(folder: string): string;
}

export interface OwnersReads {
  /** Owners at the tip of a base branch. Throws RemoteError when the branch, the files or the collaborators cannot be read as the spec demands. */
  load(repo: Repo, baseBranch: string, options: { signal: AbortSignal }): Promise<RepoOwners>;
}

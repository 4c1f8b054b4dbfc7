/** What a command asks GitHub about the code of a job. */
export interface RefLookup {
  pull(at: Readonly<{ org: string; repo: string; number: number }>): Promise<Readonly<{ author: string; headSha: string; headRef: string; baseRef: string; baseSha: string }>>;
  /** The commit of a branch. */
  branchSha(at: Readonly<{ org: string; repo: string; branch: string }>): Promise<string>;
}

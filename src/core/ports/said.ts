import type { IssueRef } from '../ids.js';

/** A comment that a plugin is about to make: for what, where, in answer to which delivery. */
export interface Saying {
  readonly plugin: string;
  readonly purpose: string;
  readonly issue: IssueRef;
  readonly delivery: string;
}

/** What this bot said, so that nobody lists an issue's comments to find its own. */
export interface Said {
  /** A comment may exist from now on; until `finish` says which one it is, `ids` is not certain. */
  begin(saying: Saying): Promise<void>;
  finish(saying: Saying, id: number): Promise<void>;
  /** A comment was deleted. */
  forget(issue: IssueRef, id: number): Promise<void>;
  /**
   * The comments of a plugin's purpose that it has made on an issue and not deleted. `undefined`: not certain, the comments must
   * be listed. The memory is certain only of issues that were created (`since`, as GitHub writes times) after it was.
   */
  ids(plugin: string, purpose: string, issue: IssueRef, since: string | undefined): Promise<readonly number[] | undefined>;
}

import type { Repo } from '../ids.js';

/** What a check of a configuration asks GitHub about the repositories that it names. */
export interface RepoSurvey {
  /** The names of an account's repositories that are not archived; undefined where there is no such account, or not for whoever asks. */
  repos(org: string): Promise<readonly string[] | undefined>;
  /** Whether a file is on the default branch; `unseen` where the repository is not there, or not for whoever asks. */
  file(repo: Repo, path: string): Promise<'present' | 'absent' | 'unseen'>;
  /** The accounts in which the App is installed, in lower case. Only an App can tell. */
  installedIn(): Promise<ReadonlySet<string>>;
}

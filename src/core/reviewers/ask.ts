import type { Action } from '../action.js';
import type { Delivery, Pull } from '../event.js';
import type { Repo } from '../ids.js';
import { commandText } from '../markdown.js';
import type { OwnersReads, RepoOwners } from '../owners/port.js';
import type { ChangedFile, GitHubReads } from '../ports/github.js';
import type { Log } from '../ports/log.js';
import { isFinal, toError } from '../retry.js';
import { chooseReviewers, type Choice } from './choose.js';
import { CC, UNCC } from './commands.js';
import { seededRandom } from './random.js';

/** How reviewers are chosen, as configured for a plugin. */
export interface AskSettings {
  readonly request_count: number;
  readonly max_request_count: number;
  readonly exclude_approvers: boolean;
  readonly use_status_availability: boolean;
  readonly ignore_drafts: boolean;
  readonly ignore_authors: readonly string[];
}

export interface AskDeps {
  readonly github: Pick<GitHubReads, 'files' | 'isBusy' | 'pull' | 'pullsWithCommit'>;
  readonly owners: OwnersReads;
  readonly delivery: Pick<Delivery, 'id'>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Whether nobody is asked by itself to review a pull request: a draft, or of an author who is left alone. */
const isLeftAlone = ({ draft, author }: Pick<Pull, 'draft' | 'author'>, { ignore_drafts, ignore_authors }: AskSettings): boolean => (draft && ignore_drafts) || ignore_authors.includes(author.login);

/** Whether reviewers are asked as soon as a pull request is ready: not where its author names some, or a status is waited for (plugins-policy 4.8). */
export function asksAtOnce(pull: Pick<Pull, 'body' | 'draft' | 'author'>, settings: AskSettings & Readonly<{ wait_for_status?: object | undefined }>): boolean {
  const text = commandText(pull.body);
  return settings.wait_for_status === undefined && !CC.test(text) && !UNCC.test(text) && !isLeftAlone(pull, settings);
}

/** Who is preferred, from what was read for the choice. */
export type Preference = (pull: Pull, files: readonly ChangedFile[], owners: RepoOwners) => Promise<Choice['by']>;
export const byChance: Preference = () => Promise.resolve({ kind: 'chance' });

/** Asks owners of the changed files to review. The delivery decides where chance does, so that a repetition asks the same people. */
export async function askReviewers(pull: Pull, settings: AskSettings, prefer: Preference, { github, owners, delivery, log, signal }: AskDeps): Promise<readonly Action[]> {
  const { org, name, number, author } = pull;
  const issue = { org, name, number };
  const [files, repoOwners] = await Promise.all([github.files(issue, { signal }), owners.load(issue, pull.baseRef, { signal })]);
  const isFree = async (login: string): Promise<boolean> => {
    if (!settings.use_status_availability) return true;
    try {
      return !(await github.isBusy(login, org, { signal }));
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, login }, 'whether somebody is busy cannot be read, taken for free');
      return true;
    }
  };
  const reviewers = await chooseReviewers({
    files: files.map(({ path }) => path), author: author.login, owners: repoOwners, wanted: settings.request_count, most: settings.max_request_count,
    fillUp: settings.exclude_approvers ? 'nobody' : 'approvers', by: await prefer(pull, files, repoOwners),
  }, { random: seededRandom(`${delivery.id} ${number}`), isFree });
  return reviewers.length > 0 ? [{ kind: 'review.request', issue, reviewers }] : [];
}

/** Asks for reviews of the pull requests with this head for whose status was waited. One that cannot be read for good is left out. */
export async function askAwaiting(repo: Repo, sha: string, settings: AskSettings, prefer: Preference, deps: AskDeps): Promise<readonly Action[]> {
  const { github, log, signal } = deps;
  const numbers = await github.pullsWithCommit(repo, sha, { signal });
  const asked = await Promise.all(numbers.map(async (number): Promise<readonly Action[]> => {
    try {
      const pull = await github.pull({ ...repo, number }, { signal });
      if (pull.state !== 'open' || pull.headSha !== sha || isLeftAlone(pull, settings) || pull.requestedReviewers.length > 0) return [];
      return await askReviewers(pull, settings, prefer, deps);
    } catch (error) {
      if (!isFinal(error)) throw toError(error);
      log.warn({ err: error, pr: number }, 'nobody is asked to review this pull request');
      return [];
    }
  }));
  const actions = asked.flat();
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

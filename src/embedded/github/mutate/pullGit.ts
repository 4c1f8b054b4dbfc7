import { fullName, type Hub, type PullIssue } from '../hub.js';
import { computeFacts, setRef } from '../gitWrite.js';
import { factsHold } from '../render/pull.js';
import type { Repo } from '../state.js';

/** Brings a pull request's head into its repository, under `refs/pull/N/head`. */
export async function fetchHead(hub: Hub, repo: Repo, { number, pull }: PullIssue): Promise<void> {
  const ref = `refs/pull/${String(number)}/head`;
  const from = hub.state.repos.get(pull.head.repoId);
  if (!from || from === repo) await setRef(hub, repo, ref, pull.head.sha);
  else await hub.git.run(fullName(repo), ['fetch', '--quiet', '--no-tags', hub.git.dir(fullName(from)), `+${pull.head.sha}:${ref}`]);
}

/** Computes what git says about a pull request, unless it is known. */
export async function refreshFacts(hub: Hub, repo: Repo, issue: PullIssue): Promise<void> {
  const { pull } = issue;
  const base = repo.heads.get(pull.base.ref);
  if (!base || issue.state === 'closed' || factsHold(repo, issue)) return;
  const head = pull.head.sha;
  const facts = await computeFacts(hub, repo, { number: issue.number, head, base });
  if (issue.state === 'open' && pull.head.sha === head) pull.facts = facts;
}

/**
 * Makes sure that mergeability is known before a pull request is shown. With `lazyMergeable` the first look after a
 * move only starts the work, as at GitHub, and shows null.
 */
export async function lookAtPull(hub: Hub, repo: Repo, issue: PullIssue): Promise<void> {
  const first = hub.lazyMergeable && !issue.pull.asked;
  if (first && issue.state === 'open') {
    // After this answer has been rendered, even where git has said all already.
    hub.background(new Promise((resolve) => { setImmediate(resolve); }).then(() => refreshFacts(hub, repo, issue)).then(() => { issue.pull.asked = true; }));
    return;
  }
  await refreshFacts(hub, repo, issue);
}

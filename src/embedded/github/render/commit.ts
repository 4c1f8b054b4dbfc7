import { fullName, nodeId, type Hub } from '../hub.js';
import type { Commit, Signature } from '../git.js';
import type { ChangedFile } from '../gitRead.js';
import type { Repo } from '../state.js';
import { renderAccount, type Json } from './accounts.js';
import { repoPage, repoUrl } from './repo.js';

/** The account behind a commit's e-mail address. */
export function loginOf(hub: Hub, { email, name }: Signature): string | null {
  const fromAddress = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  for (const account of hub.state.accounts.values()) {
    if (account.email === email || account.login === fromAddress || (email === 'noreply@github.com' && account.login === 'web-flow' && name === 'GitHub')) return account.login;
  }
  return null;
}

const person = (hub: Hub, who: Signature): Json | null => { const login = loginOf(hub, who); return login === null ? null : renderAccount(hub, login); };
const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** A commit as lists and statuses have it. */
export function renderCommit(hub: Hub, repo: Repo, commit: Commit): Json {
  const api = repoUrl(hub, repo);
  return {
    sha: commit.sha, node_id: nodeId('Commit', `${String(repo.id)}:${commit.sha}`),
    commit: {
      author: commit.author, committer: commit.committer, message: commit.message, tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`, comment_count: 0, verification,
    },
    url: `${api}/commits/${commit.sha}`, html_url: `${repoPage(hub, repo)}/commit/${commit.sha}`, comments_url: `${api}/commits/${commit.sha}/comments`,
    author: person(hub, commit.author), committer: person(hub, commit.committer),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${repoPage(hub, repo)}/commit/${sha}` })),
  };
}

/** `GET …/git/commits/SHA`. */
export function renderGitCommit(hub: Hub, repo: Repo, commit: Commit): Json {
  const api = repoUrl(hub, repo);
  return {
    sha: commit.sha, node_id: nodeId('Commit', `${String(repo.id)}:${commit.sha}`), url: `${api}/git/commits/${commit.sha}`, html_url: `${repoPage(hub, repo)}/commit/${commit.sha}`,
    author: commit.author, committer: commit.committer, tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` }, message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/git/commits/${sha}`, html_url: `${repoPage(hub, repo)}/commit/${sha}` })), verification,
  };
}

/** A commit inside `push`, `check_suite` and `workflow_run`. */
export function renderPushCommit(hub: Hub, repo: Repo, commit: Commit, files?: readonly ChangedFile[]): Json {
  const name = ({ name, email, date: _ }: Signature, login: string | null) => ({ name, email, ...(login === null ? {} : { username: login }) });
  const names = (status: string) => files?.filter((file) => file.status === status).map(({ path }) => path) ?? [];
  return {
    id: commit.sha, tree_id: commit.tree, distinct: true, message: commit.message, timestamp: commit.author.date, url: `${repoPage(hub, repo)}/commit/${commit.sha}`,
    author: name(commit.author, loginOf(hub, commit.author)), committer: name(commit.committer, loginOf(hub, commit.committer)),
    ...(files ? { added: [...names('added'), ...names('renamed')], removed: [...names('removed'), ...files.flatMap(({ previous }) => (previous === null ? [] : [previous]))], modified: names('modified') } : {}),
  };
}

/** A commit inside `check_suite` and `workflow_run`. */
export const renderHeadCommit = ({ sha, tree, message, author, committer }: Commit): Json => ({
  id: sha, tree_id: tree, message, timestamp: author.date, author: { name: author.name, email: author.email }, committer: { name: committer.name, email: committer.email },
});

/** An entry of `GET …/pulls/N/files`. */
export function renderFile(hub: Hub, repo: Repo, sha: string, file: ChangedFile): Json {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.blob, filename: file.path, status: file.status, additions: file.additions, deletions: file.deletions, changes: file.additions + file.deletions,
    blob_url: `${repoPage(hub, repo)}/blob/${sha}/${path}`, raw_url: `${repoPage(hub, repo)}/raw/${sha}/${path}`, contents_url: `${repoUrl(hub, repo)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }), ...(file.previous === null ? {} : { previous_filename: file.previous }),
  };
}

/** A reference. */
export function renderRef(hub: Hub, repo: Repo, ref: string, sha: string): Json {
  return {
    ref, node_id: nodeId('Ref', `${fullName(repo)}:${ref}`), url: `${repoUrl(hub, repo)}/git/${ref}`,
    object: { type: 'commit', sha, url: `${repoUrl(hub, repo)}/git/commits/${sha}` },
  };
}

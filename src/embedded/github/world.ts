import { readBlob, treeEntry } from './gitRead.js';
import { signatureOf, writeCommit, type Files } from './gitWrite.js';
import { fullName, getIssue, getPull, getRepo, key, notFound, type Hub, type PullIssue } from './hub.js';
import { createPersonalToken } from './auth.js';
import { createComment, deleteComment, editComment } from './mutate/comments.js';
import { rerequestCheckRun, setStatus, type NewStatus } from './mutate/checks.js';
import { addAssignees, closeIssue, createIssue, editText, removeAssignees, reopenIssue, type IssueWish } from './mutate/issues.js';
import { addLabels, createLabel, removeLabel } from './mutate/labels.js';
import { mergePull, type MergeWish } from './mutate/merge.js';
import { addAccount, addOrg, addTeam, install, setMember, setTeamMember, setTeamRepo } from './mutate/orgs.js';
import { changeBase, openPull, requestReviewers, setDraft, unrequestReviewers } from './mutate/pulls.js';
import { moveRef, refMoved } from './mutate/refs.js';
import { addRuleset, createRepo, editRepo, forkRepo, protect, renameRepo, setCollaborator, type NewRepo, type RepoWish } from './mutate/repos.js';
import { addReview, addReviewComment, dismissReview, type NewLineComment, type NewReview } from './mutate/reviews.js';
import { approve, rerun } from './mutate/workflows.js';
import type { Protection, Ruleset, Status } from './state/checks.js';
import type { Comment, Issue, Review, ReviewComment } from './state/issues.js';
import type { Account, App, Installation, Org, OrgRole, Permission, Team, Who } from './state/people.js';
import type { Repo } from './state.js';

export interface Push { readonly branch: string; readonly files: Files; readonly message?: string; /** Where a new branch starts; the default branch's tip unless said. */ readonly from?: string; /** Starts anew from there even if the branch exists, as `git push --force` does. */ readonly force?: true }

export interface OpenPull {
  readonly title: string;
  readonly body?: string;
  /** `branch` or `owner:branch`. */
  readonly head: string;
  readonly base?: string;
  readonly draft?: boolean;
}

/** What one person does; repositories are named `owner/name`. */
export interface Person {
  readonly login: string;
  /** A personal access token, the same one each time. */
  token(): string;
  fork(slug: string): Promise<Repo>;
  /** Commits files to a branch and pushes it; gives the new head. */
  push(slug: string, push: Push): Promise<string>;
  deleteBranch(slug: string, branch: string): Promise<void>;
  openIssue(slug: string, wish: IssueWish): Issue;
  openPull(slug: string, wish: OpenPull): Promise<PullIssue>;
  comment(slug: string, number: number, body: string): Comment;
  editComment(slug: string, id: number, body: string): void;
  deleteComment(slug: string, id: number): void;
  review(slug: string, number: number, review: NewReview): Promise<Review>;
  commentLine(slug: string, number: number, comment: NewLineComment): Promise<ReviewComment>;
  dismissReview(slug: string, number: number, reviewId: number, message: string): void;
  addLabels(slug: string, number: number, ...names: readonly string[]): void;
  removeLabel(slug: string, number: number, name: string): void;
  assign(slug: string, number: number, ...logins: readonly string[]): void;
  unassign(slug: string, number: number, ...logins: readonly string[]): void;
  requestReview(slug: string, number: number, asked: { readonly users?: readonly string[]; readonly teams?: readonly string[] }): void;
  unrequestReview(slug: string, number: number, asked: { readonly users?: readonly string[]; readonly teams?: readonly string[] }): void;
  edit(slug: string, number: number, change: { readonly title?: string; readonly body?: string; readonly base?: string }): Promise<void>;
  setDraft(slug: string, number: number, draft: boolean): void;
  close(slug: string, number: number): void;
  reopen(slug: string, number: number): void;
  merge(slug: string, number: number, wish?: MergeWish): Promise<string>;
  setStatus(slug: string, sha: string, status: NewStatus): Promise<Status>;
  /** Presses "Re-run" at a check run of an App. */
  rerunCheck(slug: string, id: number): void;
  /** Presses "Re-run all jobs" or "Re-run failed jobs". */
  rerunWorkflow(slug: string, id: number, which: 'all' | 'failed'): void;
  approveWorkflow(slug: string, id: number): void;
}

/** Everything that happens in the world around the bot. */
export interface World {
  user(login: string, about?: { readonly name?: string; readonly email?: string }): Account;
  /** Sets somebody's status on GitHub. */
  busy(login: string, busy: boolean): void;
  org(login: string, about?: { readonly admins?: readonly string[]; readonly members?: readonly string[]; readonly defaultPermission?: Permission }): Org;
  member(org: string, login: string, role: OrgRole | null): void;
  team(org: string, name: string, about?: { readonly members?: readonly string[]; readonly parent?: string; readonly repos?: Readonly<Record<string, Permission>> }): Team;
  repo(wish: NewRepo & { readonly labels?: readonly string[]; readonly collaborators?: Readonly<Record<string, Permission>> }): Promise<Repo>;
  editRepo(slug: string, wish: RepoWish): Promise<void>;
  rename(slug: string, name: string): Promise<void>;
  collaborator(slug: string, login: string, permission: Permission | null): void;
  protect(slug: string, branch: string, wish: Partial<Protection> | null): void;
  ruleset(slug: string, wish: Pick<Ruleset, 'name' | 'rules'> & Partial<Ruleset>): Ruleset;
  /** Installs the App on everything an account has. */
  install(account: string): Installation;
  /** Acts as somebody, who comes into being if need be. */
  as(login: string): Person;
  find(slug: string): Repo;
  issue(slug: string, number: number): Issue;
  pull(slug: string, number: number): PullIssue;
  /** A file as a branch has it; undefined when it has none. */
  file(slug: string, branch: string, path: string): Promise<string | undefined>;
}

const staff: Who = { kind: 'user', login: 'ghost' };

/** Commits and pushes as somebody. */
export function pushFiles(hub: Hub, who: Who, repo: Repo, { branch, files, message = 'Change files', from, force }: Push): Promise<string> {
  return hub.git.exclusive(fullName(repo), async () => {
    const before = repo.heads.get(branch) ?? null;
    const start = from === undefined ? undefined : (repo.heads.get(from) ?? from);
    const parent = (force ? start : (before ?? start)) ?? repo.heads.get(repo.defaultBranch);
    const after = await writeCommit(hub, repo, { branch, parent, files, message, author: signatureOf(hub, who.login) });
    await refMoved(hub, who, repo, { ref: `refs/heads/${branch}`, before, after });
    return after;
  });
}

function createPerson(hub: Hub, login: string): Person {
  const who: Who = { kind: 'user', login };
  const find = (slug: string): Repo => { const [owner = '', name = ''] = slug.split('/'); return getRepo(hub, owner, name); };
  const on = (slug: string, number: number) => { const repo = find(slug); return { repo, issue: getIssue(repo, number) }; };
  const onPull = (slug: string, number: number) => { const repo = find(slug); return { repo, issue: getPull(repo, number) }; };
  const run = (slug: string, id: number) => {
    const repo = find(slug);
    const found = repo.workflowRuns.find((one) => one.id === id);
    if (!found) throw notFound();
    return { repo, run: found };
  };
  return {
    login,
    token() {
      for (const token of hub.state.tokens.values()) if (token.kind === 'personal' && key(token.login) === key(login)) return token.value;
      return createPersonalToken(hub, login);
    },
    fork: (slug) => forkRepo(hub, who, find(slug), { owner: login }),
    push: (slug, push) => pushFiles(hub, who, find(slug), push),
    deleteBranch: (slug, branch) => moveRef(hub, who, find(slug), `refs/heads/${branch}`, null),
    openIssue: (slug, wish) => createIssue(hub, who, find(slug), wish),
    openPull(slug, wish) { const repo = find(slug); return openPull(hub, who, repo, { base: repo.defaultBranch, ...wish }); },
    comment(slug, number, body) { const { repo, issue } = on(slug, number); return createComment(hub, who, repo, issue, body); },
    editComment(slug, id, body) { editComment(hub, who, find(slug), id, body); },
    deleteComment(slug, id) { deleteComment(hub, who, find(slug), id); },
    review(slug, number, review) { const { repo, issue } = onPull(slug, number); return addReview(hub, who, repo, issue, review); },
    commentLine(slug, number, comment) { const { repo, issue } = onPull(slug, number); return addReviewComment(hub, who, repo, issue, comment); },
    dismissReview(slug, number, reviewId, message) {
      const { repo, issue } = onPull(slug, number);
      const review = issue.pull.reviews.find(({ id }) => id === reviewId);
      if (!review) throw notFound();
      dismissReview(hub, who, repo, issue, review, message);
    },
    addLabels(slug, number, ...names) { const { repo, issue } = on(slug, number); addLabels(hub, who, repo, issue, names); },
    removeLabel(slug, number, name) { const { repo, issue } = on(slug, number); removeLabel(hub, who, repo, issue, name); },
    assign(slug, number, ...logins) { const { repo, issue } = on(slug, number); addAssignees(hub, who, repo, issue, logins); },
    unassign(slug, number, ...logins) { const { repo, issue } = on(slug, number); removeAssignees(hub, who, repo, issue, logins); },
    requestReview(slug, number, { users = [], teams = [] }) { const { repo, issue } = onPull(slug, number); requestReviewers(hub, who, repo, issue, { users, teams }); },
    unrequestReview(slug, number, { users = [], teams = [] }) { const { repo, issue } = onPull(slug, number); unrequestReviewers(hub, who, repo, issue, { users, teams }); },
    async edit(slug, number, { base, ...text }) {
      const { repo, issue } = on(slug, number);
      editText(hub, who, repo, issue, text);
      if (base !== undefined) await changeBase(hub, who, repo, getPull(repo, number), base);
    },
    setDraft(slug, number, draft) { const { repo, issue } = onPull(slug, number); setDraft(hub, who, repo, issue, draft); },
    close(slug, number) { const { repo, issue } = on(slug, number); closeIssue(hub, who, repo, issue); },
    reopen(slug, number) { const { repo, issue } = on(slug, number); reopenIssue(hub, who, repo, issue); },
    merge(slug, number, wish = {}) { const { repo, issue } = onPull(slug, number); return mergePull(hub, who, repo, issue, wish); },
    setStatus: (slug, sha, status) => setStatus(hub, who, find(slug), sha, status),
    rerunCheck(slug, id) {
      const repo = find(slug);
      const check = repo.checkRuns.find((one) => one.id === id);
      if (!check) throw notFound();
      rerequestCheckRun(hub, who, repo, check);
    },
    rerunWorkflow(slug, id, which) { const found = run(slug, id); rerun(hub, who, found.repo, found.run, which); },
    approveWorkflow(slug, id) { const found = run(slug, id); approve(hub, who, found.repo, found.run); },
  };
}

/** The people of an embedded GitHub and what they can do; `app` is the one that `install` installs. */
export function createWorld(hub: Hub, { app }: { readonly app: App }): World {
  const find = (slug: string): Repo => { const [owner = '', name = ''] = slug.split('/'); return getRepo(hub, owner, name); };
  const getOrg = (login: string): Org => { const org = hub.state.orgs.get(key(login)); if (!org) throw new Error(`no organisation ${login}`); return org; };
  return {
    find,
    user: (login, about = {}) => addAccount(hub, login, about),
    busy(login, busy) { addAccount(hub, login).busy = busy; },
    org(login, { admins = [], members = [], defaultPermission = 'read' } = {}) {
      const org = addOrg(hub, login, { defaultPermission });
      for (const [role, logins] of [['admin', admins], ['member', members]] as const) for (const one of logins) { addAccount(hub, one); setMember(hub, staff, org, one, role); }
      return org;
    },
    member(org, login, role) { addAccount(hub, login); setMember(hub, staff, getOrg(org), login, role); },
    team(login, name, { members = [], parent, repos = {} } = {}) {
      const org = getOrg(login);
      const team = addTeam(hub, staff, org, { name, ...(parent === undefined ? {} : { parent }) });
      for (const one of members) { addAccount(hub, one); setTeamMember(hub, staff, org, team, one, 'member'); }
      for (const [slug, permission] of Object.entries(repos)) setTeamRepo(hub, staff, org, team, find(slug).id, permission);
      return team;
    },
    async repo({ labels = [], collaborators = {}, ...wish }) {
      if (!hub.state.orgs.has(key(wish.owner))) addAccount(hub, wish.owner);
      const repo = await createRepo(hub, staff, wish);
      for (const name of labels) createLabel(hub, staff, repo, { name });
      for (const [login, permission] of Object.entries(collaborators)) { addAccount(hub, login); setCollaborator(hub, staff, repo, login, permission); }
      return repo;
    },
    editRepo: (slug, wish) => editRepo(hub, staff, find(slug), wish),
    rename: (slug, name) => renameRepo(hub, staff, find(slug), name),
    collaborator(slug, login, permission) { addAccount(hub, login); setCollaborator(hub, staff, find(slug), login, permission); },
    protect(slug, branch, wish) { protect(hub, staff, find(slug), branch, wish); },
    ruleset: (slug, wish) => addRuleset(hub, staff, find(slug), wish),
    install: (account) => install(hub, staff, app, account),
    as(login) { addAccount(hub, login); return createPerson(hub, login); },
    issue: (slug, number) => getIssue(find(slug), number),
    pull: (slug, number) => getPull(find(slug), number),
    async file(slug, branch, path) {
      const repo = find(slug);
      const sha = repo.heads.get(branch);
      const entry = sha === undefined ? undefined : await treeEntry(hub, repo, sha, path);
      return entry?.type === 'blob' ? (await readBlob(hub, repo, entry.sha)).toString('utf8') : undefined;
    },
  };
}

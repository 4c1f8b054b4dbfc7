import { fullName, key, nodeId, type Hub } from '../hub.js';
import { atLeast, permissionOf } from '../permissions.js';
import type { Label, Milestone } from '../state/issues.js';
import type { Permission } from '../state/people.js';
import type { Repo } from '../state.js';
import { renderAccount, renderOrgShort, type Json } from './accounts.js';

export const repoUrl = (hub: Hub, repo: Repo): string => `${hub.urls.api}/repos/${fullName(repo)}`;
export const repoPage = (hub: Hub, repo: Repo): string => `${hub.urls.web}/${fullName(repo)}`;

const parts = {
  forks: '/forks', keys: '/keys{/key_id}', collaborators: '/collaborators{/collaborator}', teams: '/teams', hooks: '/hooks', issue_events: '/issues/events{/number}', events: '/events',
  assignees: '/assignees{/user}', branches: '/branches{/branch}', tags: '/tags', blobs: '/git/blobs{/sha}', git_tags: '/git/tags{/sha}', git_refs: '/git/refs{/sha}', trees: '/git/trees{/sha}',
  statuses: '/statuses/{sha}', languages: '/languages', stargazers: '/stargazers', contributors: '/contributors', subscribers: '/subscribers', subscription: '/subscription',
  commits: '/commits{/sha}', git_commits: '/git/commits{/sha}', comments: '/comments{/number}', issue_comment: '/issues/comments{/number}', contents: '/contents/{+path}',
  compare: '/compare/{base}...{head}', merges: '/merges', archive: '/{archive_format}{/ref}', downloads: '/downloads', issues: '/issues{/number}', pulls: '/pulls{/number}',
  milestones: '/milestones{/number}', notifications: '/notifications{?since,all,participating}', labels: '/labels{/name}', releases: '/releases{/id}', deployments: '/deployments',
} as const;

/** The short form, as check runs and workflow runs have it. */
export function renderRepoShort(hub: Hub, repo: Repo): Json {
  const url = repoUrl(hub, repo);
  return {
    id: repo.id, node_id: nodeId('Repository', repo.id), name: repo.name, full_name: fullName(repo), private: repo.private, owner: renderAccount(hub, repo.owner),
    html_url: repoPage(hub, repo), description: repo.description, fork: repo.forkOf !== null, url, ...Object.fromEntries(Object.entries(parts).map(([name, path]) => [`${name}_url`, `${url}${path}`])),
  };
}

/** A repository as webhooks and lists have it. */
export function renderRepo(hub: Hub, repo: Repo): Json {
  const host = hub.urls.web.replace(/^https?:\/\//, '');
  const forks = [...hub.state.repos.values()].filter(({ forkOf }) => forkOf === repo.id).length;
  const open = [...repo.issues.values()].filter(({ state }) => state === 'open').length;
  return {
    ...renderRepoShort(hub, repo), created_at: repo.createdAt, updated_at: repo.updatedAt, pushed_at: repo.pushedAt, git_url: `git://${host}/${fullName(repo)}.git`,
    ssh_url: `git@${host}:${fullName(repo)}.git`, clone_url: `${hub.urls.git}/${fullName(repo)}.git`, svn_url: repoPage(hub, repo), homepage: null, size: 0, stargazers_count: 0, watchers_count: 0,
    language: null, has_issues: repo.hasIssues, has_projects: true, has_downloads: true, has_wiki: true, has_pages: false, has_discussions: false, forks_count: forks, mirror_url: null,
    archived: repo.archived, disabled: false, open_issues_count: open, license: null, allow_forking: true, is_template: false, web_commit_signoff_required: false,
    topics: repo.topics, visibility: repo.private ? 'private' : 'public', forks, open_issues: open, watchers: 0, default_branch: repo.defaultBranch, custom_properties: {},
  };
}

const rights = { admin: 'admin', maintain: 'maintain', push: 'write', triage: 'triage', pull: 'read' } as const;

/** The five flags that stand for a permission. */
export const renderRights = (permission: Permission): Json => Object.fromEntries(Object.entries(rights).map(([flag, needed]) => [flag, atLeast(permission, needed)]));

/** `GET /repos/O/R`, as somebody sees it. */
export function renderRepoFull(hub: Hub, repo: Repo, login: string): Json {
  const org = hub.state.orgs.get(key(repo.owner));
  const parent = repo.forkOf === null ? undefined : hub.state.repos.get(repo.forkOf);
  return {
    ...renderRepo(hub, repo), permissions: renderRights(permissionOf(hub.state, repo, login)), allow_merge_commit: repo.methods.merge, allow_squash_merge: repo.methods.squash,
    allow_rebase_merge: repo.methods.rebase, allow_auto_merge: false, allow_update_branch: false, delete_branch_on_merge: repo.deleteBranchOnMerge, use_squash_pr_title_as_default: false,
    squash_merge_commit_message: 'COMMIT_MESSAGES', squash_merge_commit_title: 'COMMIT_OR_PR_TITLE', merge_commit_message: 'PR_TITLE', merge_commit_title: 'MERGE_MESSAGE',
    temp_clone_token: null, network_count: 0, subscribers_count: 0, ...(org ? { organization: { ...renderAccount(hub, repo.owner), ...renderOrgShort(hub, org) } } : {}),
    ...(parent ? { parent: renderRepo(hub, parent), source: renderRepo(hub, parent) } : {}),
  };
}

export function renderLabel(hub: Hub, repo: Repo, label: Label): Json {
  return {
    id: label.id, node_id: nodeId('Label', label.id), url: `${repoUrl(hub, repo)}/labels/${encodeURIComponent(label.name)}`, name: label.name, color: label.color, default: false,
    description: label.description,
  };
}

export function renderMilestone(hub: Hub, repo: Repo, milestone: Milestone): Json {
  const inIt = [...repo.issues.values()].filter((issue) => issue.milestone === milestone);
  const url = `${repoUrl(hub, repo)}/milestones/${String(milestone.number)}`;
  return {
    url, html_url: `${repoPage(hub, repo)}/milestone/${String(milestone.number)}`, labels_url: `${url}/labels`, id: milestone.id, node_id: nodeId('Milestone', milestone.id),
    number: milestone.number, title: milestone.title, description: milestone.description, creator: renderAccount(hub, milestone.creator),
    open_issues: inIt.filter(({ state }) => state === 'open').length, closed_issues: inIt.filter(({ state }) => state === 'closed').length, state: milestone.state,
    created_at: milestone.createdAt, updated_at: milestone.updatedAt, due_on: milestone.dueOn, closed_at: milestone.closedAt,
  };
}

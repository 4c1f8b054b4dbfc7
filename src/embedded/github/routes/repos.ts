import { ApiError, findAccount, getAccount, invalid, key, notFound } from '../hub.js';
import { createRepo, editRepo, forkRepo, renameRepo, setCollaborator } from '../mutate/repos.js';
import { canSee, isCollaborator, permissionOf } from '../permissions.js';
import { renderAccount, renderTeam } from '../render/accounts.js';
import { renderRepo, renderRepoFull, renderRights, repoUrl } from '../render/repo.js';
import type { Permission } from '../state/people.js';
import type { Repo } from '../state.js';
import { empty, fields, json, list, need, repoRoute, required, route, type Answer, type Ask, type Fields, type RepoAsk, type Route } from './route.js';

const read = { access: need('metadata=read') } as const;
const change = { access: need('administration=write'), right: 'admin' } as const;

const shown = (ask: Ask, repo: Repo) => renderRepoFull(ask.hub, repo, ask.who.login);

/** GitHub's words for permissions in bodies: `pull` is `read`, `push` is `write`. */
export function permissionIn(body: Fields, fallback: Permission): Permission {
  const word = body.text('permission') ?? body.text('permissions');
  if (word === undefined) return fallback;
  const known: Readonly<Record<string, Permission>> = { pull: 'read', read: 'read', triage: 'triage', push: 'write', write: 'write', maintain: 'maintain', admin: 'admin' };
  const found = known[word];
  if (!found) throw invalid([{ resource: 'Permission', code: 'invalid', field: 'permission', value: word }]);
  return found;
}

/** In `permission` the five become four: `triage` reads, `maintain` writes; `role_name` keeps them apart. */
const legacy: Readonly<Record<Permission, string>> = { none: 'none', read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' };

function person(ask: RepoAsk): { login: string; permission: Permission } {
  const account = findAccount(ask.hub, ask.params.user ?? '');
  if (!account) throw new ApiError(404, `${ask.params.user ?? ''} is not a user`);
  return { login: account.login, permission: permissionOf(ask.hub.state, ask.repo, account.login) };
}

function collaborators(ask: RepoAsk): readonly string[] {
  const { hub, repo } = ask;
  const direct = ask.query.get('affiliation') === 'direct' || ask.query.get('affiliation') === 'outside';
  return [...hub.state.accounts.values()].filter(({ login, type }) => type === 'User' && (direct ? repo.collaborators.has(key(login)) : isCollaborator(hub.state, repo, login))).map(({ login }) => login);
}

async function create(ask: Ask, owner: string): Promise<Answer> {
  const body = fields(ask.body);
  const repo = await createRepo(ask.hub, ask.who, {
    owner, name: required('Repository', 'name', body.text('name')), description: body.maybe('description'), private: body.flag('private'), ...(body.flag('auto_init') ? { files: { 'README.md': `# ${body.text('name') ?? ''}\n` } } : {}),
  });
  return json(shown(ask, repo), 201);
}

export const repoRoutes: readonly Route[] = [
  route('POST', '/user/repos', { kind: 'user' }, (ask) => create(ask, ask.who.login)),
  route('GET', '/user/repos', { kind: 'user' }, (ask) => list([...ask.hub.state.repos.values()].filter((repo) => key(repo.owner) === key(ask.who.login) || isCollaborator(ask.hub.state, repo, ask.who.login)), (repo) => shown(ask, repo))),
  route('GET', '/orgs/:org/repos', need('metadata=read'), (ask) => {
    const owner = getAccount(ask.hub, ask.params.org ?? '');
    return list([...ask.hub.state.repos.values()].filter((repo) => key(repo.owner) === key(owner.login) && canSee(ask.hub.state, ask.who, repo)), (repo) => ({ ...renderRepo(ask.hub, repo), permissions: renderRights(permissionOf(ask.hub.state, repo, ask.who.login)) }));
  }),
  route('POST', '/orgs/:org/repos', need('administration=write'), (ask) => create(ask, getAccount(ask.hub, ask.params.org ?? '').login)),
  repoRoute('GET', '', read, (ask) => json(shown(ask, ask.repo))),
  repoRoute('PATCH', '', change, async (ask) => {
    const body = fields(ask.body);
    await editRepo(ask.hub, ask.who, ask.repo, {
      description: body.maybe('description'), private: body.flag('private'), archived: body.flag('archived'), defaultBranch: body.text('default_branch'), hasIssues: body.flag('has_issues'),
      merge: body.flag('allow_merge_commit'), squash: body.flag('allow_squash_merge'), rebase: body.flag('allow_rebase_merge'), deleteBranchOnMerge: body.flag('delete_branch_on_merge'),
    });
    const name = body.text('name');
    if (name !== undefined && name !== ask.repo.name) await renameRepo(ask.hub, ask.who, ask.repo, name);
    return json(shown(ask, ask.repo));
  }),
  repoRoute('POST', '/forks', { access: need('administration=write') }, async (ask) => {
    const body = fields(ask.body);
    const name = body.text('name');
    const fork = await forkRepo(ask.hub, ask.who, ask.repo, { owner: getAccount(ask.hub, body.text('organization') ?? ask.who.login).login, ...(name === undefined ? {} : { name }) });
    return json(shown(ask, fork), 202);
  }),
  repoRoute('GET', '/forks', read, (ask) => list([...ask.hub.state.repos.values()].filter(({ forkOf }) => forkOf === ask.repo.id), (repo) => renderRepo(ask.hub, repo))),
  repoRoute('GET', '/topics', read, (ask) => json({ names: ask.repo.topics })),
  repoRoute('GET', '/languages', read, () => json({})),
  repoRoute('GET', '/teams', { access: need('administration=read'), right: 'write' }, (ask) => {
    const org = ask.hub.state.orgs.get(key(ask.repo.owner));
    const teams = org ? [...org.teams.values()].flatMap((team) => { const permission = team.repos.get(ask.repo.id); return permission ? [{ org, team, permission }] : []; }) : [];
    return list(teams, ({ org: of, team, permission }) => ({ ...renderTeam(ask.hub, of, team), permission: permission === 'read' ? 'pull' : permission === 'write' ? 'push' : permission, permissions: renderRights(permission) }));
  }),
  repoRoute('GET', '/collaborators', { ...read, right: 'write' }, (ask) => list(collaborators(ask), (login) => {
    const permission = permissionOf(ask.hub.state, ask.repo, login);
    return { ...renderAccount(ask.hub, login), permissions: renderRights(permission), role_name: permission };
  })),
  repoRoute('GET', '/collaborators/:user/permission', read, (ask) => {
    const { login, permission } = person(ask);
    return json({ permission: legacy[permission], role_name: permission, user: { ...renderAccount(ask.hub, login), permissions: renderRights(permission), role_name: permission } });
  }),
  repoRoute('GET', '/collaborators/:user', { ...read, right: 'write' }, (ask) => {
    if (!findAccount(ask.hub, ask.params.user ?? '') || !isCollaborator(ask.hub.state, ask.repo, ask.params.user ?? '')) throw notFound();
    return empty();
  }),
  repoRoute('PUT', '/collaborators/:user', change, (ask) => {
    const { login } = person(ask);
    const known = ask.repo.collaborators.has(key(login));
    const permission = permissionIn(fields(ask.body), 'write');
    setCollaborator(ask.hub, ask.who, ask.repo, login, permission);
    if (known) return empty();
    const url = `${repoUrl(ask.hub, ask.repo)}/invitations/1`;
    return json({
      id: 1, node_id: 'RI_1', repository: renderRepo(ask.hub, ask.repo), invitee: renderAccount(ask.hub, login), inviter: renderAccount(ask.hub, ask.who.login), permissions: permission,
      created_at: ask.repo.updatedAt, expired: false, url, html_url: url,
    }, 201);
  }),
  repoRoute('DELETE', '/collaborators/:user', change, (ask) => {
    setCollaborator(ask.hub, ask.who, ask.repo, person(ask).login, null);
    return empty();
  }),
  // Invitations are taken at once here, so none is ever open.
  repoRoute('GET', '/invitations', { access: need('administration=read'), right: 'admin' }, () => list([], (one) => one)),
];

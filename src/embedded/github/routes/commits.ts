import { ApiError, fullName, isPull, key, notFound } from '../hub.js';
import { changedFiles, emptyTree, listCommits, listRefs, listTree, mergeBaseOf, readBlob, readCommit, resolveCommit, treeEntry, type TreeEntry } from '../gitRead.js';
import { signatureOf, writeCommit } from '../gitWrite.js';
import { moveRef, refMoved } from '../mutate/refs.js';
import { renderCommit, renderFile, renderGitCommit, renderRef } from '../render/commit.js';
import { renderPullShort } from '../render/pull.js';
import { repoPage, repoUrl } from '../render/repo.js';
import type { Commit } from '../git.js';
import { empty, fields, json, list, need, repoRoute, required, type Answer, type RepoAsk, type Route } from './route.js';

const read = { access: need('contents=read') } as const;
const write = { access: need('contents=write'), right: 'write' } as const;

/** The commit that a path or a query names. */
export async function commitAt({ hub, repo }: RepoAsk, ref: string): Promise<Commit> {
  const sha = await resolveCommit(hub, repo, ref);
  const commit = sha === undefined ? undefined : await readCommit(hub, repo, sha);
  if (!commit) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return commit;
}

async function detailed(ask: RepoAsk, commit: Commit): Promise<unknown> {
  const files = await changedFiles(ask.hub, ask.repo, commit.parents[0] ?? emptyTree, commit.sha);
  const sum = (name: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[name], 0);
  const stats = { total: sum('additions') + sum('deletions'), additions: sum('additions'), deletions: sum('deletions') };
  return { ...renderCommit(ask.hub, ask.repo, commit), stats, files: files.map((file) => renderFile(ask.hub, ask.repo, commit.sha, file)) };
}

/** A side of a comparison: a reference, or `owner:branch` of a fork, whose commits are here once a pull request has brought them. */
async function endOf({ hub, repo }: RepoAsk, text: string): Promise<string | undefined> {
  const cut = text.indexOf(':');
  if (cut < 0 || key(text.slice(0, cut)) === key(repo.owner)) return resolveCommit(hub, repo, text.slice(cut + 1));
  const fork = [...hub.state.repos.values()].find((one) => key(one.owner) === key(text.slice(0, cut)) && (one.forkOf === repo.id || one.id === repo.forkOf));
  const sha = fork?.heads.get(text.slice(cut + 1));
  return sha === undefined ? undefined : resolveCommit(hub, repo, sha);
}

async function compare(ask: RepoAsk): Promise<Answer> {
  const { hub, repo } = ask;
  const [left = '', right = ''] = (ask.params.basehead ?? '').split('...');
  const [base, head] = await Promise.all([endOf(ask, left), endOf(ask, right)]);
  const mergeBase = base && head ? await mergeBaseOf(hub, repo, base, head) : undefined;
  if (!base || !head || !mergeBase) throw notFound();
  const [ahead, behind, files, first, common] = await Promise.all([
    listCommits(hub, repo, ['--reverse', `${base}..${head}`]), listCommits(hub, repo, [`${head}..${base}`]), changedFiles(hub, repo, mergeBase, head), commitAt(ask, base), commitAt(ask, mergeBase),
  ]);
  const status = ahead.length && behind.length ? 'diverged' : ahead.length ? 'ahead' : behind.length ? 'behind' : 'identical';
  const page = `${repoPage(hub, repo)}/compare/${left}...${right}`;
  return json({
    url: `${repoUrl(hub, repo)}/compare/${left}...${right}`, html_url: page, permalink_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch`, base_commit: renderCommit(hub, repo, first),
    merge_base_commit: renderCommit(hub, repo, common), status, ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length,
    commits: ahead.slice(0, 250).map((one) => renderCommit(hub, repo, one)), files: files.slice(0, 300).map((file) => renderFile(hub, repo, head, file)),
  });
}

function entry({ hub, repo }: RepoAsk, ref: string, path: string, one: TreeEntry): Record<string, unknown> {
  const at = path.split('/').map(encodeURIComponent).join('/');
  const url = `${repoUrl(hub, repo)}/contents/${at}?ref=${ref}`;
  const folder = one.type === 'tree';
  const page = `${repoPage(hub, repo)}/${folder ? 'tree' : 'blob'}/${ref}/${at}`;
  const git = `${repoUrl(hub, repo)}/git/${folder ? 'trees' : 'blobs'}/${one.sha}`;
  return {
    name: path.split('/').at(-1) ?? path, path, sha: one.sha, size: one.size ?? 0, url, html_url: page, git_url: git, download_url: folder ? null : `${repoPage(hub, repo)}/raw/${ref}/${at}`,
    type: folder ? 'dir' : one.mode === '120000' ? 'symlink' : one.type === 'commit' ? 'submodule' : 'file', _links: { self: url, git, html: page },
  };
}

async function contents(ask: RepoAsk): Promise<Answer> {
  const { hub, repo } = ask;
  const ref = ask.query.get('ref') ?? repo.defaultBranch;
  const sha = await resolveCommit(hub, repo, ref);
  if (!sha) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = (ask.params.path ?? '').replace(/^\/+|\/+$/g, '');
  const found = path === '' ? undefined : await treeEntry(hub, repo, sha, path);
  if (path !== '' && !found) throw notFound();
  if (!found || found.type === 'tree') {
    const inside = (await listTree(hub, repo, path === '' ? sha : `${sha}:${path}`)) ?? [];
    return json(inside.map((one) => entry(ask, ref, path === '' ? one.path : `${path}/${one.path}`, one)));
  }
  const content = await readBlob(hub, repo, found.sha);
  if (/vnd\.github\.(v3\.)?raw/.test(ask.accept)) return { kind: 'text', status: 200, type: 'application/vnd.github.raw+json; charset=utf-8', body: content.toString('utf8') };
  const lines = content.toString('base64').replace(/.{60}/g, '$&\n');
  return json({ ...entry(ask, ref, path, found), content: lines === '' ? '' : `${lines}\n`, encoding: 'base64' });
}

async function putContents(ask: RepoAsk, remove: boolean): Promise<Answer> {
  const { hub, repo, who } = ask;
  const body = fields(ask.body);
  const branch = body.text('branch') ?? ask.query.get('branch') ?? repo.defaultBranch;
  const path = ask.params.path ?? '';
  return hub.git.exclusive(fullName(repo), async () => {
    const before = repo.heads.get(branch) ?? null;
    if (before === null && repo.heads.size) throw new ApiError(404, `Branch ${branch} not found`);
    const old = before === null ? undefined : await treeEntry(hub, repo, before, path);
    const given = body.text('sha') ?? ask.query.get('sha') ?? undefined;
    if (old && given === undefined) throw new ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
    if (given !== undefined && old?.sha !== given) throw new ApiError(409, `${path} does not match ${given}`);
    if (remove && !old) throw notFound();
    const content = remove ? null : Buffer.from(required('Content', 'content', body.text('content')), 'base64');
    const after = await writeCommit(hub, repo, { branch, parent: before ?? undefined, files: { [path]: content }, message: body.text('message') ?? `Update ${path}`, author: signatureOf(hub, who.login) });
    await refMoved(hub, who, repo, { ref: `refs/heads/${branch}`, before, after });
    const now = remove ? undefined : await treeEntry(hub, repo, after, path);
    return json({ content: now ? entry(ask, branch, path, now) : null, commit: renderGitCommit(hub, repo, await commitAt(ask, after)) }, old ? 200 : 201);
  });
}

async function refs(ask: RepoAsk, prefix: string): Promise<Answer> {
  const all = [...(await listRefs(ask.hub, ask.repo))].filter(([ref]) => ref.startsWith(`refs/${prefix}`));
  return list(all, ([ref, sha]) => renderRef(ask.hub, ask.repo, ref, sha));
}

export const commitRoutes: readonly Route[] = [
  repoRoute('GET', '/commits', read, async (ask) => {
    const from = (await resolveCommit(ask.hub, ask.repo, ask.query.get('sha') ?? ask.repo.defaultBranch));
    if (!from) throw ask.repo.heads.size ? notFound() : new ApiError(409, 'Git Repository is empty.');
    const path = ask.query.get('path') ?? undefined;
    return list(await listCommits(ask.hub, ask.repo, [from], path === undefined ? {} : { path }), (one) => renderCommit(ask.hub, ask.repo, one));
  }),
  repoRoute('GET', '/commits/:sha/pulls', { access: need('pull_requests=read') }, async (ask) => {
    const { sha } = await commitAt(ask, ask.params.sha ?? '');
    return list([...ask.repo.issues.values()].filter(isPull).filter(({ pull }) => pull.head.sha === sha || pull.mergeCommit === sha), (issue) => renderPullShort(ask.hub, ask.repo, issue));
  }),
  repoRoute('GET', '/commits/*sha', read, async (ask) => {
    const commit = await commitAt(ask, ask.params.sha ?? '');
    if (/vnd\.github\.(v3\.)?sha/.test(ask.accept)) return { kind: 'text', status: 200, type: 'application/vnd.github.sha; charset=utf-8', body: commit.sha };
    if (/vnd\.github\.(v3\.)?diff/.test(ask.accept)) return { kind: 'text', status: 200, type: 'application/vnd.github.diff; charset=utf-8', body: await ask.hub.git.run(fullName(ask.repo), ['diff', commit.parents[0] ?? emptyTree, commit.sha]) };
    return json(await detailed(ask, commit));
  }),
  repoRoute('GET', '/compare/*basehead', read, compare),
  repoRoute('GET', '/contents', read, contents),
  repoRoute('GET', '/contents/*path', read, contents),
  repoRoute('PUT', '/contents/*path', write, (ask) => putContents(ask, false)),
  repoRoute('DELETE', '/contents/*path', write, (ask) => putContents(ask, true)),
  repoRoute('GET', '/git/commits/:sha', read, async (ask) => json(renderGitCommit(ask.hub, ask.repo, await commitAt(ask, ask.params.sha ?? '')))),
  repoRoute('GET', '/git/trees/*sha', read, async (ask) => {
    const { hub, repo } = ask;
    const wanted = ask.params.sha ?? '';
    const commit = await resolveCommit(hub, repo, wanted);
    const recursive = ask.query.has('recursive');
    const tree = commit ? ((await readCommit(hub, repo, commit))?.tree ?? commit) : wanted;
    const entries = /^[\w./-]+$/.test(tree) && !tree.startsWith('-') ? await listTree(hub, repo, tree, { recursive }) : undefined;
    if (!entries) throw notFound();
    const url = `${repoUrl(hub, repo)}/git`;
    const shown = entries.map(({ mode, type, sha, size, path }) => ({ path, mode, type, sha, ...(size === null ? {} : { size }), url: `${url}/${type === 'tree' ? 'trees' : 'blobs'}/${sha}` }));
    return json({ sha: tree, url: `${url}/trees/${tree}`, tree: shown, truncated: false });
  }),
  repoRoute('GET', '/git/blobs/:sha', read, async (ask) => {
    const sha = ask.params.sha ?? '';
    if (!/^[0-9a-f]{40}$/.test(sha)) throw notFound();
    const content = await readBlob(ask.hub, ask.repo, sha).catch(() => undefined);
    if (!content) throw notFound();
    return json({ sha, node_id: `B_${sha}`, size: content.length, url: `${repoUrl(ask.hub, ask.repo)}/git/blobs/${sha}`, content: content.toString('base64'), encoding: 'base64' });
  }),
  repoRoute('GET', '/git/ref/*ref', read, async (ask) => {
    const ref = `refs/${ask.params.ref ?? ''}`;
    const sha = (await listRefs(ask.hub, ask.repo)).get(ref);
    if (!sha) throw notFound();
    return json(renderRef(ask.hub, ask.repo, ref, sha));
  }),
  repoRoute('GET', '/git/matching-refs/*ref', read, (ask) => refs(ask, ask.params.ref ?? '')),
  // Beside the exact one GitHub once gave those that begin alike; clients still expect either.
  repoRoute('GET', '/git/refs/*ref', read, async (ask) => {
    const ref = `refs/${ask.params.ref ?? ''}`;
    const sha = (await listRefs(ask.hub, ask.repo)).get(ref);
    if (!sha) throw notFound();
    return json(renderRef(ask.hub, ask.repo, ref, sha));
  }),
  repoRoute('GET', '/git/refs', read, (ask) => refs(ask, '')),
  repoRoute('POST', '/git/refs', write, async (ask) => {
    const body = fields(ask.body);
    const ref = required('Reference', 'ref', body.text('ref'));
    const { sha } = await commitAt(ask, required('Reference', 'sha', body.text('sha'))).catch(() => { throw new ApiError(422, 'Object does not exist'); });
    if (!/^refs\/(heads|tags)\/[\w./+-]+$/.test(ref)) throw new ApiError(422, "Reference name is not properly formatted");
    return ask.hub.git.exclusive(fullName(ask.repo), async () => {
      if ((await listRefs(ask.hub, ask.repo)).has(ref)) throw new ApiError(422, 'Reference already exists');
      await moveRef(ask.hub, ask.who, ask.repo, ref, sha);
      return json(renderRef(ask.hub, ask.repo, ref, sha), 201);
    });
  }),
  repoRoute('PATCH', '/git/refs/*ref', write, async (ask) => {
    const body = fields(ask.body);
    const ref = `refs/${ask.params.ref ?? ''}`;
    const { sha } = await commitAt(ask, required('Reference', 'sha', body.text('sha')));
    return ask.hub.git.exclusive(fullName(ask.repo), async () => {
      const now = (await listRefs(ask.hub, ask.repo)).get(ref);
      if (!now) throw new ApiError(422, 'Reference does not exist');
      if (!body.flag('force') && (await mergeBaseOf(ask.hub, ask.repo, now, sha)) !== now) throw new ApiError(422, 'Update is not a fast forward');
      await moveRef(ask.hub, ask.who, ask.repo, ref, sha);
      return json(renderRef(ask.hub, ask.repo, ref, sha));
    });
  }),
  repoRoute('DELETE', '/git/refs/*ref', write, async (ask) => {
    const ref = `refs/${ask.params.ref ?? ''}`;
    return ask.hub.git.exclusive(fullName(ask.repo), async () => {
      if (!(await listRefs(ask.hub, ask.repo)).has(ref)) throw new ApiError(422, 'Reference does not exist');
      await moveRef(ask.hub, ask.who, ask.repo, ref, null);
      return empty();
    });
  }),
  repoRoute('GET', '/tags', read, async (ask) => {
    const tags = [...(await listRefs(ask.hub, ask.repo))].filter(([ref]) => ref.startsWith('refs/tags/'));
    const url = repoUrl(ask.hub, ask.repo);
    return list(tags, ([ref, sha]) => {
      const name = ref.slice(10);
      return { name, zipball_url: `${url}/zipball/${ref}`, tarball_url: `${url}/tarball/${ref}`, commit: { sha, url: `${url}/commits/${sha}` }, node_id: `REF_${name}` };
    });
  }),
];


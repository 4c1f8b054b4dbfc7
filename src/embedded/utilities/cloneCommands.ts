import type { CloneRefs, PullToMerge } from './refs.js';

/** A git command of a clone; a fetch is tried again when it fails. */
export interface GitCommand {
  readonly args: readonly string[];
  readonly kind: 'once' | 'fetch';
  /** Place of the merge among the merges: its commit gets the time of the base plus so many seconds. */
  readonly merge?: number;
}

export interface CloneSettings {
  readonly userName: string;
  readonly userEmail: string;
  readonly cookieFile: string;
  /** User and password for git over HTTP; a token alone is `<token>:x-oauth-basic`. */
  readonly login: Readonly<{ user: string; password: string }> | undefined;
}

/** Where a repository is cloned from, with the login in it where the address takes one (jobs 5.2). */
export function cloneUri({ cloneUri: given, repoLink, org, repo }: CloneRefs, { login }: Pick<CloneSettings, 'login'>): string {
  const uri = given || (repoLink ? `${repoLink}.git` : `https://github.com/${org}/${repo}.git`);
  if (!login || !/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return uri;
  const url = new URL(uri);
  url.username = encodeURIComponent(login.user);
  url.password = encodeURIComponent(login.password);
  return url.href;
}

/** The commands that clone one repository into an empty folder that exists, in their order (jobs 5.2). */
export function cloneCommands(refs: CloneRefs, settings: CloneSettings): readonly GitCommand[] {
  const { baseRef, baseSha, sparse, pulls, cloneDepth, skipSubmodules, skipFetchHead, blobless } = refs;
  const uri = cloneUri(refs, settings);
  const isSparse = sparse.length > 0;
  const once = (...args: readonly string[]): GitCommand => ({ args, kind: 'once' });
  const filter = blobless || isSparse ? ['--filter=blob:none'] : [];
  const shape = [...(cloneDepth > 0 ? ['--depth', String(cloneDepth)] : []), ...filter];
  const fetch = (...args: readonly string[]): GitCommand => ({ args: ['fetch', ...args], kind: 'fetch' });
  const target = baseSha || 'FETCH_HEAD';
  const merge = ({ number, sha, ref }: PullToMerge, at: number): readonly GitCommand[] => [
    fetch(...filter, uri, ref || sha || `pull/${String(number)}/head`),
    { args: ['merge', '--no-ff', sha || 'FETCH_HEAD'], kind: 'once', merge: at + 1 },
  ];
  return [
    once('init'),
    ...(settings.userName === '' ? [] : [once('config', 'user.name', settings.userName)]),
    ...(settings.userEmail === '' ? [] : [once('config', 'user.email', settings.userEmail)]),
    ...(settings.cookieFile !== '' && skipSubmodules ? [once('config', 'http.cookiefile', settings.cookieFile)] : []),
    ...(isSparse ? [once('sparse-checkout', 'init')] : []),
    ...(skipFetchHead || isSparse ? [] : [fetch(...shape, uri, '--tags', '--prune')]),
    fetch(...shape, ...(isSparse ? ['--no-tags'] : []), uri, baseSha || baseRef),
    ...(isSparse ? [once('sparse-checkout', 'set', ...sparse)] : []),
    once('checkout', target), once('branch', '--force', baseRef, target), once('checkout', baseRef),
    ...pulls.flatMap(merge),
    ...(skipSubmodules ? [] : [once('submodule', 'update', '--init', '--recursive')]),
  ];
}

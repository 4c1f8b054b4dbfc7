import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { startGitHub, type EmbeddedGitHub, type GitHubOptions } from '../../../../src/embedded/github/server.js';
import { appKey } from '../../../support/appKey.js';

type Manifest = NonNullable<GitHubOptions['manifest']>;

/** The App's manifest as it ships. */
export const manifest = parse(readFileSync(new URL('../../../../app.yml', import.meta.url), 'utf8')) as Manifest;
/** Tells everything there is to tell. */
export const allEvents: Manifest = { ...manifest, default_events: ['*'] };

/** A GitHub with `org/repo`, an owner, a member and the App installed. */
export async function startSeeded(options: GitHubOptions = {}): Promise<EmbeddedGitHub & { readonly installationId: number }> {
  const github = await startGitHub({ ...appKey(), manifest, ...options });
  const { world } = github;
  world.org('org', { admins: ['olga'], members: ['mia'] });
  world.team('org', 'Leads', { members: ['mia'] });
  await world.repo({ owner: 'org', name: 'repo', files: { 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\nthree\n' }, labels: ['lgtm', 'bug'], collaborators: { carl: 'write' } });
  const { id: installationId } = world.install('org');
  return { ...github, installationId };
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The App's own token. */
export function jwtOf({ appKey, appId }: Pick<EmbeddedGitHub, 'appKey' | 'appId'>, { iat = Date.now() / 1000 - 30, exp = Date.now() / 1000 + 300 } = {}): string {
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: appId, iat: Math.floor(iat), exp: Math.floor(exp) })}`;
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(appKey).toString('base64url')}`;
}

export interface Reply { readonly status: number; readonly headers: Headers; readonly body: unknown }

/** Calls the API with a token (or none). */
export async function call({ url }: { readonly url: string }, token: string | undefined, method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const answer = await fetch(path.startsWith('http') ? path : `${url}${path}`, {
    method, redirect: 'manual', headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : (answer.headers.get('content-type') ?? '').includes('json') ? (JSON.parse(text) as unknown) : text };
}

/** A token of the installation. */
export async function installationToken(github: EmbeddedGitHub & { readonly installationId: number }, wish?: unknown): Promise<string> {
  const { status, body } = await call(github, jwtOf(github), 'POST', `/app/installations/${String(github.installationId)}/access_tokens`, wish);
  if (status !== 201) throw new Error(`no token: ${String(status)} ${JSON.stringify(body)}`);
  return (body as { token: string }).token;
}

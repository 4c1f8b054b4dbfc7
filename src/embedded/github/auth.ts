import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { ApiError, findRepo, iso, key, notFound, type Hub } from './hub.js';
import { grants } from './permissions.js';
import type { Installation, Token, Who } from './state/people.js';

const unauthorized = (message = 'Bad credentials'): ApiError => new ApiError(401, message);
const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;

function fromJwt(hub: Hub, jwt: string): Who {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  let claims: { iss?: string | number; iat?: number; exp?: number };
  try {
    claims = decode(body) as typeof claims;
    if ((decode(head) as { alg?: string }).alg !== 'RS256') throw new Error('alg');
  } catch { throw unauthorized('A JSON web token could not be decoded'); }
  const app = hub.state.apps.get(Number(claims.iss));
  if (!app?.publicKey) throw unauthorized('Integration not found');
  const genuine = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), createPublicKey(app.publicKey), Buffer.from(signature, 'base64url'));
  if (!genuine) throw unauthorized('A JSON web token could not be decoded');
  const now = hub.now() / 1000;
  if (!claims.exp || claims.exp < now) throw unauthorized("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
  if (claims.exp > now + 660) throw unauthorized("'Expiration time' claim ('exp') is too far in the future");
  if (!claims.iat || claims.iat > now + 60) throw unauthorized("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  return { kind: 'app', login: `${app.slug}[bot]`, appId: app.id };
}

function fromToken(hub: Hub, token: Token): Who {
  if (token.kind === 'personal') return { kind: 'user', login: token.login, token: token.value };
  const installation = hub.state.installations.get(token.installationId);
  const app = installation && hub.state.apps.get(installation.appId);
  if (!app || token.expiresAt <= hub.now()) throw unauthorized();
  if (installation.suspendedAt) throw new ApiError(403, 'This installation has been suspended');
  return {
    kind: 'installation', login: `${app.slug}[bot]`, appId: app.id, installationId: installation.id, permissions: token.permissions, repositoryIds: token.repositoryIds, token: token.value,
  };
}

function secretOf(header: string): string {
  const [scheme = '', value = ''] = header.split(/\s+/, 2);
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) throw unauthorized();
  const [name = '', password = ''] = Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s);
  return password === '' || password === 'x-oauth-basic' ? name : password;
}

/** Who calls, by the `Authorization` header; a secret that nobody has is a 401. */
export function whoCalls(hub: Hub, header: string | undefined): Who {
  if (!header) return { kind: 'anonymous', login: 'anonymous' };
  const secret = secretOf(header);
  const token = hub.state.tokens.get(secret);
  if (token) return fromToken(hub, token);
  if (secret.split('.').length === 3) return fromJwt(hub, secret);
  throw unauthorized();
}

/** The key under which calls are counted. */
export const rateIdentity = (who: Who): string =>
  who.kind === 'installation' ? `installation:${String(who.installationId)}` : who.kind === 'anonymous' ? 'anonymous' : `${who.kind}:${key(who.login)}`;

/** Part of every ETag: two tokens never share one. */
export const tokenMark = (header: string | undefined): string => createHash('sha256').update(header ?? '').digest('hex');

/** Gives somebody a personal token. */
export function createPersonalToken(hub: Hub, login: string, value = `ghp_${randomBytes(18).toString('hex')}`): string {
  hub.state.tokens.set(value, { kind: 'personal', value, login, scopes: ['repo', 'admin:org', 'admin:repo_hook', 'admin:org_hook'] });
  return value;
}

export interface TokenWish { readonly permissions?: Readonly<Record<string, string>>; readonly repository_ids?: readonly number[]; readonly repositories?: readonly string[] }

/** An hour's token for an installation, with no more than the App has. */
export function createInstallationToken(hub: Hub, installation: Installation, wish: TokenWish): Token & { kind: 'installation' } {
  const app = hub.state.apps.get(installation.appId);
  if (!app) throw notFound();
  if (installation.suspendedAt) throw new ApiError(403, 'This installation has been suspended');
  for (const [name, level] of Object.entries(wish.permissions ?? {})) {
    if (!grants(app.permissions, { name, level: level as 'read' })) throw new ApiError(422, 'The permissions requested are not granted to this installation.');
  }
  const named = wish.repositories?.map((name) => {
    const repo = findRepo(hub, installation.account, name);
    if (!repo) throw new ApiError(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.');
    return repo.id;
  });
  const ids = [...(wish.repository_ids ?? []), ...(named ?? [])];
  const value = `ghs_${randomBytes(18).toString('hex')}`;
  const token = {
    kind: 'installation', value, installationId: installation.id, permissions: wish.permissions ?? app.permissions, expiresAt: hub.now() + 3_600_000, repositoryIds: ids.length ? ids : null,
  } as const;
  hub.state.tokens.set(value, token);
  return token;
}

export const expiry = (token: { readonly expiresAt: number }): string => iso(token.expiresAt);

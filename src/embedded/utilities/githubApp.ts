import { createPrivateKey, createSign } from 'node:crypto';

/** One call to GitHub's API: the status and the parsed body. Rejects when GitHub cannot be reached. */
export type FetchJson = (url: string, request: Readonly<{ method: 'GET' | 'POST'; token: string }>) => Promise<Readonly<{ status: number; body: unknown }>>;

interface AppDeps {
  readonly appId: string;
  /** PEM. */
  readonly key: string;
  /** API roots, tried in turn. */
  readonly endpoints: readonly string[];
  readonly fetchJson: FetchJson;
  readonly now: () => number;
}

/** GitHub takes this name with an installation's token as the password. */
const USER = 'x-access-token';
/** GitHub refuses tokens that live longer than ten minutes; clocks may differ a little. */
const [TOKEN_S, EARLY_S] = [540, 60];

/** A login for git as the App's installation in an org. Rejects with what the last API root said. */
export async function appLogin(org: string, { appId, key, endpoints, fetchJson, now }: AppDeps): Promise<Readonly<{ user: string; password: string }>> {
  const token = appToken(appId, key, now());
  let problem: unknown = new Error('no API endpoint is given');
  for (const endpoint of endpoints) {
    const root = endpoint.replace(/\/+$/, '');
    try {
      const found = await firstOf([`${root}/orgs/${encodeURIComponent(org)}/installation`, `${root}/users/${encodeURIComponent(org)}/installation`], token, fetchJson);
      const made = await fetchJson(`${root}/app/installations/${String(field(found, 'id'))}/access_tokens`, { method: 'POST', token });
      const password = field(made.body, 'token');
      if (made.status !== 201 || typeof password !== 'string') throw new Error(`${root}: no token for the App's installation in ${org}: status ${String(made.status)}`);
      return { user: USER, password };
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function firstOf(urls: readonly string[], token: string, fetchJson: FetchJson): Promise<unknown> {
  let status = 0;
  for (const url of urls) {
    const answer = await fetchJson(url, { method: 'GET', token });
    if (answer.status === 200) return answer.body;
    status = answer.status;
    if (status !== 404) break;
  }
  throw new Error(`${urls[0] ?? ''}: the App's installation was not found: status ${String(status)}`);
}

/** The App's own token, a JWT signed with RS256; `nowMs` in milliseconds since the epoch. Throws when the key is none. */
export function appToken(appId: string, key: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const said = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - EARLY_S, exp: seconds + TOKEN_S, iss: appId })}`;
  return `${said}.${createSign('RSA-SHA256').update(said).sign(createPrivateKey(key)).toString('base64url')}`;
}

const field = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined);

const WAIT_MS = 30_000;

/** FetchJson over the network. */
export const fetchJson: FetchJson = async (url, { method, token }) => {
  const answer = await fetch(url, { method, headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'prow-clonerefs' }, signal: AbortSignal.timeout(WAIT_MS) });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: answer.status, body: undefined };
  }
};

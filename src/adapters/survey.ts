import { createAppAuth } from '@octokit/auth-app';
import { z } from 'zod';
import { ConfigError, RemoteError } from '../core/errors.js';
import type { RepoSurvey } from '../core/ports/survey.js';

/** As whom the survey asks. */
export type SurveyCredentials = Readonly<{ kind: 'token'; token: string } | { kind: 'app'; appId: string; privateKey: string }>;

interface Deps {
  /** Address of the REST API. */
  readonly endpoint: string;
  readonly credentials: SurveyCredentials;
  readonly signal: AbortSignal;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

const ATTEMPTS = 4;
/** A longer wait than this is an answer, too: come back another time. */
const LONGEST_WAIT_MS = 120_000;

const RawRepos = z.array(z.object({ name: z.string(), archived: z.boolean().optional() }));
const RawInstallations = z.array(z.object({ id: z.number(), account: z.object({ login: z.string() }).nullable() }));
const RawToken = z.object({ token: z.string() });

interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The rest of the list, where there is more of it. */
  readonly next: string | undefined;
}

/** Questions of a command line tool about many repositories, asked with plain HTTP. Throws RemoteError where GitHub gives no answer, ConfigError for a key that is none. */
export function createRepoSurvey({ endpoint, credentials, signal, pause }: Deps): RepoSurvey {
  const base = endpoint.replace(/\/+$/, '');
  const failed = (path: string, why: string, about: Readonly<{ status?: number; cause?: unknown }> = {}) => new RemoteError(`GitHub: ${path}: ${why}`, { service: 'github', ...about });

  const ask = async (method: 'GET' | 'POST', path: string, authorization: string): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      let answer: Response;
      try {
        answer = await fetch(path.startsWith('http') ? path : `${base}${path}`, { method, headers: { accept: 'application/vnd.github+json', 'user-agent': 'prow', authorization }, signal });
      } catch (cause) {
        throw failed(path, 'cannot be reached', { cause });
      }
      const body: unknown = await answer.json().catch(() => undefined);
      const wait = waitFor(answer, body, attempt);
      if (wait !== undefined && attempt < ATTEMPTS) {
        await pause(wait);
        continue;
      }
      if (answer.ok || answer.status === 404) return { status: answer.status, body, next: /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1] };
      throw failed(path, `answered ${answer.status}${messageOf(body)}`, { status: answer.status });
    }
  };
  const parsed = <S extends z.ZodType>(schema: S, path: string, body: unknown): z.output<S> => {
    const result = schema.safeParse(body);
    if (!result.success) throw failed(path, 'answered something unexpected', { cause: result.error });
    return result.data;
  };
  /** A whole list, page by page; undefined for 404. */
  const list = async <T>(path: string, schema: z.ZodType<T[]>, authorization: string): Promise<readonly T[] | undefined> => {
    const all: T[] = [];
    for (let at: string | undefined = path; at !== undefined;) {
      const { status, body, next } = await ask('GET', at, authorization);
      if (status === 404) return undefined;
      all.push(...parsed(schema, path, body));
      at = next;
    }
    return all;
  };

  const jwt = async (): Promise<string> => {
    if (credentials.kind !== 'app') throw failed('/app/installations', 'only an App can ask: give --github-app-id and --github-app-private-key-path');
    try {
      const { token } = await createAppAuth({ appId: credentials.appId, privateKey: credentials.privateKey })({ type: 'app' });
      return `Bearer ${token}`;
    } catch (cause) {
      throw new ConfigError([`the private key of the GitHub App cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`]);
    }
  };
  const installations = once(async () => {
    const path = '/app/installations?per_page=100';
    const all = await list(path, RawInstallations, await jwt());
    if (!all) throw failed(path, 'answered 404', { status: 404 });
    return new Map(all.flatMap(({ id, account }) => (account ? [[account.login.toLowerCase(), id] as const] : [])));
  });
  const tokens = new Map<string, Promise<string | undefined>>();
  /** Undefined where the App is not installed: nothing of the account is seen. */
  const authorizationFor = async (org: string): Promise<string | undefined> => {
    if (credentials.kind === 'token') return `Bearer ${credentials.token}`;
    const name = org.toLowerCase();
    const known = tokens.get(name) ?? installationToken(name);
    tokens.set(name, known);
    return known;
  };
  const installationToken = async (org: string): Promise<string | undefined> => {
    const id = (await installations()).get(org);
    if (id === undefined) return undefined;
    const path = `/app/installations/${id}/access_tokens`;
    const { status, body } = await ask('POST', path, await jwt());
    if (status === 404) throw failed(path, 'answered 404', { status });
    return `Bearer ${parsed(RawToken, path, body).token}`;
  };

  return {
    async repos(org) {
      const authorization = await authorizationFor(org);
      if (authorization === undefined) return undefined;
      for (const kind of ['orgs', 'users']) {
        const found = await list(`/${kind}/${encodeURIComponent(org)}/repos?per_page=100`, RawRepos, authorization);
        if (found) return found.filter(({ archived }) => archived !== true).map(({ name }) => name);
      }
      return undefined;
    },
    async file({ org, name }, path) {
      const authorization = await authorizationFor(org);
      if (authorization === undefined) return 'unseen';
      const place = `/repos/${encodeURIComponent(org)}/${encodeURIComponent(name)}`;
      const { status } = await ask('GET', `${place}/contents/${path.split('/').map(encodeURIComponent).join('/')}`, authorization);
      if (status !== 404) return 'present';
      return (await ask('GET', place, authorization)).status === 404 ? 'unseen' : 'absent';
    },
    installedIn: async () => new Set((await installations()).keys()),
  };
}

/** How long to wait before the same question may be answered; undefined where it never will, or was. */
function waitFor(answer: Response, body: unknown, attempt: number): number | undefined {
  const limited = answer.status === 429 || (answer.status === 403 && (answer.headers.get('retry-after') !== null || answer.headers.get('x-ratelimit-remaining') === '0' || /rate limit/i.test(messageOf(body))));
  if (answer.status < 500 && !limited) return undefined;
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(after) ? (after + 1) * 1_000 : 1_000 * 2 ** attempt;
  return wait <= LONGEST_WAIT_MS ? wait : undefined;
}

function messageOf(body: unknown): string {
  const { message } = Object(body ?? {}) as Readonly<{ message?: unknown }>;
  return typeof message === 'string' ? `: ${message}` : '';
}

/** A function that works once and gives the same answer afterwards. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

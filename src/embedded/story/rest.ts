/** GitHub refused what a person of the story did. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Somebody who uses the REST API with a personal token. */
export interface Caller {
  readonly login: string;
  readonly token: string;
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

const TRIES = 20;
const REST_MS = 250;

/** Opens the API for one person. Reads are repeated while GitHub has a bad moment; writes are not. */
export function createCaller({ api, login, token, signal }: Readonly<{ api: string; login: string; token: string; signal: AbortSignal }>): Caller {
  async function call(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${api}${path}`, {
      method, signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
      headers: { Accept: 'application/vnd.github+json', Authorization: `Bearer ${token}`, 'User-Agent': `story/${login}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new RefusedError(answer.status, `${method} ${path} by ${login}: ${String(answer.status)} ${text.slice(0, 400)}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
  return {
    login, token,
    async get<T>(path: string): Promise<T> {
      for (let n = 1; ; n++) {
        try {
          return (await call('GET', path, undefined)) as T;
        } catch (error) {
          const passing = error instanceof RefusedError ? error.status >= 500 || error.status === 429 : !signal.aborted;
          if (!passing || n >= TRIES) throw error;
          await new Promise((resolve) => { setTimeout(resolve, REST_MS); });
        }
      }
    },
    send: async <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) => (await call(method, path, body)) as T,
  };
}

import { z } from 'zod';
import { RemoteError } from '../core/errors.js';
import type { RefLookup } from '../core/ports/lookup.js';

interface Deps {
  /** Address of the REST API. */
  readonly endpoint: string;
  /** Without one, public repositories can be read. */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

const RawPull = z.object({
  user: z.object({ login: z.string() }).nullable(),
  head: z.object({ sha: z.string(), ref: z.string() }),
  base: z.object({ sha: z.string(), ref: z.string() }),
});
const RawRef = z.object({ object: z.object({ sha: z.string() }) });

/** Two questions of a command line tool, asked with plain HTTP: no account, Redis or client library is needed for them. */
export function createRefLookup({ endpoint, token, signal }: Deps): RefLookup {
  const get = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> => {
    const failed = (why: string, about: Readonly<{ status?: number; cause?: unknown }>) => new RemoteError(`GitHub: ${path}: ${why}`, { service: 'github', ...about });
    let answer: Response;
    try {
      answer = await fetch(`${endpoint.replace(/\/+$/, '')}${path}`, {
        headers: { accept: 'application/vnd.github+json', 'user-agent': 'prow', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        signal,
      });
    } catch (cause) {
      throw failed('cannot be reached', { cause });
    }
    if (!answer.ok) throw failed(`answered ${answer.status}`, { status: answer.status });
    const parsed = schema.safeParse(await answer.json().catch(() => undefined));
    if (!parsed.success) throw failed('answered something unexpected', { cause: parsed.error });
    return parsed.data;
  };
  const place = ({ org, repo }: Readonly<{ org: string; repo: string }>) => `/repos/${encodeURIComponent(org)}/${encodeURIComponent(repo)}`;
  return {
    async pull({ number, ...at }) {
      const { user, head, base } = await get(`${place(at)}/pulls/${number}`, RawPull);
      return { author: user?.login ?? '', headSha: head.sha, headRef: head.ref, baseRef: base.ref, baseSha: base.sha };
    },
    async branchSha({ branch, ...at }) {
      const { object } = await get(`${place(at)}/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`, RawRef);
      return object.sha;
    },
  };
}

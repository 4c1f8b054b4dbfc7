import { NotFoundError, RemoteError } from '../core/errors.js';
import { slug, type Repo } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { Http } from './github/http.js';

/** The branch that is followed, and the commit at its head. */
export interface Tip {
  readonly branch: string;
  readonly sha: string;
}

/** GitHub tells of a changed default branch by an event, which may be missed. */
const BRANCH_MS = 3_600_000;

/**
 * Asks GitHub for the head of a branch, or of the default branch: one conditional request, and one more an hour for the default branch's
 * name. Throws a RemoteError that says what is missing where the App may not look.
 */
export function createTip({ repo, branch }: Readonly<{ repo: Repo; branch: string | undefined }>, { http, clock }: Readonly<{ http: Pick<Http, 'call'>; clock: Clock }>): { find(signal: AbortSignal): Promise<Tip>; forget(): void } {
  let known: Readonly<{ name: string; until: number }> | undefined;
  // `fresh`: an answer that was asked for before a push must not be shared with who asks after it.
  const get = async (route: string, params: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> =>
    (await http.call({ method: 'GET', route, params: { owner: repo.org, repo: repo.name, ...params }, org: repo.org, plugin: 'config', priority: 'read', share: 'fresh', signal })).data;
  async function nameOf(signal: AbortSignal): Promise<string> {
    if (branch !== undefined) return branch;
    if (known === undefined || known.until <= clock.now()) {
      const { default_branch: name } = (await get('/repos/{owner}/{repo}', {}, signal)) as { default_branch: string };
      known = { name, until: clock.now() + BRANCH_MS };
    }
    return known.name;
  }
  return {
    async find(signal) {
      let name: string | undefined;
      try {
        name = await nameOf(signal);
        const { object } = (await get('/repos/{owner}/{repo}/git/ref/heads/{+branch}', { branch: name }, signal)) as { object: { sha: string } };
        return { branch: name, sha: object.sha };
      } catch (error) {
        if (!(error instanceof RemoteError) || error.retry !== 'never') throw error;
        known = undefined; // it may have been renamed
        const what = name === undefined ? `repository ${slug(repo)}` : `branch ${name} in ${slug(repo)}`;
        throw new NotFoundError(`there is no ${what}, or the App or token may not read it (it needs \`contents: read\` there): ${error.message}`, { service: 'github', cause: error });
      }
    },
    forget: () => { known = undefined; },
  };
}

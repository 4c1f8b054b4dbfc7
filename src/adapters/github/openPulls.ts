import type { OpenPulls } from '../../core/ports/openPulls.js';
import type { Http } from './http.js';
import { pullOf, type RawPull } from './map.js';

/** Reads the list of open pull requests, all pages of it. */
export function createOpenPulls(http: Pick<Http, 'pages'>, plugin: string): OpenPulls {
  return async (repo, { signal }) => {
    const call = { method: 'GET', route: '/repos/{owner}/{repo}/pulls', params: { owner: repo.org, repo: repo.name, state: 'open', per_page: 100 }, org: repo.org, plugin, priority: 'read', signal } as const;
    return (await http.pages<RawPull>(call)).map((raw) => pullOf(repo, raw));
  };
}

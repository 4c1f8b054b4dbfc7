import type { RepoSurvey } from '../../core/ports/survey.js';
import type { Finding, Path } from '../findings.js';
import { placeIn } from '../places.js';
import { fileQueries, staticJobs, type CheckInput } from './input.js';
import { READS_OWNERS, pluginScope } from './plugins.js';

/** A check that only GitHub can answer. */
export type GithubCheck = (input: CheckInput, github: RepoSurvey) => Promise<readonly Finding[]>;

/** So many repositories are asked about at once. */
const AT_ONCE = 10;

async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const done = new Map<number, R>();
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) done.set(at, await work(item));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return [...done].sort(([a], [b]) => a - b).map(([, result]) => result);
}

interface Asked {
  readonly repo: string;
  /** The key of `plugins` that enables a plugin that reads OWNERS there. */
  readonly entry: string;
  readonly plugin: string;
}

/** Every repository whose plugins read OWNERS files must have one at its root, on its default branch (config 4.2). */
export const ownersPresence: GithubCheck = async (input, github) => {
  const at = (path: Path, message: string) => placeIn(input.pluginSources, path, message, 'key');
  const orgs = new Map<string, Readonly<{ plugin: string; except: Set<string> }>>();
  const asked = new Map<string, Asked>();
  for (const plugin of READS_OWNERS) {
    const scope = pluginScope(input, plugin);
    // An exception only counts where no other plugin reads the file there.
    for (const [org, except] of scope.orgs) {
      const before = orgs.get(org);
      orgs.set(org, { plugin: before?.plugin ?? plugin, except: new Set([...except].filter((repo) => before?.except.has(repo) ?? true)) });
    }
    for (const repo of scope.repos) if (!asked.has(repo)) asked.set(repo, { repo, entry: repo, plugin });
  }
  const found = await each([...orgs], async ([org, { plugin, except }]): Promise<readonly Finding[]> => {
    const repos = await github.repos(org);
    if (!repos) return [at(['plugins', org], `GitHub shows no repositories of ${org} to whoever asks`)];
    for (const name of repos) {
      const repo = `${org}/${name}`;
      if (!except.has(repo) && !asked.has(repo)) asked.set(repo, { repo, entry: org, plugin });
    }
    return [];
  });
  const missing = await each([...asked.values()], async ({ repo, entry, plugin }): Promise<readonly Finding[]> => {
    const [org = '', name = '', ...more] = repo.split('/');
    if (name === '' || more.length > 0) return [at(['plugins', entry], `expected ORG/REPO, found ${JSON.stringify(repo)}`)];
    const state = await github.file({ org, name }, 'OWNERS');
    if (state === 'present') return [];
    return [at(['plugins', entry], state === 'absent' ? `enables ${plugin}, but ${repo} has no file OWNERS at its root` : `enables ${plugin} for ${repo}, which GitHub does not show to whoever asks`)];
  });
  return [...found, ...missing].flat();
};

/** Where there are jobs or queries of Tide, the App must be installed (config 4.2). */
export const appInstallation: GithubCheck = async (input, github) => {
  const installed = await github.installedIn();
  const places = new Map<string, (message: string) => Finding>();
  const note = (repo: string, place: (message: string) => Finding) => {
    const [org = ''] = repo.split('/');
    // Gerrit's jobs need no App.
    if (!repo.includes('://') && !places.has(org)) places.set(org, place);
  };
  for (const { type, repo, at } of staticJobs(input)) if (type !== 'periodic') note(repo, (message) => at('', message));
  fileQueries(input).forEach(({ repos }, n) => {
    repos.forEach((repo, place) => { note(repo, (message) => placeIn(input.prowSources, ['tide', 'queries', n, 'repos', place], message)); });
  });
  return [...places].filter(([org]) => !installed.has(org.toLowerCase())).map(([org, place]) => place(`the GitHub App is not installed in ${org}`));
};

import type { IssueRef } from '../core/ids.js';
import type { PoolPull, PoolView } from '../core/ports/tide.js';

/** What `/pr` is asked for: one pull request, or those that a search finds among what Tide knows. */
export type PullQuestion = Readonly<{ kind: 'one'; issue: IssueRef } | { kind: 'search'; text: string }>;

/** Reads the query of `/pr`: `org`, `repo` and `number` name one, as does `repo=org/repo`; `query` is a search in GitHub's words (deck 8.5). */
export function pullQuestion(param: (name: string) => string | undefined): PullQuestion {
  const [first = '', second] = (param('repo') ?? '').split('/');
  const [org, name] = second === undefined ? [param('org') ?? '', first] : [first, second];
  const number = param('number') ?? param('pr') ?? '';
  if (org !== '' && name !== '' && /^\d{1,10}$/.test(number)) return { kind: 'one', issue: { org, name, number: Number(number) } };
  const words = [param('query') ?? '', ...(org === '' ? [] : [name === '' ? `org:${org}` : `repo:${org}/${name}`]), ...(param('author') ? [`author:${param('author') ?? ''}`] : [])];
  return { kind: 'search', text: words.filter((word) => word !== '').join(' ') };
}

/** A term of a search: `key:value`, `key:"value with blanks"`, or a word of the title. */
interface Term {
  readonly key: string;
  readonly value: string;
  readonly not: boolean;
}

function termsOf(text: string): readonly Term[] {
  return [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)].map(([, not, key = '', quoted, word]) => ({ key: key.toLowerCase(), value: (quoted ?? word ?? '').toLowerCase(), not: not === '-' }));
}

const login = (text: string): string => text.toLowerCase().replace(/^@/, '').replace(/^app\//, '').replace(/\[bot\]$/, '');

function fits({ key, value }: Term, pool: PoolView, pull: PoolPull): boolean | undefined {
  switch (key) {
    case 'repo': return `${pool.org}/${pool.repo}`.toLowerCase() === value;
    case 'org': case 'user': return pool.org.toLowerCase() === value;
    case 'author': return login(pull.author) === login(value);
    case 'head': return pull.headRef === undefined ? undefined : pull.headRef.toLowerCase() === value;
    case 'base': return pool.branch.toLowerCase() === value;
    case '': return `#${pull.number}` === value || String(pull.number) === value || pull.title.toLowerCase().includes(value);
    // What else GitHub's search knows says nothing that is known here: `is:pr`, `state:open`, `label:…`.
    default: return undefined;
  }
}

/** The pull requests that a search finds, pool by pool, in the order in which they are known. */
export function searchPulls(text: string, pools: readonly PoolView[]): readonly Readonly<{ pool: PoolView; pull: PoolPull }>[] {
  const terms = termsOf(text);
  return pools.flatMap((pool) => pool.pulls.filter((pull) => terms.every((term) => { const fit = fits(term, pool, pull); return fit === undefined || fit !== term.not; })).map((pull) => ({ pool, pull })));
}

/** The page about one pull request. */
export function pullPath({ org, name, number }: IssueRef): string {
  return `/pr?${new URLSearchParams({ org, repo: name, number: String(number) }).toString()}`;
}

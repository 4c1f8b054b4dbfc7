import { findRepo, fullName, invalid, isPull, key, type Hub } from './hub.js';
import { canSee, covers } from './permissions.js';
import { combine, latestStatuses } from './render/checks.js';
import { lastWords, reviewVerdict } from './requirements.js';
import type { Issue } from './state/issues.js';
import type { Who } from './state/people.js';
import type { Repo } from './state.js';

/** One hit. */
export interface Found { readonly repo: Repo; readonly issue: Issue }

interface Term { readonly name: string; readonly value: string; /** `label:a,"b c"` means either. */ readonly values: readonly string[]; readonly not: boolean }

const quoted = '"(?:[^"\\\\]|\\\\.)*"';
const term = new RegExp(`(-)?(?:([a-z-]+):)?((?:${quoted}|[^\\s",]+)(?:,(?:${quoted}|[^\\s",]+))*)`, 'gi');
const bare = (raw: string): string => (raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw);

/** Takes a query apart: `name:value`, `name:"a value"`, each with `-` for the opposite, and plain words under the name `text`. */
export function parseQuery(query: string): readonly Term[] {
  return [...query.matchAll(term)].map(([, minus, name, raw = '']) => {
    const values = (raw.match(new RegExp(`${quoted}|[^",]+`, 'g')) ?? []).map(bare);
    return { name: name === undefined ? 'text' : key(name), value: values.join(','), values, not: minus !== undefined };
  });
}

const compare = (text: string, pattern: string): boolean => {
  const [, sign = '', from = '', to] = /^(>=|<=|>|<)?(.*?)(?:\.\.(.*))?$/.exec(pattern) ?? [];
  const at = Date.parse(text);
  if (to !== undefined) return (from === '*' || at >= Date.parse(from)) && (to === '*' || at <= Date.parse(to));
  const then = Date.parse(from);
  const day = from.length === 10 ? 86_400_000 : 1_000;
  switch (sign) {
    case '>': return at >= then + (from.length === 10 ? day : 1);
    case '>=': return at >= then;
    case '<': return at < then;
    case '<=': return at < then + day;
    default: return at >= then && at < then + day;
  }
};

const same = (a: string | null | undefined, b: string): boolean => a !== null && a !== undefined && key(a) === key(b);

function is(hub: Hub, { issue }: Found, value: string): boolean {
  switch (key(value)) {
    case 'pr': case 'pull-request': return issue.pull !== null;
    case 'issue': return issue.pull === null;
    case 'open': return issue.state === 'open';
    case 'closed': return issue.state === 'closed';
    case 'merged': return Boolean(issue.pull?.mergedAt);
    case 'unmerged': return issue.pull !== null && !issue.pull.mergedAt;
    case 'draft': return issue.pull?.draft ?? false;
    case 'locked': return issue.locked;
    case 'unlocked': return !issue.locked;
    case 'public': return !hub.state.repos.get(issue.repoId)?.private;
    case 'private': return hub.state.repos.get(issue.repoId)?.private ?? false;
    case 'archived': return hub.state.repos.get(issue.repoId)?.archived ?? false;
    default: throw invalid([{ resource: 'Search', field: 'q', code: 'invalid', message: `The search contains an unknown value: is:${value}` }]);
  }
}

function has(issue: Issue, what: string): boolean {
  switch (key(what)) {
    case 'label': return issue.labels.size > 0;
    case 'milestone': return issue.milestone !== null;
    case 'assignee': return issue.assignees.size > 0;
    default: return false;
  }
}

function holds(hub: Hub, who: Who, found: Found, { name, value, values }: Term): boolean {
  const { repo, issue } = found;
  const me = (login: string): string => (login === '@me' ? who.login : login.replace(/^app\/(.*)$/, '$1[bot]'));
  switch (name) {
    case 'repo': return same(fullName(repo), value);
    case 'org': case 'user': return same(repo.owner, value);
    case 'is': case 'type': return is(hub, found, value);
    case 'state': return issue.state === key(value);
    case 'draft': return (issue.pull?.draft ?? false) === (value === 'true');
    case 'archived': return repo.archived === (value === 'true');
    case 'label': return values.some((one) => [...issue.labels].some((label) => same(label.name, one)));
    case 'author': return same(issue.user, me(value));
    case 'assignee': return [...issue.assignees].some((login) => same(login, me(value)));
    case 'commenter': return issue.comments.some(({ user }) => same(user, me(value)));
    case 'mentions': return `${issue.body ?? ''}\n${issue.comments.map(({ body }) => body).join('\n')}`.toLowerCase().includes(`@${key(me(value))}`);
    case 'involves': return same(issue.user, me(value)) || [...issue.assignees].some((login) => same(login, me(value))) || issue.comments.some(({ user }) => same(user, me(value)));
    case 'milestone': return same(issue.milestone?.title, value);
    case 'base': return issue.pull?.base.ref === value;
    case 'head': return issue.pull !== null && (issue.pull.head.ref === value || `${issue.pull.head.owner}:${issue.pull.head.ref}` === value);
    case 'no': return !has(issue, value);
    case 'reviewed-by': return issue.pull?.reviews.some(({ user }) => same(user, me(value))) ?? false;
    case 'review-requested': return [...(issue.pull?.requestedReviewers ?? [])].some((login) => same(login, me(value)));
    case 'review': return isPull(issue) && reviewIs(hub, repo, issue, value);
    case 'status': return issue.pull !== null && combine(latestStatuses(repo, issue.pull.head.sha)) === value;
    case 'sha': return issue.pull !== null && value.length >= 7 && (issue.pull.head.sha.startsWith(key(value)) || (issue.pull.mergeCommit?.startsWith(key(value)) ?? false));
    case 'created': return compare(issue.createdAt, value);
    case 'updated': return compare(issue.updatedAt, value);
    case 'closed': return issue.closedAt !== null && compare(issue.closedAt, value);
    case 'merged': return Boolean(issue.pull?.mergedAt) && compare(issue.pull?.mergedAt ?? '', value);
    case 'in': case 'sort': return true;
    case 'text': return hasText(issue, value);
    default: return hasText(issue, `${name}:${value}`);
  }
}

function reviewIs(hub: Hub, repo: Repo, issue: Issue & { readonly pull: NonNullable<Issue['pull']> }, value: string): boolean {
  const words = [...lastWords(issue.pull.reviews).values()];
  switch (key(value)) {
    case 'none': return !issue.pull.reviews.length;
    case 'approved': return words.some(({ state }) => state === 'APPROVED') && !words.some(({ state }) => state === 'CHANGES_REQUESTED');
    case 'changes_requested': return words.some(({ state }) => state === 'CHANGES_REQUESTED');
    case 'required': return reviewVerdict(hub, repo, issue) === 'review required';
    default: return false;
  }
}

/** A word, or a commit by (the beginning of) its SHA. */
function hasText(issue: Issue, word: string): boolean {
  if (/^[0-9a-f]{7,40}$/i.test(word) && issue.pull && (issue.pull.head.sha.startsWith(key(word)) || issue.pull.mergeCommit?.startsWith(key(word)))) return true;
  return [issue.title, issue.body ?? '', ...issue.comments.map(({ body }) => body)].some((text) => text.toLowerCase().includes(key(word)));
}

const scopes = ['repo', 'org', 'user'];

/** The issues and pull requests that a query names and the caller can see, newest first unless `sort:` says otherwise. */
export function searchIssues(hub: Hub, who: Who, query: string): readonly Found[] {
  const terms = parseQuery(query);
  if (!terms.length) throw invalid([{ resource: 'Search', field: 'q', code: 'missing' }]);
  const scoped = terms.filter(({ name, not }) => scopes.includes(name) && !not);
  const rest = terms.filter((term) => !scoped.includes(term) && term.name !== 'sort');
  const named = scoped.filter(({ name }) => name === 'repo').map(({ value }) => { const [owner = '', name = ''] = value.split('/'); return findRepo(hub, owner, name); });
  const visible = (repo: Repo): boolean => canSee(hub.state, who, repo) && (who.kind !== 'installation' || !repo.private || covers(hub.state, who, repo));
  if (named.length && named.length === scoped.length && !named.some((repo) => repo && visible(repo))) {
    throw invalid([{ resource: 'Search', field: 'q', code: 'invalid', message: 'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.' }]);
  }
  // Words of one kind of place are alternatives; everything else must hold together. A quoted list in one `label:` is alternatives too.
  const repos = [...hub.state.repos.values()].filter((repo) => visible(repo) && (!scoped.length || scoped.some(({ name, value }) => (name === 'repo' ? same(fullName(repo), value) : same(repo.owner, value)))));
  const found = repos.flatMap((repo) => [...repo.issues.values()].map((issue) => ({ repo, issue }))).filter((one) => rest.every((term) => holds(hub, who, one, term) !== term.not));
  const order = terms.find(({ name }) => name === 'sort')?.value ?? 'created-desc';
  const rank = ({ issue }: Found): string => (order.startsWith('updated') ? issue.updatedAt : issue.createdAt);
  const up = order.endsWith('-asc');
  return found.sort((a, b) => (up ? 1 : -1) * (rank(a).localeCompare(rank(b)) || a.issue.id - b.issue.id));
}

/** A GitHub organisation or user login that owns repositories. */
export type Org = string & { readonly __brand: 'Org' };
/** `org/repo`. */
export type RepoSlug = `${string}/${string}` & { readonly __brand: 'RepoSlug' };
/** A full 40-digit (or 64-digit) hexadecimal object id. */
export type Sha = string & { readonly __brand: 'Sha' };

export interface Repo {
  readonly org: string;
  readonly name: string;
}

/** An issue or a pull request, by number. */
export interface IssueRef extends Repo {
  readonly number: number;
}

const SLUG = /^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/;

/** `org/repo` of a repository. */
export function slug(repo: Repo): RepoSlug {
  return `${repo.org}/${repo.name}` as RepoSlug;
}

/** Splits `org/repo`; throws a RangeError for anything else. */
export function parseSlug(text: string): Repo {
  if (!SLUG.test(text)) throw new RangeError(`not a repository: ${JSON.stringify(text)} (expected ORG/REPO)`);
  const [org = '', name = ''] = text.split('/');
  return { org, name };
}

/** `org/repo#number`. */
export function issueKey(ref: IssueRef): string {
  return `${ref.org}/${ref.name}#${ref.number}`;
}

/** A login as OWNERS files compare it: lower case, one leading `@` removed (plugins-policy 0.2). */
export function normLogin(login: string): string {
  const lower = login.toLowerCase();
  return lower.startsWith('@') ? lower.slice(1) : lower;
}

/** Whether two logins name one account; GitHub ignores case. */
export function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

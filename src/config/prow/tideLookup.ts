import type { Repo } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { own } from '../lookup.js';
import type { ContextOptions, ContextPolicy, MergeMethod, MergeMethods, TideQuery } from './tide.js';

/** How pull requests of a branch are merged; the first that is set of: branch, branch expression, repository, organisation (config 2.6.2). */
export function mergeMethodFor(methods: MergeMethods, repo: Repo, branch: string): MergeMethod {
  const full = `${repo.org}/${repo.name}`;
  const direct = own(methods, `${full}@${branch}`);
  if (typeof direct === 'string' && direct !== '') return direct;
  const ofOrg = own(methods, repo.org);
  const nested = typeof ofOrg === 'object' ? (own(ofOrg, repo.name) ?? own(ofOrg, '*')) : undefined;
  if (typeof nested === 'object') {
    // Sorted, so that the order of the file decides nothing.
    const hit = Object.keys(nested).sort().find((expression) => pattern(expression).test(branch));
    const method = hit === undefined ? undefined : nested[hit];
    if (method) return method;
  }
  const ofRepo = own(methods, full);
  for (const wider of [ofRepo, nested, ofOrg]) if (typeof wider === 'string' && wider !== '') return wider;
  return 'merge';
}

/** Whether a query is about a repository at all. */
export function queryCovers(query: TideQuery, repo: Repo): boolean {
  const full = `${repo.org}/${repo.name}`;
  return query.repos.includes(full) || (query.orgs.includes(repo.org) && !query.excludedRepos.includes(full));
}

/** The rules for the contexts of a branch, all levels merged: a deeper switch wins, lists are united and sorted (config 2.6.5). */
export function contextOptionsFor(options: ContextOptions, repo: Repo, branch: string): ContextPolicy {
  const org = own(options.orgs, repo.org);
  const ofRepo = own(org?.repos, repo.name);
  const levels: readonly (ContextPolicy | undefined)[] = [options, org, ofRepo, own(ofRepo?.branches, branch)];
  const present = levels.filter((level) => level !== undefined);
  const deepest = (key: 'skip-unknown-contexts' | 'from-branch-protection' | 'overwrite-pending-contexts') =>
    present.reduce<boolean | undefined>((so, level) => level[key] ?? so, undefined);
  const union = (key: 'required-contexts' | 'required-if-present-contexts' | 'optional-contexts' | 'optional-regex-contexts') =>
    [...new Set(present.flatMap((level) => level[key]))].sort();
  return {
    'skip-unknown-contexts': deepest('skip-unknown-contexts'),
    'from-branch-protection': deepest('from-branch-protection'),
    'overwrite-pending-contexts': deepest('overwrite-pending-contexts'),
    'required-contexts': union('required-contexts'),
    'required-if-present-contexts': union('required-if-present-contexts'),
    'optional-contexts': union('optional-contexts'),
    'optional-regex-contexts': union('optional-regex-contexts'),
  };
}

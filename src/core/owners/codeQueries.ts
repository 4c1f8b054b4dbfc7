import { ruleFor, type CodeRule, type Team } from './codeowners.js';
import type { Layers, RepoOwners } from './port.js';

export const teamKey = ({ org, slug }: Team): string => `${org}/${slug}`;

export interface CodeownersFacts {
  readonly path: string;
  readonly rules: readonly CodeRule[];
  /** Members of teams by `org/slug`, in lower case. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Who counts; undefined: everybody. */
  readonly collaborators: ReadonlySet<string> | undefined;
}

const EVERYTHING: ReadonlySet<string> = new Set(['*', '**', '/**', '**/*', '/**/*']);
const NOBODY: ReadonlySet<string> = new Set();

/**
 * The answers of `RepoOwners` out of a CODEOWNERS file: owners of a file approve and review it. Files that the file gives no owner need
 * no particular one: whoever owns anything may approve them, and nobody is asked to review them. Places are the lines of the file.
 */
export function createCodeOwners({ path: file, rules, members, collaborators }: CodeownersFacts): RepoOwners {
  const known = new Map<string, CodeRule | undefined>();
  const ruleOf = (path: string): CodeRule | undefined => {
    const clean = path.replace(/^(?:\.?\/)+/, '');
    if (!known.has(clean)) known.set(clean, ruleFor(rules, clean));
    return known.get(clean);
  };
  const ownersOf = ({ people, teams }: CodeRule): ReadonlySet<string> => {
    const named = [...people, ...teams.flatMap((team) => members.get(teamKey(team)) ?? [])];
    return new Set(collaborators ? named.filter((name) => collaborators.has(name)) : named);
  };
  const everybody = new Set(rules.flatMap((rule) => [...ownersOf(rule)]));
  const reviewers = (path: string): ReadonlySet<string> => {
    const rule = ruleOf(path);
    return rule?.owned ? ownersOf(rule) : NOBODY;
  };
  const approvers = (path: string): ReadonlySet<string> => (ruleOf(path)?.owned ? reviewers(path) : everybody);
  const layer = (people: ReadonlySet<string>): Layers => [people];
  const place = (path: string): string => {
    const rule = ruleOf(path);
    return rule?.owned ? `${file}#L${rule.line}` : '';
  };
  return {
    approvers: (path) => layer(approvers(path)),
    reviewers: (path) => layer(reviewers(path)),
    leafApprovers: approvers,
    leafReviewers: reviewers,
    requiredReviewers: () => NOBODY,
    labelsFor: () => NOBODY,
    approverDir: place,
    reviewerDir: place,
    topLevelApprovers() {
      const rule = rules.findLast(({ source }) => EVERYTHING.has(source));
      return rule ? ownersOf(rule) : NOBODY;
    },
    isNoParentOwners: () => false,
    isAutoApproveUnownedSubfolders: () => false,
    allApprovers: () => everybody,
    allReviewers: () => everybody,
    allOwners: () => everybody,
    ownersFile: file,
    fileAt: (at) => (at === '' ? file : at),
  };
}

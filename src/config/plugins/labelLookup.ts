import { slug, type Repo } from '../../core/ids.js';
import { pattern } from '../../core/re2.js';
import { own } from '../lookup.js';
import type { RequireMatchingLabel, RestrictedLabel } from './labels.js';
import type { PluginsConfig } from './schema.js';

type Sections<K extends keyof PluginsConfig> = Pick<PluginsConfig, K>;

/**
 * The labels of a repository that only some people may set, by their names in lower case (config 3.3): what is said for `*`, the organisation
 * and the repository adds up; the spelling is the widest one's.
 */
export function restrictedLabelsFor(config: Sections<'label'>, repo: Repo): ReadonlyMap<string, RestrictedLabel> {
  const all = new Map<string, RestrictedLabel>();
  for (const entry of ['*', repo.org, slug(repo)].flatMap((key) => own(config.label.restricted_labels, key) ?? [])) {
    const name = entry.label.toLowerCase();
    const known = all.get(name);
    all.set(name, known ? merged(known, entry) : entry);
  }
  return all;
}

function merged(a: RestrictedLabel, b: RestrictedLabel): RestrictedLabel {
  return {
    label: a.label,
    allowed_teams: union(a.allowed_teams, b.allowed_teams),
    allowed_users: union(a.allowed_users, b.allowed_users),
    assign_on: [...new Map([...a.assign_on, ...b.assign_on].map((one) => [one.label, one])).values()],
  };
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])].sort();

/** An issue, or a pull request with its base branch. */
export type Item = Repo & Readonly<{ kind: 'issue' } | { kind: 'pull'; branch: string }>;

/** The labels that an issue or pull request needs one of; all entries that fit count. */
export function requiredLabelsFor(config: Sections<'require_matching_label'>, item: Item): readonly RequireMatchingLabel[] {
  return config.require_matching_label.filter(({ org, repo, branch, prs, issues }) =>
    org === item.org && (repo === '' || repo === item.name)
    && (item.kind === 'issue' ? issues : prs && (branch === '' || branch === item.branch)));
}

/** A team that a text mentions: the whole mention, the group of its label, and what it asks for. */
export interface Mention {
  readonly mention: string;
  readonly sig: string;
  /** The second group of the expression, where it has one. */
  readonly topic: string | undefined;
}

/** The teams that a text mentions, each mention once; an expression without a group finds none. */
export function sigMentions(config: Sections<'sigmention'>, text: string): readonly Mention[] {
  const found = pattern(config.sigmention.regexp).matchAll(text).flatMap(({ text: mention, groups: [sig, topic] }) => (sig === undefined ? [] : [{ mention, sig, topic }]));
  return [...new Map(found.map((one) => [one.mention, one])).values()];
}

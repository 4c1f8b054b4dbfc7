import { branchIndex } from '../jobs/branchIndex.js';
import { inRepoEnabled } from '../jobs/inRepo.js';
import type { ProtectionPolicy } from '../prow/branchProtection.js';
import { placeIn } from '../places.js';
import type { TideQuery } from '../prow/tide.js';
import type { Finding, Path } from '../findings.js';
import { fileQueries, type Check, type CheckInput, type FileCheck, type FileInput } from './input.js';
import { pluginScope, externalScope } from './plugins.js';
import { describe, namedRepos, placesOf, union, without, type Places, type Scope } from './scope.js';

interface Pair {
  readonly list: 'labels' | 'missingLabels';
  readonly label: string;
  readonly plugin: string;
  /** An external plugin, whose label every query may ask for or not. */
  readonly external?: true;
}
const REQUIRED: readonly Pair[] = [{ list: 'labels', label: 'lgtm', plugin: 'lgtm' }, { list: 'labels', label: 'approved', plugin: 'approve' }];
const FORBIDDEN: readonly Pair[] = [
  ['do-not-merge/hold', 'hold'], ['do-not-merge/work-in-progress', 'wip'], ['bugzilla/invalid-bug', 'bugzilla'], ['do-not-merge/invalid-owners-file', 'verify-owners'],
  ['do-not-merge/release-note-label-needed', 'release-note'], ['do-not-merge/cherry-pick-not-approved', 'cherry-pick-unapproved'], ['do-not-merge/blocked-paths', 'blockade'],
].map(([label = '', plugin = '']): Pair => ({ list: 'missingLabels', label, plugin }));

const scopeOf = (query: TideQuery): Scope => ({ orgs: new Map(query.orgs.map((org) => [org, new Set(query.excludedRepos)])), repos: new Set(query.repos) });

/** Where Tide asks for a label that nobody sets, or a plugin sets one that Tide does not ask for (tide 3.9). */
export const mismatchedTide: Check = (input) => mismatches(input, [...REQUIRED, ...FORBIDDEN, { list: 'missingLabels', label: 'needs-rebase', plugin: 'needs-rebase', external: true }]);
export const mismatchedTideLenient: Check = (input) => mismatches(input, REQUIRED);

function mismatches(input: CheckInput, pairs: readonly Pair[]): readonly Finding[] {
  const queries = fileQueries(input);
  if (input.pluginSources.length === 0) return [];
  const scopes = pairs.map((pair) => (pair.external ? externalScope : pluginScope)(input, pair.plugin));
  const named = namedRepos([...queries.map(scopeOf), ...scopes]);
  const covered = queries.map((query) => placesOf(scopeOf(query), named));
  const all = union(covered);
  return pairs.flatMap((pair, at): readonly Finding[] => {
    const enabled = placesOf(scopes[at] ?? { orgs: new Map(), repos: new Set() }, named);
    const asking = queries.map((query) => query[pair.list].includes(pair.label));
    const asked = union(covered.filter((_, n) => asking[n] === true));
    const word = pair.list === 'labels' ? 'requires' : 'forbids';
    const unserved = byQuery(without(asked, enabled), covered, (n) => asking[n] === true).map(([n, places]) =>
      atQuery(input, n, pair.list, `${word} the label ${pair.label}, but the ${pair.external ? 'external ' : ''}plugin ${pair.plugin} is not enabled for ${describe(places)}`));
    if (pair.external) return unserved;
    const unasked = byQuery(without(enabled, asked).filter((place) => all.has(place)), covered, () => true).map(([n, places]) =>
      atQuery(input, n, pair.list, `should have the label ${pair.label}, since the plugin ${pair.plugin} is enabled for ${describe(places)}`));
    return [...unserved, ...unasked];
  });
}

/** Places by the first query that covers each. */
function byQuery(places: readonly string[], covered: readonly Places[], counts: (n: number) => boolean): readonly (readonly [number, readonly string[]])[] {
  const found = new Map<number, string[]>();
  for (const place of places) {
    const n = covered.findIndex((one, index) => counts(index) && one.has(place));
    found.set(n, [...(found.get(n) ?? []), place]);
  }
  return [...found].sort(([a], [b]) => a - b);
}

function atQuery(input: Pick<FileInput, 'prowSources'>, n: number, key: string, message: string): Finding {
  return placeIn(input.prowSources, ['tide', 'queries', n, key], message);
}

/** A query that trusts what it cannot: `lgtm` needs an order, and the order is only taken once the change is ok to test. */
export const needsOkToTest: FileCheck = (input) => fileQueries(input).flatMap((query, n) =>
  (query.labels.includes('lgtm') && query.missingLabels.includes('needs-ok-to-test')
    ? [atQuery(input, n, 'missingLabels', 'forbids needs-ok-to-test, which has no effect beside the required label lgtm')]
    : []));

/** Tide tests on the newest base itself; GitHub's own rule to that end makes it merge one at a time (tide 3.9). */
export const tideStrictBranch: Check = (input) => {
  const queries = fileQueries(input);
  const { 'branch-protection': protection } = input.snapshot.prow;
  if (queries.length === 0) return [];
  const message = 'strict: true makes Tide rebase and retest every pull request; Tide itself merges only what was tested on the newest base';
  const strictAt = (path: Path) => placeIn(input.prowSources, ['branch-protection', ...path, 'required_status_checks', 'strict'], message);
  const top = merged(protection, { protect: undefined, strict: undefined });
  if (top.protect && top.strict) return [strictAt([])];
  const strict: (readonly [Path, Scope])[] = [];
  for (const [org, ofOrg] of Object.entries(protection.orgs)) {
    const orgLevel = merged(ofOrg, top);
    const orgStrict = orgLevel.protect === true && orgLevel.strict === true;
    const loose = new Set<string>();
    for (const [repo, ofRepo] of Object.entries(ofOrg.repos)) {
      const repoLevel = merged(ofRepo, orgLevel);
      const whole = repoLevel.protect === true && repoLevel.strict === true;
      const branch = Object.entries(ofRepo.branches).find(([, level]) => { const one = merged(level, repoLevel); return one.protect === true && one.strict === true; });
      if (!whole && !branch) loose.add(`${org}/${repo}`);
      else if (!orgStrict) strict.push([['orgs', org, 'repos', repo, ...(whole ? [] : ['branches', branch?.[0] ?? ''])], { orgs: new Map(), repos: new Set([`${org}/${repo}`]) }]);
    }
    if (orgStrict) strict.push([['orgs', org], { orgs: new Map([[org, loose]]), repos: new Set() }]);
  }
  const named = namedRepos([...queries.map(scopeOf), ...strict.map(([, scope]) => scope)]);
  const managed = union(queries.map((query) => placesOf(scopeOf(query), named)));
  return strict.filter(([, scope]) => [...placesOf(scope, named)].some((place) => managed.has(place))).map(([path]) => strictAt(path));
};

type Strictness = Readonly<{ protect: boolean | undefined; strict: boolean | undefined }>;
function merged(level: Pick<ProtectionPolicy, 'protect' | 'required_status_checks'>, above: Strictness): Strictness {
  return { protect: level.protect ?? above.protect, strict: level.required_status_checks?.strict ?? above.strict };
}

/** No context may be required and optional at once, on any branch that the configuration names. */
export const tideContextPolicy: Check = (input) => {
  const { snapshot: { jobs, prow } } = input;
  const branches = new Map<string, Set<string>>();
  const add = (repo: string, names: Iterable<string>) => { branches.set(repo, new Set([...(branches.get(repo) ?? []), ...names])); };
  for (const list of [jobs.presubmits, jobs.postsubmits]) for (const [repo, all] of list) add(repo, all.flatMap((job) => job.branches));
  for (const [org, { repos }] of Object.entries(prow['branch-protection'].orgs)) for (const [repo, level] of Object.entries(repos)) add(`${org}/${repo}`, Object.keys(level.branches));
  for (const [org, { repos }] of Object.entries(prow.tide.context_options.orgs)) for (const [repo, level] of Object.entries(repos)) add(`${org}/${repo}`, Object.keys(level.branches));
  return [...branches].flatMap(([repo, named]): readonly Finding[] => {
    const [org = '', name = '', ...more] = repo.split('/');
    if (name === '' || more.length > 0 || inRepoEnabled(prow, { org, name })) return [];
    const runningOn = branchIndex(input.snapshot.presubmits({ org, name }));
    return [...(named.size === 0 ? ['master'] : named)].flatMap((branch) => {
      const fault = input.contextFault({ org, name, branch }, runningOn(branch));
      return fault === undefined ? [] : [placeIn(input.prowSources, ['tide', 'context_options', 'orgs', org, 'repos', name, 'branches', branch], `${repo}, branch ${branch}: ${fault}`)];
    });
  });
};

import type { PoolMember } from '../../src/core/ports/merging.js';
import type { PoolView } from '../../src/core/ports/tide.js';
import { decideOn, survey } from '../../src/tide/decide.js';
import type { World } from '../../src/tide/judge.js';
import { viewOf } from '../../src/tide/pool.js';
import { factsOf, refuse } from '../../src/tide/refusals.js';
import type { Run } from '../../src/tide/runs.js';
import { BASE, NOW, OTHER, QUERY, check, freeRules, member, poolRead, presubmit, run, running, snapshot, status, suite, tests, world } from './fixtures.js';

/** A pull request that something keeps from merging, staged; and what is to be said of it: kind, text, who or what clears it. */
export interface Blocked {
  readonly name: string;
  readonly view: PoolView;
  readonly number: number;
  readonly want: readonly (readonly [kind: string, text: string, clearedBy: string])[];
}

const BASE7 = BASE.slice(0, 7);
const stale = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${OTHER}`)], ...facts });
const tested = (number: number, facts: Partial<PoolMember> = {}) => member(number, { marks: [status('unit', 'success', `ok BaseSHA:${BASE}`)], ...facts });

/** What Tide shows of a branch as it is. */
export function viewed(of: World): PoolView {
  return viewOf(decideOn(survey(of), undefined), of, undefined);
}
const one = (facts: Partial<PoolMember>, tide: object = {}, more: Partial<World> = {}): PoolView => {
  const only = member(1, facts);
  return viewed(world([only], { ...more, ...(more.read && { read: { ...more.read, members: [only] } }) }, snapshot(tide)));
};
const jobs = (members: readonly PoolMember[], runs: readonly Run[], more: Partial<World> = {}): PoolView =>
  viewed(world(members, { tests: tests(members, runs), ...more }, snapshot({}, { presubmits: [presubmit('unit')] })));
const rules = (facts: Partial<typeof freeRules>) => ({ read: poolRead([], { rules: { ...freeRules, ...facts } }) });
/** GitHub has just refused, in these words. */
const refused = (message: string): PoolView => one({}, {}, { refusals: new Map([[1, refuse(undefined, { message, now: NOW, facts: factsOf(member(1), freeRules, 'r1') })]]) });
const queries = (facts: object) => ({ queries: [{ ...QUERY, ...facts }] });
const failed = (name: string, app: string) => check(name, { app, conclusion: 'failure', workflow: undefined, url: `https://ci.example/${name.replace('/', '-')}` });
const LATER = '; Tide tries again later';
const TIDE_TURN = 'Tide, which merges one at a time or what was tested together';

const staged: readonly (Omit<Blocked, 'number'> & Readonly<{ number?: number }>)[] = [
  { name: 'a missing label', view: one({ labels: ['approved'] }), want: [['label_missing', 'Needs the label lgtm', 'a reviewer with /lgtm']] },
  { name: 'two missing labels', view: one({ labels: [] }), want: [['label_missing', 'Needs the label lgtm', 'a reviewer with /lgtm'], ['label_missing', 'Needs the label approved', 'an approver of the changed files with /approve']] },
  { name: 'a missing label of two', view: one({}, queries({ labels: ['kind/bug,kind/feature'] })), want: [['label_missing', 'Needs the label kind/bug or kind/feature', 'somebody who adds the label']] },
  { name: 'a forbidden label', view: one({ labels: ['lgtm', 'approved', 'do-not-merge/hold'] }), want: [['label_forbidden', 'Must not have the label do-not-merge/hold', 'somebody with /hold cancel']] },
  { name: 'another branch', view: one({}, queries({ includedBranches: ['release'] })), want: [['branch', 'Merging to branch main is forbidden', 'another base branch, or a Tide query for this one']] },
  { name: 'a branch frozen by configuration', view: one({}, queries({ excludedBranches: ['main'] })), want: [['branch', 'Merging to branch main is forbidden', 'another base branch, or a Tide query for this one']] },
  { name: 'another author', view: one({}, queries({ author: 'dependabot[bot]' })), want: [['author', 'Must be by author dependabot[bot]', 'nobody: this query is for another author']] },
  { name: 'another milestone', view: one({ milestone: 'v1' }, queries({ milestone: 'v2' })), want: [['milestone', 'Must be in milestone v2', 'somebody with /milestone']] },
  { name: 'no query', view: one({}, { queries: [{ orgs: ['other'] }] }), want: [['no_query', 'No Tide query is about this repository', 'somebody who adds one to the configuration']] },
  { name: 'a conflict', view: one({ mergeable: 'conflicting' }), want: [['conflict', 'PR has a merge conflict', 'the author, with a rebase or a merge of the base']] },
  { name: 'a draft', view: one({ draft: true }), want: [['draft', 'PR is a draft', 'the author, with "Ready for review"']] },
  { name: 'a blocker issue', view: one({}, {}, { blockers: [{ org: 'acme', name: 'app', number: 5, title: 'Broken @all', url: 'https://github.com/acme/app/issues/5' }] }), want: [['blocker', 'Merging is blocked by issue #5 (Broken @all)', 'whoever closes that issue']] },
  { name: 'a red check of somebody else', view: one({ marks: [failed('ci/travis', 'travis-ci')] }), want: [['context_failing', 'The check ci/travis has failed: it ended with failure', 'the check `ci/travis`, run again or after a fix']] },
  { name: 'a red status of somebody else', view: one({ marks: [status('ci/jenkins', 'failure', '2 tests <failed>')] }), want: [['context_failing', 'The check ci/jenkins has failed: it says: 2 tests <failed>', 'the check `ci/jenkins`, run again or after a fix']] },
  { name: 'a check that runs', view: one({ marks: [check('build', running)] }), want: [['context_pending', 'The check build has not finished: it is running or waits to run', 'the check `build`']] },
  { name: 'a rerun that may replace what is green', view: one({ suites: [suite({ completed: false })] }), want: [['context_pending', 'The check build has not finished: its workflow run has not finished and may replace it', 'the check `build`']] },
  { name: 'a check that GitHub requires and nobody has reported', view: one({}, {}, rules({ required: [{ context: 'security', appId: undefined }] })), want: [['context_missing', 'The check security is required, and it has not reported yet', 'the check `security`']] },
  { name: 'a required check that another App has reported', view: one({}, {}, rules({ required: [{ context: 'build', appId: 7 }] })), want: [['context_missing', 'The check build is required, and another App than the one GitHub requires has reported it', 'the check `build`']] },
  { name: 'a review that the query asks for', view: one({ review: 'review_required' }, queries({ reviewApprovedRequired: true })), want: [['review_missing', 'PullRequest is missing sufficient approving GitHub review(s)', 'reviewers with an approving GitHub review']] },
  {
    name: 'changes that a reviewer has requested', view: one({ mergeState: 'BLOCKED', review: 'changes_requested' }, { github_merge_blocks_policy: { '*': 'block' } }), want: [
      ['refused', 'PR is blocked from merging by GitHub (branch protection, reviews or rulesets)', 'whoever GitHub asks for on the pull request'],
      ['changes_requested', 'A reviewer has requested changes', 'that reviewer with an approval, or somebody who dismisses the review'],
    ],
  },
  { name: 'a ruleset, in its words', view: refused('Repository rule violations found\n\nCommits must have verified signatures.'), want: [['refused', 'GitHub refused to merge: Repository rule violations found\n\nCommits must have verified signatures.', `the author, with signed commits${LATER}`]] },
  { name: 'conversations that are not resolved', view: refused('A conversation must be resolved before this pull request can be merged.'), want: [['refused', 'GitHub refused to merge: A conversation must be resolved before this pull request can be merged.', `whoever resolves the conversations${LATER}`]] },
  { name: 'a locked branch', view: refused('Cannot change this locked branch'), want: [['refused', 'GitHub refused to merge: Cannot change this locked branch', `an administrator who unlocks the branch${LATER}`]] },
  { name: 'a refusal nobody has heard of', view: refused('Computer says no [really](x)'), want: [['refused', 'GitHub refused to merge: Computer says no [really](x)', `a change of the pull request or of the rules of its branch${LATER}`]] },
  { name: 'a method that the repository forbids', view: one({}, {}, rules({ methods: ['squash'] })), want: [['refused', 'Merge type "merge" disallowed by repo settings (merge commits)', "somebody who changes the repository's settings or `merge_method`"]] },
  { name: 'a rebase that is impossible', view: one({ canBeRebased: false }, { merge_method: { 'acme/app': 'rebase' } }), want: [['conflict', 'PR can not be rebased', 'the author, or another merge method']] },
  { name: 'labels for two methods', view: one({ labels: ['lgtm', 'approved', 's', 'r'] }, { squash_label: 's', rebase_label: 'r' }), want: [['refused', 'PR has conflicting merge method override labels', 'somebody who removes all but one of them']] },
  { name: 'a branch that is behind', view: one({ mergeState: 'BEHIND' }, {}, rules({ strict: true })), want: [['behind', 'Branch is out of date with main', 'somebody with "Update branch"']] },
  { name: 'checks of an older base', view: one({}, { prow_freshness: { '*': 'always' } }, { baseMovedAt: NOW - 1_000 }), want: [['context_pending', 'The check build ran before the base moved, and must run again', 'a new run of `build`']] },
  { name: 'broken in-repo configuration', view: one({}, {}, { own: new Map([[1, { fault: '.prow.yaml:3:1: no such key' }]]) }), want: [['refused', "The repository's own job configuration cannot be used: .prow.yaml:3:1: no such key", 'a commit that mends `.prow/` or `.prow.yaml`']] },
  { name: 'what could not be read', view: one({ unread: ['labels'] }), want: [['refused', 'Its labels could not be read to the end', 'Tide, once they can be read']] },
  { name: 'a job that has failed', view: jobs([stale(1)], [run(1, { state: 'failure' })]), want: [['context_failing', `unit has failed on main at ${BASE7}`, 'somebody with /test, after a fix where one is needed']] },
  { name: 'a job that runs', view: jobs([stale(1)], [run(1, { state: 'running' })]), want: [['context_pending', `unit runs on main at ${BASE7}`, 'the job, once it has finished']] },
  { name: 'a job that waits for its turn', view: jobs([stale(1), stale(2)], [run(2, { state: 'running' })]), want: [['context_pending', `unit must run on main at ${BASE7}`, 'Tide, which tests one pull request at a time, and several together']] },
  { name: 'a batch with it', view: jobs([stale(1), stale(2)], [run([1, 2], { state: 'running' })]), want: [['context_pending', `unit runs on main at ${BASE7} (batch of #1 and #2)`, 'the job, once it has finished']] },
  { name: 'a batch of others', view: jobs([tested(1), stale(2), stale(3)], [run([2, 3], { state: 'running' })]), want: [['queue', 'It is number 3 in line, behind #3', TIDE_TURN], ['batch', `#2 and #3 are being tested together on main at ${BASE7}; a merge now would void that`, 'the batch, once it has finished']] },
  { name: 'jobs that the cluster has not told yet', view: one({}, {}, { tests: 'unknown' }), want: [['context_pending', 'The cluster has not told yet which jobs there are', 'Tide, once it has']] },
  { name: 'jobs that cannot be told', view: jobs([stale(1)], [], { tests: tests([stale(1)], [], { faults: new Map([[1, 'files not read']]) }) }), want: [['refused', 'Its jobs cannot be told: files not read', 'Tide, once they can be read'], ['context_pending', `unit must run on main at ${BASE7}`, 'Tide, which tests one pull request at a time, and several together']] },
  { name: 'its place in line', number: 3, view: viewed(world([member(1), member(2), member(3)])), want: [['queue', 'It is number 3 in line, behind #2', TIDE_TURN]] },
  {
    name: 'everything at once', view: one({ draft: true, mergeable: 'conflicting', labels: ['do-not-merge/hold'], marks: [failed('a`b', 'x')] }, queries({ milestone: 'v2' })), want: [
      ['conflict', 'PR has a merge conflict', 'the author, with a rebase or a merge of the base'], ['draft', 'PR is a draft', 'the author, with "Ready for review"'], ['milestone', 'Must be in milestone v2', 'somebody with /milestone'],
      ['label_missing', 'Needs the label lgtm', 'a reviewer with /lgtm'], ['label_missing', 'Needs the label approved', 'an approver of the changed files with /approve'], ['label_forbidden', 'Must not have the label do-not-merge/hold', 'somebody with /hold cancel'],
      ['context_failing', 'The check a`b has failed: it ended with failure', "the check `a'b`, run again or after a fix"],
    ],
  },
];

export const blocked: readonly Blocked[] = staged.map((one) => ({ number: 1, ...one }));

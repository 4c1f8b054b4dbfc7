import { ProwConfig } from '../../src/config/prow/schema.js';
import type { Snapshot } from '../../src/config/snapshot.js';
import type { Presubmit } from '../../src/config/jobs/schema.js';
import type { BranchRules, CheckMark, PoolMember, PoolRead, StatusMark, SuiteMark } from '../../src/core/ports/merging.js';
import type { World } from '../../src/tide/judge.js';
import { contextPolicy } from '../../src/tide/contexts.js';
import type { Tests } from '../../src/tide/batches.js';
import { pullsKey, type Run } from '../../src/tide/runs.js';

export const REPO = { org: 'acme', name: 'app' } as const;
export const BASE = 'b'.repeat(40);
export const NOW = Date.UTC(2030, 0, 1, 12);
export const freeRules: BranchRules = { required: [], strict: false, linearHistory: false, methods: ['merge', 'squash', 'rebase'] };

export const headOf = (n: number, push = 0): string => (n * 1_000 + push).toString(16).padStart(40, '0');

/** A pull request that the default query wants and GitHub would merge. */
export function member(number: number, facts: Partial<PoolMember> = {}): PoolMember {
  return {
    ...REPO, number, nodeId: `PR_${number}`, title: `Change ${number}`, body: '', author: { login: 'octocat', type: 'User' }, url: `https://github.com/acme/app/pull/${number}`,
    headSha: headOf(number), headRef: `patch-${number}`, baseRef: 'main', draft: false, mergeable: 'mergeable', mergeState: 'CLEAN', canBeRebased: true, labels: ['lgtm', 'approved'], milestone: undefined,
    review: undefined, updatedAt: NOW - 60_000, marks: [check('build')], suites: [], unread: [], ...facts,
  };
}

export function check(name: string, facts: Partial<CheckMark> = {}): CheckMark {
  return {
    source: 'check', name, id: 1, app: 'github-actions', appId: 15368, suiteId: 10, workflow: { runId: 100, name: 'CI', event: 'pull_request' }, completed: true, conclusion: 'success',
    startedAt: NOW - 120_000, completedAt: NOW - 90_000, title: '', externalId: '', url: '', ...facts,
  };
}

export const running = { completed: false, conclusion: undefined, completedAt: undefined } as const;

export function status(name: string, state: StatusMark['state'] = 'success', description = ''): StatusMark {
  return { source: 'status', name, state, description, url: '', creator: 'ci', at: NOW - 90_000 };
}

export function suite(facts: Partial<SuiteMark> = {}): SuiteMark {
  return { id: 10, app: 'github-actions', completed: true, conclusion: 'success', workflow: { runId: 100, name: 'CI', event: 'pull_request' }, url: '', ...facts };
}

export const QUERY = { orgs: ['acme'], labels: ['lgtm', 'approved'], missingLabels: ['do-not-merge/hold'] };

export function snapshot(tide: object = {}, more: Readonly<{ presubmits?: readonly Presubmit[]; prow?: object; revision?: string }> = {}): Snapshot {
  const prow = ProwConfig.parse({ ...more.prow, tide: { queries: [QUERY], ...tide } });
  const wrong = (): never => { throw new Error('not part of this test'); };
  return { revision: more.revision ?? 'r1', prow, presubmits: () => more.presubmits ?? [], postsubmits: () => [], pluginsFor: () => [], enabled: new Map(), get plugins() { return wrong(); }, get jobs() { return wrong(); } };
}

export function presubmit(context: string, facts: Partial<Presubmit> = {}): Presubmit {
  const job = { name: context, context, always_run: true, optional: false, skip_report: false, run_before_merge: false, run_if_changed: '', skip_if_only_changed: '', compiled: { branches: undefined, skipBranches: undefined, runIfChanged: undefined, skipIfOnlyChanged: undefined }, ...facts };
  return job as unknown as Presubmit;
}

export function poolRead(members: readonly PoolMember[], facts: Partial<PoolRead> = {}): PoolRead {
  return { repo: REPO, branch: 'main', baseSha: BASE, baseAt: NOW - 3_600_000, rules: freeRules, members, ...facts };
}

export function world(members: readonly PoolMember[], facts: Partial<World> = {}, config: Snapshot = snapshot()): World {
  const read = facts.read ?? poolRead(members);
  const found = contextPolicy({ tide: config.prow.tide, protection: config.prow['branch-protection'], presubmits: config.presubmits(REPO), rules: read.rules, repo: read.repo, branch: read.branch });
  if ('fault' in found) throw new Error(found.fault);
  return { tide: config.prow.tide, revision: config.revision, read, policy: found.policy, own: new Map(), blockers: [], refusals: new Map(), asked: new Set(), current: new Set(), tests: undefined, self: 'prow', baseMovedAt: NOW - 3_600_000, now: NOW, ...facts };
}

export const OTHER = 'c'.repeat(40);

/** An attempt of the job `unit` on the present base. */
export function run(numbers: number | readonly number[], facts: Partial<Run> = {}): Run {
  const pulls = (typeof numbers === 'number' ? [numbers] : numbers).map((number) => ({ number, sha: headOf(number) }));
  const context = facts.context ?? 'unit';
  const kind = typeof numbers === 'number' ? 'serial' : 'batch';
  return { name: `${context}-${kind}-${pulls.map(({ number }) => number).join('-')}`, kind, job: context, context, baseSha: BASE, pulls, state: 'success', over: facts.state !== 'running', startedAt: NOW, byTide: true, ...facts };
}

/** What is known of jobs, all of them required of everybody. */
export function tests(members: readonly PoolMember[], runs: readonly Run[], facts: Partial<Tests> & Readonly<{ jobs?: readonly Presubmit[] }> = {}): Tests {
  const { jobs = [presubmit('unit')], ...more } = facts;
  const batches = runs.filter(({ kind }) => kind === 'batch');
  const keys = [...new Set(batches.filter(({ baseSha, pulls }) => baseSha === BASE && pulls.every(({ number, sha }) => members.some((one) => one.number === number && one.headSha === sha))).map(({ pulls }) => pullsKey(pulls)))];
  const groups = keys.map((key) => { const mine = batches.filter(({ pulls, baseSha }) => pullsKey(pulls) === key && baseSha === BASE); return { pulls: mine[0]?.pulls ?? [], required: jobs, runs: mine }; });
  return { required: new Map(members.map(({ number }) => [number, jobs])), faults: new Map(), serial: runs.filter(({ kind }) => kind === 'serial'), batches, groups, landing: [], ...more };
}

import { expect, test } from '@jest/globals';
import { configFromText } from '../../../src/config/load.js';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import type { Pull } from '../../../src/core/event.js';
import type { ContextState } from '../../../src/core/ports/github.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { RepoJobs } from '../../../src/config/jobs/inRepo.js';
import { knownOf } from '../../../src/jobs/statuses/known.js';
import { reconcileRepo, type ReconcileDeps } from '../../../src/jobs/statuses/reconcileRepo.js';

const repo = { org: 'org', name: 'repo' };
const POD = 'spec: {containers: [{}]}, always_run: true';
const snapshotOf = (jobs: readonly string[], config = '') => configFromText({ config, jobs: `presubmits: {org/repo: [${jobs.map((one) => `{${POD}, ${one}}`).join(', ')}]}` }).snapshot;
const pullOf = (number: number, more: Partial<Pull> = {}): Pull => ({
  ...repo, number, title: '', body: '', state: 'open', draft: false, merged: false, mergeable: null, author: { login: 'ben', type: 'User' }, url: '', nodeId: '', baseRef: 'main', baseSha: 'b'.repeat(40), headRef: 'x', headSha: String(number).repeat(40), headRepo: 'ben/repo',
  labels: [], assignees: [], requestedReviewers: [], milestone: null, createdAt: '', updatedAt: '', ...more,
});

interface Wish {
  readonly old: readonly string[];
  readonly now: readonly string[];
  readonly pulls: readonly Pull[];
  readonly shown?: Readonly<Record<number, readonly ContextState[]>>;
  readonly labels?: readonly string[];
  readonly onError?: 'go on' | 'stop';
  /** Jobs of the repository's own configuration. */
  readonly own?: RepoJobs;
  readonly fresh?: Partial<Pull>;
}

/** A repository in memory: what is written shows at once. `failing`: heads whose contexts cannot be written now. */
function place({ old, now, pulls, shown = {}, labels = [], onError = 'stop', own, fresh = {} }: Wish) {
  const heads = new Map(pulls.map((pull) => [pull.headSha, [...(shown[pull.number] ?? [])]]));
  const started: string[] = [];
  const writes: string[] = [];
  const failing = new Map<string, Error>();
  const memory = new Map([['org/repo', JSON.stringify({ generation: 3, jobs: snapshotOf(old).presubmits(repo).map(knownOf) })]]);
  const write = (sha: string, one: ContextState): void => {
    const error = failing.get(sha);
    if (error) throw error;
    writes.push(`${sha[0] ?? ''} ${one.source} ${one.context} ${one.state}`);
    heads.set(sha, [...(heads.get(sha) ?? []).filter(({ context, source }) => context !== one.context || source !== one.source), one]);
  };
  const deps: ReconcileDeps = {
    config: snapshotOf(now, own ? 'in_repo_config: {enabled: {"*": true}}' : ''), onError, permitted: () => 'all', clock: { now: () => 0 }, log: silentLog, signal: new AbortController().signal,
    openPulls: async () => pulls,
    inRepo: { jobsAt: async () => own ?? { presubmits: [], postsubmits: [], fault: undefined } },
    jobs: { async create({ metadata: { name }, spec }) { if (started.some((one) => one.endsWith(name))) return 'existed'; started.push(`${spec.job} #${spec.refs?.pulls?.[0]?.number ?? 0} ${name}`); return 'created'; } },
    memory: { find: async (key) => memory.get(key), async set(key, text) { memory.set(key, text); } },
    checks: {
      hasCheck: async (_repo, { name }) => name !== 'foreign',
      async createCheck(_repo, { name, sha, state, title, url }) { write(sha, { context: name, source: 'check', state: state.status === 'completed' ? (state.conclusion === 'success' ? 'success' : 'failure') : 'pending', description: title, url }); return 1; },
    },
    github: {
      identity: async () => ({ login: 'prow[bot]', kind: 'app', slug: 'prow' }),
      isMember: async (_org, login) => login === 'ben', isCollaborator: async () => false, labels: async () => labels, files: async () => [], branchSha: async () => 'b'.repeat(40),
      pullAndBase: async (ref) => ({ pull: { ...pullOf(ref.number, pulls.find(({ number }) => number === ref.number)), ...fresh }, baseSha: 'b'.repeat(40) }),
      contexts: async (_repo, sha) => heads.get(sha) ?? [],
      async setStatus(_repo, sha, status) { write(sha, { ...status, source: 'status' }); },
    },
  };
  const generation = (): unknown => (JSON.parse(memory.get('org/repo') ?? '{}') as { generation?: number }).generation;
  return { deps, writes, failing, generation, names: () => started.map((one) => one.split(' ').slice(0, 2).join(' ')) };
}
const status = (context: string, state: ContextState['state'] = 'failure'): ContextState => ({ context, state, description: 'said', url: 'u', source: 'status' });
const check = (context: string, state: ContextState['state'] = 'failure'): ContextState => ({ ...status(context, state), source: 'check' });

test.each<{ name: string; wish: Omit<Wish, 'old' | 'now'>; want: readonly string[] }>([
  { name: 'a trusted author', wish: { pulls: [pullOf(1)] }, want: ['b #1'] },
  { name: 'a stranger', wish: { pulls: [pullOf(1, { author: { login: 'nora', type: 'User' } })] }, want: [] },
  { name: 'a stranger for whom somebody vouched', wish: { pulls: [pullOf(1, { author: { login: 'nora', type: 'User' } })], labels: ['ok-to-test'] }, want: ['b #1'] },
  { name: 'a draft', wish: { pulls: [pullOf(1, { draft: true })] }, want: [] },
  { name: 'one known not to be mergeable', wish: { pulls: [pullOf(1)], fresh: { mergeable: false } }, want: [] },
  { name: 'one that was closed meanwhile', wish: { pulls: [pullOf(1)], fresh: { state: 'closed' } }, want: [] },
])('a new job and $name', async ({ wish, want }) => {
  const { deps, names, generation } = place({ old: ['name: a'], now: ['name: a', 'name: b'], ...wish });
  expect(await reconcileRepo(repo, deps)).toBe('changed');
  expect([names(), generation()]).toEqual([want, 4]);
  expect(await reconcileRepo(repo, deps)).toBe('as before');
});

test.each<{ name: string; shown: readonly ContextState[]; now?: string; own?: RepoJobs; want: readonly string[] }>([
  { name: 'a status', shown: [status('a')], want: ['1 status a success'] },
  { name: 'a check', shown: [check('a')], want: ['1 check a success'] },
  { name: 'both', shown: [status('a'), check('a')], want: ['1 status a success', '1 check a success'] },
  { name: 'neither', shown: [status('other')], want: [] },
  { name: 'moved: a status with its state', shown: [status('a')], now: 'name: a, context: new', want: ['1 status new failure', '1 status a success'] },
  { name: 'moved: a check that is under way', shown: [check('a', 'pending')], now: 'name: a, context: new', want: ['1 check new pending', '1 check a success'] },
  { name: 'moved: the new one is there', shown: [check('a'), check('new', 'success')], now: 'name: a, context: new', want: ['1 check a success'] },
  { name: 'the repository has the job itself now', shown: [check('a')], own: { presubmits: snapshotOf(['name: own, context: a']).presubmits(repo), postsubmits: [], fault: undefined }, want: [] },
  { name: 'nobody knows what jobs the repository has', shown: [check('a')], own: { presubmits: [], postsubmits: [], fault: { kind: 'conflict', message: 'conflict' } }, want: [] },
])('$name', async ({ shown, now, own, want }) => {
  const { deps, writes } = place({ old: ['name: a'], now: now === undefined ? [] : [now], pulls: [pullOf(1)], shown: { 1: shown }, ...(own && { own }) });
  await reconcileRepo(repo, deps);
  expect(writes).toEqual(want);
});

test("another App's check is left alone", async () => {
  const { deps, writes } = place({ old: ['name: foreign'], now: [], pulls: [pullOf(1)], shown: { 1: [check('foreign')] } });
  await reconcileRepo(repo, deps);
  expect(writes).toEqual([]);
});

test.each([{ onError: 'stop', first: [] }, { onError: 'go on', first: ['2 check a success'] }] as const)('after an error: $onError; the next attempt does what is left, and nothing twice', async ({ onError, first }) => {
  const { deps, writes, failing, names, generation } = place({ old: ['name: a'], now: ['name: b'], pulls: [pullOf(1), pullOf(2)], shown: { 1: [check('a')], 2: [check('a')] }, onError });
  failing.set('1'.repeat(40), new RemoteError('away', { service: 'github' }));
  await expect(reconcileRepo(repo, deps)).rejects.toThrow('away');
  expect([writes, generation()]).toEqual([first, 3]);
  failing.clear();
  await reconcileRepo(repo, deps);
  expect([[...writes].sort(), names().sort(), generation()]).toEqual([['1 check a success', '2 check a success'], ['b #1', 'b #2'], 4]);
});

test('what GitHub will never take keeps nothing else up', async () => {
  const { deps, writes, failing, generation } = place({ old: ['name: a'], now: [], pulls: [pullOf(1), pullOf(2)], shown: { 1: [check('a')], 2: [check('a')] } });
  failing.set('1'.repeat(40), new NotFoundError('gone', { service: 'github' }));
  await reconcileRepo(repo, deps);
  expect([writes, generation()]).toEqual([['2 check a success'], 4]);
});

import type { Unheard } from '../../src/core/ports/events.js';
import type { Feed, FeedItem } from '../../src/core/ports/feed.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { BlockerIssue, CheckMark, MergeOutcome, MergeRequest, Merging, PoolLeases, PoolMember, PoolRead, TideMemory, Verdict } from '../../src/core/ports/merging.js';
import { noMetrics } from '../../src/core/ports/metrics.js';
import type { HistoryRecord, MergeRecord, PoolView, TideHistory, TideViews } from '../../src/core/ports/tide.js';
import type { InRepoReads } from '../../src/config/jobs/inRepo.js';
import type { PoolDeps } from '../../src/tide/pool.js';
import type { TideJobs } from '../../src/tide/tests.js';
import { BASE, NOW, check, freeRules, REPO, status } from './fixtures.js';

/** A GitHub of one repository and branch that keeps GitHub's promises: the head is pinned, a merge happens once. */
export class FakeGitHub implements Merging {
  base = BASE;
  kind: 'app' | 'token' = 'app';
  rules = freeRules;
  blockers: readonly BlockerIssue[] = [];
  readonly open = new Map<number, PoolMember>();
  readonly merged = new Map<number, Readonly<{ sha: string; head: string; ontoBase: string }>>();
  readonly calls: string[] = [];
  readonly verdicts: Readonly<{ sha: string; verdict: Verdict; place: string }>[] = [];
  /** Answers of the next merge calls, before GitHub's own. */
  readonly answers: (MergeOutcome | (() => void))[] = [];
  /** Told before each call, so that a test can let the world change in between. */
  before: (call: string) => void | Promise<void> = () => {};
  #checks = 1_000;

  constructor(members: readonly PoolMember[]) {
    for (const member of members) this.open.set(member.number, member);
  }

  async #told(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }

  async identity() {
    return { login: 'prow[bot]', kind: this.kind, slug: 'prow' } as const;
  }

  async searchPulls() {
    await this.#told('search');
    const hits = [...this.open.values()].map(({ org, name, number, baseRef, updatedAt }) => ({ org, repo: name, number, branch: baseRef, updatedAt }));
    return { hits, total: hits.length };
  }

  async searchBlockers() {
    await this.#told('blockers');
    return this.blockers;
  }

  async readPool(): Promise<PoolRead | undefined> {
    await this.#told('read');
    return { repo: REPO, branch: 'main', baseSha: this.base, baseAt: NOW - 3_600_000, rules: this.rules, members: [...this.open.values()] };
  }

  async baseSha() {
    await this.#told('base');
    return this.base;
  }

  async landed({ number }: { number: number }) {
    return this.merged.get(number)?.sha;
  }

  async merge({ number }: { number: number }, { sha }: MergeRequest): Promise<MergeOutcome> {
    await this.#told(`merge ${number}`);
    const answer = this.answers.shift();
    if (typeof answer === 'object') return answer;
    answer?.();
    const done = this.merged.get(number);
    if (done) return { kind: 'already_merged', sha: done.sha };
    const member = this.open.get(number);
    if (!member) return { kind: 'unmergeable', message: 'closed' };
    if (member.headSha !== sha) return { kind: 'head_changed', message: 'Head branch was modified' };
    const merge = (0xf000 + this.merged.size).toString(16).padStart(40, 'a');
    this.merged.set(number, { sha: merge, head: sha, ontoBase: this.base });
    this.open.delete(number);
    this.base = merge;
    return { kind: 'merged', sha: merge };
  }

  async setVerdict(_repo: unknown, sha: string, verdict: Verdict, place: Readonly<{ kind: 'check'; id: number | undefined; externalId: string } | { kind: 'status' }>) {
    await this.#told(`verdict ${verdict.state}`);
    this.verdicts.push({ sha, verdict, place: place.kind });
    for (const [number, member] of this.open) {
      if (member.headSha !== sha) continue;
      const others = member.marks.filter((mark) => mark.name !== 'tide' || (place.kind === 'check' && mark.source === 'check' && mark.id !== place.id));
      const done: Partial<CheckMark> = verdict.state === 'pending' ? { completed: false, conclusion: undefined } : { conclusion: verdict.state === 'success' ? 'success' : 'failure' };
      const own = place.kind === 'status' ? status('tide', verdict.state, verdict.title) : check('tide', { app: 'prow', suiteId: 99, workflow: undefined, id: place.id ?? this.#checks++, externalId: place.externalId, title: verdict.title, ...done });
      this.open.set(number, { ...member, marks: [...others, own] });
    }
  }

  async rerequestSuite(_repo: unknown, suiteId: number) {
    await this.#told(`rerequest ${suiteId}`);
  }

  async updateBranch({ number }: { number: number }) {
    await this.#told(`update ${number}`);
    return 'updated' as const;
  }
}

export function fakeMemory(): TideMemory & PoolLeases & Readonly<{ values: Map<string, string> }> {
  const values = new Map<string, string>();
  const groups = new Map<string, Map<string, string>>();
  const leases = new Set<string>();
  return {
    values,
    entries: async (group) => new Map(groups.get(group)),
    setEntry: async (group, field, value) => { groups.set(group, new Map(groups.get(group)).set(field, value)); },
    deleteEntry: async (group, field) => { groups.get(group)?.delete(field); },
    get: async (key) => values.get(key),
    set: async (key, value) => { values.set(key, value); },
    delete: async (key) => { values.delete(key); },
    take: async (key) => {
      if (leases.has(key)) return undefined;
      leases.add(key);
      return { release: async () => { leases.delete(key); } };
    },
  };
}

export function fakeViews(): TideViews & Readonly<{ known: Map<string, PoolView>; records: MergeRecord[] }> {
  const known = new Map<string, PoolView>();
  const records: MergeRecord[] = [];
  return {
    known, records,
    putPool: async (view) => { known.set(`${view.org}/${view.repo}@${view.branch}`, view); },
    dropPool: async (org, repo, branch) => { known.delete(`${org}/${repo}@${branch}`); },
    pools: async () => [...known.values()],
    putMerge: async (merge) => { if (!records.some(({ number, mergeSha }) => number === merge.number && mergeSha === merge.mergeSha)) records.unshift(merge); },
    merges: async (limit) => records.slice(0, limit),
  };
}

export function fakeHistory(): TideHistory & Readonly<{ kept: Map<string, readonly HistoryRecord[]> }> {
  const kept = new Map<string, readonly HistoryRecord[]>();
  let version = 0;
  const of = (pool: string) => kept.get(pool) ?? [];
  return {
    kept,
    add: async (pool, record) => { version++; kept.set(pool, [record, ...of(pool)]); },
    of: async (pool) => of(pool),
    all: async () => kept,
    restore: async (_source, pool, records) => { version++; kept.set(pool, [...of(pool), ...records]); },
    version: async () => version,
  };
}

export function fakeDeps(merging: Merging) {
  const items: FeedItem[] = [];
  const feed: Feed = { publish: (item) => { items.push(item); }, subscribe: () => { throw new Error('not part of this test'); } };
  const clock = { at: NOW, now() { return this.at; } };
  const views = fakeViews();
  const memory = fakeMemory();
  /** Pull requests with an event that plugins have not handled. */
  const waiting = new Set<number>();
  const unheard: Unheard = { waits: ({ number }) => Promise.resolve(waiting.has(number)) };
  const inRepo: InRepoReads = { jobsAt: (config, { repo }) => Promise.resolve({ presubmits: config.presubmits(repo), postsubmits: [], fault: undefined }) };
  const deps = { merging, inRepo, memory, unheard, views, history: fakeHistory(), feed, clock, log: silentLog, metrics: noMetrics, mode: 'act', jobs: undefined as TideJobs | undefined, signal: new AbortController().signal } satisfies PoolDeps;
  return { ...deps, items, waiting };
}

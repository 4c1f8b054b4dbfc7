import { describe, expect, test } from '@jest/globals';
import { blockersOf } from '../../src/tide/blockers.js';
import { commitText, methodFor } from '../../src/tide/method.js';
import { holds, refuse } from '../../src/tide/refusals.js';
import { DEBOUNCE_MS, poolsOf, tideKeyName, tideKeys } from '../../src/tide/keys.js';
import { tideJson } from '../../src/tide/json.js';
import type { Event } from '../../src/core/event.js';
import type { PoolView } from '../../src/core/ports/tide.js';
import { BASE, NOW, REPO, headOf, member, snapshot } from './fixtures.js';

describe('blockers', () => {
  const issue = (number: number, title: string, facts: object = {}) => ({ org: 'acme', name: 'app', number, title, url: 'u', ...facts });
  const issues = [issue(9, 'branch:feature branch: master BRANCH:"foo" down'), issue(8, 'branch:master'), issue(7, 'Broken branch:feature'), issue(6, 'All'), issue(5, 'All'), issue(1, 'Other', { name: 'lib' })];
  test.each([
    { branch: 'feature', want: [5, 6, 7, 9] }, { branch: 'master', want: [5, 6, 8, 9] }, { branch: 'foo', want: [5, 6, 9] }, { branch: 'bar', want: [5, 6] },
  ])('of $branch', ({ branch, want }) => expect(blockersOf(issues, { ...REPO, branch }).map(({ number }) => number)).toEqual(want));
  test('a branch with slashes; its name leaves the title', () => {
    expect(blockersOf([issue(3, 'Freeze branch:release/v1.2 now')], { ...REPO, branch: 'release/v1.2' })).toMatchObject([{ number: 3, title: 'Freeze  now' }]);
  });
});

describe('merge method', () => {
  const labels = { squash_label: 'tide/squash', rebase_label: 'tide/rebase', merge_label: 'tide/merge' };
  test.each([
    { tide: {}, has: [], want: 'merge' },
    { tide: { merge_method: { acme: 'squash' } }, has: [], want: 'squash' },
    { tide: { merge_method: { acme: 'squash' }, ...labels }, has: ['tide/rebase'], want: 'rebase' },
    { tide: labels, has: ['Tide/Merge'], want: 'merge' },
    { tide: labels, has: ['tide/rebase', 'tide/squash'], want: 'contradictory' },
    { tide: {}, has: ['tide/rebase'], want: 'merge' },
  ])('$has gives $want', ({ tide, has, want }) => expect(methodFor(snapshot(tide).prow.tide, member(1, { labels: has }))).toBe(want));
});

test.each([
  { template: '{{.Title}} ({{ .Org }}: #{{.Number}})', want: 'Change 1 (acme: #1)' },
  { template: '', want: undefined },
  { template: '{{.Nope}}', want: undefined },
  { template: '{{ if .Title }}x{{ end }}', want: undefined },
  { template: '{{.constructor}}', want: undefined },
])('commit template $template', ({ template, want }) => expect(commitText(template, member(1))).toBe(want));

test('a refusal lasts 5, 10, 20, 40, then 60 minutes, and no longer than its facts', () => {
  let refusal = refuse(undefined, { message: 'no', now: NOW, facts: 'f' });
  const minutes: number[] = [];
  for (let n = 0; n < 6; n++) {
    minutes.push((refusal.until - NOW) / 60_000);
    expect(holds(refusal, refusal.until - 1, 'f')).toBe(true);
    expect(holds(refusal, refusal.until, 'f')).toBe(false);
    refusal = refuse(refusal, { message: 'no', now: NOW, facts: 'f' });
  }
  expect(minutes).toEqual([5, 10, 20, 40, 60, 60]);
  expect(holds(refusal, NOW, 'g')).toBe(false);
  expect(refuse(refusal, { message: 'no', now: NOW, facts: 'g' }).times).toBe(1);
});

describe('which pools an event is about', () => {
  const sender = { login: 'x', type: 'User' };
  const pull = { baseRef: 'main' };
  const on = (facts: object) => ({ repo: REPO, sender, ...facts }) as unknown as Event;
  const config = snapshot({ blocker_label: 'blocker' });
  test.each<{ name: string; event: Event; want: readonly string[] }>([
    { name: 'a pull request', event: on({ kind: 'pull_request', action: 'labeled', pull, baseChanged: false }), want: ['acme/app@main'] },
    { name: 'a pull request with another base', event: on({ kind: 'pull_request', action: 'edited', pull, baseChanged: true }), want: ['acme/app'] },
    { name: 'a review', event: on({ kind: 'pull_request_review', pull }), want: ['acme/app@main'] },
    { name: 'a push', event: on({ kind: 'push', ref: 'refs/heads/release/1' }), want: ['acme/app@release/1'] },
    { name: 'a tag', event: on({ kind: 'push', ref: 'refs/tags/v1' }), want: [] },
    { name: 'a status', event: on({ kind: 'status', context: 'ci', sha: 'abc' }), want: ['acme/app:abc'] },
    { name: "Tide's own status", event: on({ kind: 'status', context: 'tide', sha: 'abc' }), want: [] },
    { name: 'a check run', event: on({ kind: 'check_run', name: 'ci', sha: 'abc' }), want: ['acme/app:abc'] },
    { name: "Tide's own check run", event: on({ kind: 'check_run', name: 'tide', sha: 'abc' }), want: [] },
    { name: 'a workflow run', event: on({ kind: 'workflow_run', name: 'CI', sha: 'abc' }), want: ['acme/app:abc'] },
    { name: 'a blocker', event: on({ kind: 'issues', labels: ['Blocker'], label: undefined }), want: ['acme/app'] },
    { name: 'a blocker no more', event: on({ kind: 'issues', labels: [], label: 'blocker' }), want: ['acme/app'] },
    { name: 'any issue', event: on({ kind: 'issues', labels: ['bug'], label: undefined }), want: [] },
    { name: 'a comment', event: on({ kind: 'comment' }), want: [] },
    { name: 'another organisation', event: { ...on({ kind: 'push', ref: 'refs/heads/main' }), repo: { org: 'other', name: 'x' } } as Event, want: [] },
    { name: 'no repository', event: { ...on({ kind: 'other', name: 'team' }), repo: undefined } as Event, want: [] },
  ])('$name', ({ event, want }) => {
    const keys = tideKeys(event, config);
    expect(keys.map(tideKeyName)).toEqual(want);
    for (const { delayMs } of keys) expect(delayMs).toBe(DEBOUNCE_MS);
  });
});

const view = (branch: string, facts: Partial<PoolView> = {}): PoolView => ({ org: 'acme', repo: 'app', branch, baseSha: BASE, at: NOW, action: 'WAIT', target: [], blockers: [], error: undefined, pulls: [], ...facts });
const shown = (number: number, state: 'merging' | 'ready' | 'pending' | 'waiting') => ({ number, title: `T${number}`, author: 'a', url: 'u', headSha: headOf(number), state, reasons: [] });

test('a head is looked for in the pools that have it, else in all of its repository', () => {
  const views = [view('main', { pulls: [shown(1, 'ready')] }), view('dev'), view('main', { repo: 'lib' })];
  const branches = (sha: string) => poolsOf({ ...REPO, sha }, views).map(({ branch }) => branch);
  expect(branches(headOf(1))).toEqual(['main']);
  expect(branches(headOf(2))).toEqual(['main', 'dev']);
});

test('/tide.js has upstream\'s names, and pools without a pull request in them are none', () => {
  const pools = [view('main', { action: 'MERGE', target: [2], pulls: [shown(1, 'pending'), shown(2, 'merging'), shown(3, 'waiting')] }), view('dev', { pulls: [shown(4, 'waiting')] })];
  const pull = (n: number) => ({ Number: n, Title: `T${n}`, HeadRefOID: headOf(n), Mergeable: 'MERGEABLE' });
  expect(tideJson(snapshot({ queries: [{ orgs: ['acme'], labels: ['lgtm'] }] }), pools)).toEqual({
    Queries: ['is:pr state:open archived:false label:"lgtm" org:"acme"'], TideQueries: [{ orgs: ['acme'], labels: ['lgtm'] }],
    Pools: [{ Org: 'acme', Repo: 'app', Branch: 'main', SuccessPRs: [pull(2)], PendingPRs: [pull(1)], MissingPRs: [], BatchPending: [], Action: 'MERGE', Target: [pull(2)], Blockers: [], Error: '', TenantIDs: [] }],
  });
});

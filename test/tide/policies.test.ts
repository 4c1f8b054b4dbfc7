import { expect, test } from '@jest/globals';
import type { InRepoFault, InRepoReads, JobsAt } from '../../src/config/jobs/inRepo.js';
import type { Presubmit } from '../../src/config/jobs/schema.js';
import { NotFoundError, RemoteError } from '../../src/core/errors.js';
import type { PoolMember } from '../../src/core/ports/merging.js';
import { judge } from '../../src/tide/judge.js';
import { readPolicies } from '../../src/tide/policies.js';
import { headOf, member, poolRead, presubmit, snapshot, world } from './fixtures.js';

const UNIT = presubmit('unit');
const MORE = presubmit('more');
const signal = new AbortController().signal;
const ON = { prow: { in_repo_config: { enabled: { acme: true } } } };
const broken = (inherited: boolean): InRepoFault => ({ kind: 'broken', inherited, findings: [{ file: '.prow.yaml', line: 2, column: 3, path: 'presubmits', message: 'expected array' }, { file: '.prow.yaml', line: 9, column: 1, path: '', message: 'x' }] });

type Answer = readonly Presubmit[] | InRepoFault | Error;

/** The rules that come of what git says of the base and of heads; with the questions that were asked. */
async function read(members: readonly PoolMember[], answers: Readonly<Record<string, Answer>>, config = snapshot({}, ON)) {
  const asked: JobsAt[] = [];
  const inRepo: InRepoReads = {
    jobsAt: (_config, at) => {
      asked.push(at);
      const answer = answers[at.heads[0] ?? 'base'] ?? answers['base'] ?? [];
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve('kind' in answer ? { presubmits: [], postsubmits: [], fault: answer } : { presubmits: answer, postsubmits: [], fault: undefined });
    },
  };
  const found = await readPolicies(poolRead(members), config, { inRepo, signal });
  if ('fault' in found) throw new Error(found.fault);
  return { ...found, heads: asked.map(({ heads }) => heads) };
}

test('the jobs of the tip count for all, those that a pull request brings for itself', async () => {
  const { policy, own, heads } = await read([member(1), member(2), member(3)], { base: [UNIT], [headOf(2)]: [UNIT, MORE], [headOf(3)]: [] });
  expect(policy).toMatchObject({ required: ['unit'], ours: ['unit'] });
  expect([...own]).toEqual([[2, { policy: expect.objectContaining({ required: ['more', 'unit'] }) }], [3, { policy: expect.objectContaining({ required: [] }) }]]);
  expect(heads).toEqual([[], [headOf(1)], [headOf(2)], [headOf(3)]]);
});

test('only who could merge but for checks is asked', async () => {
  const waiting = [member(1, { labels: ['lgtm'] }), member(2, { draft: true }), member(3, { mergeable: 'conflicting' }), member(4, { labels: ['lgtm', 'approved', 'do-not-merge/hold'] }), member(5, { mergeable: 'unknown' })];
  expect((await read(waiting, { base: [UNIT] })).heads).toEqual([[], [headOf(5)]]);
  expect((await read([member(1)], { base: [UNIT] }, snapshot())).heads).toEqual([[]]);
});

test.each<{ name: string; answers: Readonly<Record<string, Answer>>; text: RegExp | undefined }>([
  { name: 'broken by the pull request', answers: { base: [], [headOf(1)]: broken(false) }, text: /cannot be used: \.prow\.yaml:2:3: presubmits: expected array \(and 1 more\)/ },
  { name: 'broken on the base', answers: { base: broken(true) }, text: /cannot be used: already on main, \.prow\.yaml:2:3/ },
  { name: 'broken on the base, mended by the pull request', answers: { base: broken(true), [headOf(1)]: [] }, text: undefined },
  { name: 'in conflict', answers: { base: [], [headOf(1)]: { kind: 'conflict', message: 'a cannot be merged onto main at b' } }, text: /cannot be used: a cannot be merged/ },
  { name: 'gone', answers: { base: [], [headOf(1)]: new NotFoundError('no such commit', { service: 'git' }) }, text: /its commit cannot be read: no such commit/ },
])('$name: it merges only when nothing is wrong', async ({ answers, text }) => {
  const { policy, own } = await read([member(1)], answers);
  const { state, reasons } = judge(member(1), world([member(1)], { policy, own }));
  expect(state).toBe(text ? 'waiting' : 'ready');
  expect(reasons.map((reason) => reason.text)).toEqual(text ? [expect.stringMatching(text)] : []);
});

test('a job of the pull request alone must pass before it merges', async () => {
  const { policy, own } = await read([member(1), member(2)], { base: [], [headOf(2)]: [MORE] });
  const facts = { policy, own };
  expect(judge(member(1), world([], facts)).state).toBe('ready');
  expect(judge(member(2), world([], facts)).reasons.map(({ text }) => text)).toEqual(['The check more is required, and it has not reported yet']);
});

test('rules that contradict one another because of a pull request stop it alone', async () => {
  const { policy, own } = await read([member(1), member(2)], { base: [], [headOf(2)]: [presubmit('cla', { optional: true })] }, snapshot({ context_options: { 'required-contexts': ['cla'] } }, ON));
  expect(policy.required).toEqual(['cla']);
  expect([...own]).toEqual([[2, { fault: expect.stringContaining('cla') }]]);
});

test('git being away is no answer', async () => {
  await expect(read([member(1)], { base: new RemoteError('git is away', { service: 'git' }) })).rejects.toThrow('git is away');
});

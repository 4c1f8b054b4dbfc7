import { expect, test } from '@jest/globals';
import { doubledEffects, summarize, type LoggedEffect } from '../../../src/embedded/story/effects.js';

const bot = 'prow[bot]';
const at = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();
const effect = (ms: number, who: string, kind: string, detail: Record<string, unknown>, target = 'acme/shop#1'): LoggedEffect => ({ at: at(ms), who, kind, target, detail });
const said = (ms: number, who: string, body: string): LoggedEffect => effect(ms, who, 'comment.create', { body });
const label = (ms: number, kind: 'add' | 'remove', name: string): LoggedEffect => effect(ms, bot, `label.${kind}`, { label: name });
const check = (ms: number, kind: 'create' | 'update', title: string): LoggedEffect => effect(ms, bot, `check_run.${kind}`, { name: 'tide', title, status: 'in_progress', conclusion: null, externalId: title }, 'acme/shop:abc');

test.each<{ name: string; effects: readonly LoggedEffect[]; want: readonly unknown[] }>([
  { name: 'nothing happened', effects: [], want: [] },
  { name: 'one label for one command', effects: [said(0, 'ada', '/hold'), label(1, 'add', 'do-not-merge/hold'), said(2, 'ada', '/hold cancel'), label(3, 'remove', 'do-not-merge/hold')], want: [] },
  { name: 'a command that was repeated', effects: [said(0, 'ada', '/hold'), label(1, 'add', 'do-not-merge/hold'), label(2, 'remove', 'do-not-merge/hold'), said(3, 'ada', 'again\n/hold\r'), label(4, 'add', 'do-not-merge/hold')], want: [] },
  { name: 'a command that took effect again', effects: [said(0, 'ada', '/hold'), label(1, 'add', 'do-not-merge/hold'), label(2, 'remove', 'do-not-merge/hold'), label(3, 'add', 'do-not-merge/hold')], want: [expect.stringContaining('label.add do-not-merge/hold happened 2 times')] },
  { name: 'a comment twice', effects: [said(0, bot, 'Hello'), said(9, bot, 'Hello')], want: [expect.stringContaining('comment.create happened 2 times')] },
  { name: 'the same words of two people', effects: [said(0, 'ada', 'Hello'), said(9, 'ada', 'Hello')], want: [] },
  { name: 'a check twice', effects: [check(0, 'create', 'a'), check(1, 'create', 'b')], want: [expect.stringContaining('check_run.create happened 2 times')] },
  { name: 'a check that says something new', effects: [check(0, 'create', 'a'), check(1, 'update', 'b'), check(2, 'update', 'a')], want: [] },
  { name: 'a check that says the same again', effects: [check(0, 'create', 'a'), check(1, 'update', 'a')], want: [expect.stringContaining('said the same twice')] },
  { name: 'a merge twice', effects: [effect(0, bot, 'pull.merge', {}), effect(1, bot, 'pull.merge', {})], want: [expect.stringContaining('pull.merge happened 2 times')] },
])('doubled effects: $name', ({ effects, want }) => {
  expect(doubledEffects(effects, bot)).toEqual(want);
});

test('the figures of a merged pull request come from the log', () => {
  const effects = [
    said(0, 'ada', '/lgtm'), label(400, 'add', 'lgtm'), said(1_000, 'ada', '/approve'), label(1_200, 'add', 'approved'),
    effect(2_000, 'github-actions[bot]', 'check_run.update', { name: 'test', status: 'completed' }, 'acme/shop:abc'), check(2_400, 'update', 'ready'), effect(2_500, bot, 'pull.merge', { head: 'abc' }),
  ];
  expect(summarize(effects, { bot, repo: 'acme/shop', number: 1, title: 'One', mergeSha: 'def', headSha: 'abc', check: 'test' })).toEqual({
    number: 1, title: 'One', mergeSha: 'def', secondsFromCommentToEffect: 0.2, secondsFromReadyToMerged: 0.5,
    comments: [{ by: 'ada', comment: '/lgtm', effect: 'label.add lgtm', seconds: 0.4 }, { by: 'ada', comment: '/approve', effect: 'label.add approved', seconds: 0.2 }],
  });
});

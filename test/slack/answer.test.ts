import { expect, test } from '@jest/globals';
import type { PoolView } from '../../src/core/ports/tide.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { answerTo, questionOf } from '../../src/slack/answer.js';

const issue = { org: 'acme', name: 'shop', number: 7 };

test.each([
  { text: 'status acme/shop#7', want: { kind: 'status', issue } },
  { text: '  why   acme/shop#7 ', want: { kind: 'why', issue } },
  { text: 'why https://github.com/acme/shop/pull/7', want: { kind: 'why', issue } },
  { text: 'why <https://github.com/acme/shop/pull/7|acme/shop#7>', want: { kind: 'why', issue } },
  { text: '', want: { kind: 'help', about: undefined } },
  { text: 'help', want: { kind: 'help', about: undefined } },
  { text: 'dance', want: { kind: 'help', about: 'I do not know `dance`.' } },
  { text: '<!channel>', want: { kind: 'help', about: 'I do not know `&lt;!channel&gt;`.' } },
  { text: 'why', want: { kind: 'help', about: '`/prow why` needs one pull request, as ORG/REPO#N.' } },
  { text: 'why acme/shop', want: { kind: 'help', about: '`/prow why` needs one pull request, as ORG/REPO#N.' } },
  { text: 'why acme/shop#7 please', want: { kind: 'help', about: '`/prow why` needs one pull request, as ORG/REPO#N.' } },
])('$text', ({ text, want }) => expect(questionOf(text)).toEqual(want));

const pool = (more: Partial<PoolView> = {}): PoolView => ({
  org: 'acme', repo: 'shop', branch: 'main', baseSha: 'b', at: 0, action: 'WAIT', target: [], blockers: [], error: undefined,
  pulls: [{ number: 7, title: 'Fix <b> & `c`', author: 'a', url: 'https://github.com/acme/shop/pull/7', headSha: 'h', state: 'waiting', reasons: [{ kind: 'label_missing', text: 'the label lgtm is missing', clearedBy: 'somebody with /lgtm', since: undefined }] }],
  ...more,
});
const run = (job: string, state: ProwJob['status']['state'], start: number, url?: string): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: job }, spec: { type: 'presubmit', agent: 'kubernetes', job }, status: { state, startTime: new Date(start).toISOString(), description: `is ${state}`, ...(state !== 'pending' && { completionTime: 'x' }), ...(url && { url }) },
});

test('why: what keeps it, escaped', () => {
  expect(answerTo({ kind: 'why', issue }, { pools: [pool()], jobs: [run('unit', 'failure', 1)] })).toBe('*<https://github.com/acme/shop/pull/7|acme/shop#7>* Fix &lt;b&gt; &amp; ˋcˋ\nIt does not merge yet.\n• the label lgtm is missing _(cleared by somebody with /lgtm)_');
});

test('status: the newest run of each job as well', () => {
  const jobs = [run('unit', 'failure', 1), run('unit', 'success', 2, 'https://prow/2'), run('lint', 'pending', 1), run('e2e', 'failure', 1)];
  expect(answerTo({ kind: 'status', issue: { ...issue, org: 'ACME' } }, { pools: [pool()], jobs }).split('\n').slice(3)).toEqual([':x: e2e: failure, is failure', ':hourglass_flowing_sand: lint: pending, is pending', ':white_check_mark: <https://prow/2|unit>: success']);
});

test.each([
  { name: 'nothing known', known: { pools: [], jobs: [] }, want: /^I know nothing of acme\/shop#7/ },
  { name: 'only jobs', known: { pools: [], jobs: [run('unit', 'success', 1)] }, want: /Tide does not look after it\.\n:white_check_mark: unit/ },
  { name: 'a blocked branch', known: { pools: [pool({ blockers: [{ number: 9, title: 'broken', url: 'u' }] })], jobs: [] }, want: /merges into `main` are blocked by <u\|#9> broken/ },
  { name: 'a pool in trouble', known: { pools: [pool({ error: 'no rules' })], jobs: [] }, want: /Tide cannot decide: no rules/ },
])('$name', ({ known, want }) => expect(answerTo({ kind: 'status', issue }, known)).toMatch(want));

import { expect, test } from '@jest/globals';
import { findAnswer, type Found } from '../../src/core/answer.js';
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

const asked = (pools: readonly PoolView[], about = issue): Promise<Found> => findAnswer(about, { pools: async () => pools, merges: async () => [] });

test('why: what keeps it, escaped, in blocks as well', async () => {
  const { text, blocks } = answerTo({ kind: 'why', issue }, { found: await asked([pool()]), jobs: [run('unit', 'failure', 1)], now: 120_000 });
  expect(text).toBe('*<https://github.com/acme/shop/pull/7|acme/shop#7>* Fix &lt;b&gt; &amp; ˋcˋ\nIt does not merge yet.\n• the label lgtm is missing _(cleared by somebody with /lgtm)_');
  expect(blocks?.map((block) => (block.type === 'section' ? block.text.text : block.elements.map((element) => element.text).join()))).toEqual([...text.split('\n'), 'Tide looked 2 min ago, at main b']);
});

test('status: the newest run of each job as well', async () => {
  const jobs = [run('unit', 'failure', 1), run('unit', 'success', 2, 'https://prow/2'), run('lint', 'pending', 1), run('e2e', 'failure', 1)];
  const { text, blocks } = answerTo({ kind: 'status', issue }, { found: await asked([pool()], { ...issue, org: 'ACME' }), jobs, now: 0 });
  expect(text.split('\n').slice(3)).toEqual([':x: e2e: failure, is failure', ':hourglass_flowing_sand: lint: pending, is pending', ':white_check_mark: <https://prow/2|unit>: success']);
  expect(blocks).toBeUndefined();
});

test.each([
  { name: 'nothing known', pools: [], jobs: [], want: /^Tide does not know acme\/shop#7/ },
  { name: 'only jobs', pools: [], jobs: [run('unit', 'success', 1)], want: /^Tide does not know acme\/shop#7.*\n:white_check_mark: unit/ },
  { name: 'a pool in trouble', pools: [pool({ error: 'no rules' })], jobs: [], want: /something went wrong: no rules/ },
])('$name', async ({ pools, jobs, want }) => expect(answerTo({ kind: 'status', issue }, { found: await asked(pools), jobs, now: 0 }).text).toMatch(want));

test('a list that is too long for Slack is cut, and says so', async () => {
  const reasons = Array.from({ length: 60 }, (_, n) => ({ kind: 'context_failing', text: `The check c${n} has failed`, clearedBy: `the check \`c${n}\``, since: undefined }) as const);
  const [pull] = pool().pulls;
  const { blocks } = answerTo({ kind: 'why', issue }, { found: await asked([pool({ pulls: pull ? [{ ...pull, reasons }] : [] })]), jobs: [], now: 0 });
  expect(blocks?.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks)).toContain('and 20 more');
});

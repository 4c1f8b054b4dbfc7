import { expect, test } from '@jest/globals';
import { answerFor, type Answer } from '../../src/core/answer.js';
import { answerJson } from '../../src/core/answerJson.js';
import { answerComment, answerMarkdown } from '../../src/core/answerMarkdown.js';
import { whyLines } from '../../src/cli/tide.js';
import { whyBlocks } from '../../src/slack/why.js';
import { tideRoutes } from '../../src/web/tideRoutes.js';
import { blocked, type Blocked } from './blocked.js';
import { NOW } from './fixtures.js';
import { itemsOfJson, itemsOfMarkdown, itemsOfPage, itemsOfSlack, itemsOfTerminal, read, type Items } from './mediums.js';

function answerOf({ view, number }: Pick<Blocked, 'view' | 'number'>): Answer {
  const pull = view.pulls.find((one) => one.number === number);
  if (!pull) throw new Error(`#${number} is not there`);
  return answerFor(view, pull);
}

async function page({ view, number }: Pick<Blocked, 'view' | 'number'>): Promise<string> {
  const app = tideRoutes({ tide: { pools: async () => [view], merges: async () => [] }, queries: () => ({ Queries: [], TideQueries: [] }), jobs: false, linkUrl: () => 'https://github.com', clock: { now: () => NOW } }, { adminUrl: undefined });
  return (await app.request(`/pr?org=acme&repo=app&number=${number}`)).text();
}

const mediums: Readonly<Record<string, (one: Blocked) => Promise<Items> | Items>> = {
  'the check': (one) => itemsOfMarkdown(answerMarkdown(answerOf(one), 'check')),
  'the comment': (one) => itemsOfMarkdown(answerComment(answerOf(one))),
  Slack: (one) => itemsOfSlack(whyBlocks(answerOf(one), NOW)),
  'the terminal': (one) => itemsOfTerminal(whyLines(answerOf(one), NOW).join('\n')),
  'the page': async (one) => itemsOfPage(await page(one)),
  JSON: (one) => itemsOfJson(answerJson(answerOf(one))),
};

test('at least thirty states are staged, each once', () => {
  expect(blocked.length).toBeGreaterThanOrEqual(30);
  expect(new Set(blocked.map(({ name }) => name)).size).toBe(blocked.length);
});

test.each(blocked.map((one) => [one.name, one] as const))('%s: exactly these reasons', (_name, one) => {
  expect(answerOf(one).reasons.map(({ kind, text, clearedBy }) => [kind, text, clearedBy])).toEqual(one.want);
});

test.each(Object.entries(mediums).flatMap(([medium, items]) => blocked.map((one) => [medium, one.name, items, one] as const)))('%s says all of it: %s', async (_medium, _name, items, one) => {
  expect(await items(one)).toEqual(one.want.map(([, text, clearedBy]) => [read(text), read(clearedBy)]));
});

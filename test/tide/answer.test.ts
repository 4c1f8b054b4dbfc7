import { expect, test } from '@jest/globals';
import { answerFor, oneLine, type Answer } from '../../src/core/answer.js';
import { answerJson } from '../../src/core/answerJson.js';
import { answerComment, answerMarkdown } from '../../src/core/answerMarkdown.js';
import { whyLines } from '../../src/cli/tide.js';
import { whyBlocks } from '../../src/slack/why.js';
import { tideRoutes } from '../../src/web/tideRoutes.js';
import { blocked, type Blocked } from './blocked.js';
import { NOW } from './fixtures.js';

function answerOf({ view, number }: Pick<Blocked, 'view' | 'number'>): Answer {
  const pull = view.pulls.find((one) => one.number === number);
  if (!pull) throw new Error(`#${number} is not there`);
  return answerFor(view, pull);
}

/** As a person reads it: invisible signs, escapes and code marks gone. */
const read = (text: string): string => text.replace(/\u200b/g, '').replaceAll('`', '').replaceAll('ˋ', '').replace(/\s+/g, ' ');
const markdown = (text: string): string => read(text.replace(/\\([^\w\s])/g, '$1'));
const entities = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const hypertext = (text: string): string => entities(text.replace(/<[^>]*>/g, ''));

/** The items of a rendered list: what each says, and who clears it. */
type Items = readonly (readonly [text: string, clearedBy: string])[];
const matches = (text: string, pattern: RegExp, plain: (text: string) => string): Items => [...text.matchAll(pattern)].map(([, said = '', cleared = '']) => [plain(said), plain(cleared)]);

async function page({ view, number }: Pick<Blocked, 'view' | 'number'>): Promise<string> {
  const app = tideRoutes({ tide: { pools: async () => [view], merges: async () => [] }, queries: () => [], jobs: false, linkUrl: () => 'https://github.com', clock: { now: () => NOW } }, { adminUrl: undefined });
  return (await app.request(`/pr?org=acme&repo=app&number=${number}`)).text();
}

const mediums: Readonly<Record<string, (one: Blocked) => Promise<Items> | Items>> = {
  'the check': (one) => matches(answerMarkdown(answerOf(one), 'check'), /^- (.*?)\. Cleared by: (.*?)\.(?: Since [^.]*\.)?(?: \[Details\]\(\S*\))?$/gm, markdown),
  'the comment': (one) => matches(answerComment(answerOf(one)), /^- (.*?)\. Cleared by: (.*?)\.(?: Since [^.]*\.)?(?: \[Details\]\(\S*\))?$/gm, markdown),
  Slack: (one) => whyBlocks(answerOf(one), NOW).flatMap((block) => (block.type === 'section' ? matches(block.text.text, /^• (.*) _\(cleared by (.*)\)_/g, (text) => read(entities(text.replace(/^<[^|]*\|(.*)>$/, '$1')))) : [])),
  'the terminal': (one) => matches(whyLines(answerOf(one), NOW).join('\n'), /^- (.*?); cleared by (.*?)(?:; for \d+ \w+)?(?:; https?:\S+)?$/gm, read),
  'the page': async (one) => matches(await page(one), /<p>((?:(?!<\/p>).)*)<\/p><p class="why">Cleared by (.*?)(?: \(for \d+ \w+\))?<\/p>/gs, (text) => read(hypertext(text))),
  JSON: (one) => (answerJson(answerOf(one)) as { reasons: { text: string; clearedBy: string }[] }).reasons.map(({ text, clearedBy }) => [read(oneLine(text)), read(clearedBy)]),
};

test('at least thirty states are staged, each once', () => {
  expect(blocked.length).toBeGreaterThanOrEqual(30);
  expect(new Set(blocked.map(({ name }) => name)).size).toBe(blocked.length);
});

test.each(blocked.map((one) => [one.name, one] as const))('%s: exactly these reasons', (_name, one) => {
  expect(answerOf(one).reasons.map(({ kind, text, clearedBy }) => [kind, text, clearedBy])).toEqual(one.want);
});

test.each(Object.entries(mediums).flatMap(([medium, items]) => blocked.map((one) => [medium, one.name, items, one] as const)))('%s says all of it: %s', async (_medium, _name, items, one) => {
  expect(await items(one)).toEqual(one.want.map(([, text, clearedBy]) => [read(oneLine(text)), read(clearedBy)]));
});

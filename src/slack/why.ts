import { linkable, mergedText, oneLine, placeText, sinceText, standing, unknownText, whenText, type Answer, type Found } from '../core/answer.js';
import { issueKey } from '../core/ids.js';
import type { Reason } from '../core/ports/tide.js';

/** A block of Slack's Block Kit, as far as answers use it. */
export type Block = Readonly<
  | { type: 'section'; text: Readonly<{ type: 'mrkdwn'; text: string }> }
  | { type: 'context'; elements: readonly Readonly<{ type: 'mrkdwn'; text: string }>[] }
>;

/** Slack refuses a longer text in a section, and more blocks than fifty. */
const MOST_TEXT = 3_000;
const MOST_REASONS = 40;

/** Slack gives these three a meaning; back quotes would begin code. */
export function plain(text: string): string {
  return oneLine(text).replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? '').replaceAll('`', 'ˋ');
}

/** Ours: names of checks stand between back quotes and become code. */
const ours = (text: string): string => text.split('`').map((part, n) => (n % 2 === 1 ? `\`${plain(part)}\`` : plain(part))).join('');

function reasonText({ text, clearedBy, since, url }: Reason, now: number): string {
  const link = linkable(url);
  const cleared = clearedBy === '' ? '' : ` _(cleared by ${ours(clearedBy)})_`;
  return `• ${link === undefined ? plain(text) : `<${link}|${plain(text)}>`}${cleared}${since === undefined ? '' : `, for ${sinceText(since, now)}`}`;
}

/** The answer in Slack's Markdown, a paragraph each. */
export function whyTexts(found: Found, now: number): readonly string[] {
  if (found.kind === 'merged') return [plain(mergedText(found))];
  if (found.kind === 'unknown') return [plain(unknownText(found))];
  return openTexts(found, now);
}

function openTexts(answer: Answer, now: number): readonly string[] {
  const { issue, url, title, reasons, merge, trouble } = answer;
  const link = linkable(url);
  const name = plain(issueKey(issue));
  return [
    `*${link === undefined ? name : `<${link}|${name}>`}* ${plain(title)}`,
    standing(answer),
    ...reasons.slice(0, MOST_REASONS).map((reason) => reasonText(reason, now)),
    ...(reasons.length > MOST_REASONS ? [`• and ${reasons.length - MOST_REASONS} more`] : []),
    ...[placeText(answer), whenText(merge, now)].filter((one) => one !== undefined).map(plain),
    ...(trouble === undefined ? [] : [`At Tide's last look something went wrong: ${plain(trouble)}`]),
  ];
}

/** The answer as blocks: a heading, each reason by itself, and when Tide looked. */
export function whyBlocks(found: Found, now: number): readonly Block[] {
  const sections = whyTexts(found, now).map((text): Block => ({ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, MOST_TEXT) } }));
  if (found.kind !== 'open') return sections;
  return [...sections, { type: 'context', elements: [{ type: 'mrkdwn', text: `Tide looked ${sinceText(found.at, now)} ago, at ${plain(found.branch)} ${found.baseSha.slice(0, 7)}` }] }];
}

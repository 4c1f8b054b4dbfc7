import { clockText, linkable, mergedText, oneLine, placeText, standing, unknownText, whenStanding, type Answer, type Found } from './answer.js';
import type { Reason } from './ports/tide.js';

/** Reasons that are told; a pull request with more has other worries. */
const MOST = 100;
/** GitHub takes 65,535 characters. */
const MOST_CHARACTERS = 50_000;

const ISSUE = /\b(https?):\/\/(?=[^\s]*\/(?:issues|pull)\/\d)/g;

/** What stands between back quotes is code already. */
function escaped(text: string): string {
  return text.replace(/[<>[\]\\*_|~`]/g, (sign) => `\\${sign}`).replaceAll('@', '@\u200b').replace(/#(?=\d)/g, '#\u200b').replace(ISSUE, '$1:\u200b//');
}

/** Text of strangers in Markdown: nothing that mentions people, refers to issues or makes Markdown of it. Code spans stay, mentions in them aside. */
export function markdownText(text: string): string {
  return oneLine(text).split(/(`[^`]+`)/).map((part, n) => (n % 2 === 1 ? part.replaceAll('@', '@\u200b') : escaped(part))).join('');
}

/** A comment shows on every issue that it links to, each time somebody asks; a check's summary does not. */
export type Place = 'check' | 'comment';

const mentions = (url: string): boolean => /\/(?:issues|pull)\/\d+(?:$|[#?])/.test(url);

function line({ text, clearedBy, since, url }: Reason, place: Place): string {
  const link = linkable(url);
  return `- ${markdownText(text)}. Cleared by: ${markdownText(clearedBy)}.${since === undefined ? '' : ` Since ${clockText(since)}.`}${link === undefined || (place === 'comment' && mentions(link)) ? '' : ` [Details](${link})`}`;
}

/** Every reason with who clears it, as a list. */
export function reasonsMarkdown(reasons: readonly Reason[], place: Place): string {
  const lines: string[] = [];
  let length = 0;
  for (const one of reasons.slice(0, MOST).map((reason) => line(reason, place))) {
    length += one.length + 1;
    if (length > MOST_CHARACTERS) break;
    lines.push(one);
  }
  return [...lines, ...(reasons.length > lines.length ? [`- and ${reasons.length - lines.length} more`] : [])].join('\n');
}

/** The whole answer for texts that stay where they are written, such as a check's summary. */
export function answerMarkdown(answer: Pick<Answer, 'state' | 'reasons' | 'queue' | 'merge'> & Readonly<{ trouble?: string | undefined }>, place: Place): string {
  const { reasons, merge, trouble } = answer;
  const parts = [
    reasons.length > 0 ? `${answer.state === 'waiting' ? 'This pull request does not merge yet, because:' : standing(answer)}\n\n${reasonsMarkdown(reasons, place)}` : 'Nothing keeps this pull request from merging.',
    [placeText(answer), whenStanding(merge)].filter((one) => one !== undefined).map(markdownText).join(' '),
    trouble === undefined ? '' : `At Tide's last look something went wrong: ${markdownText(trouble)}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What `/why` posts. */
export function answerComment(found: Found): string {
  if (found.kind === 'merged') return markdownText(mergedText(found));
  if (found.kind === 'unknown') return markdownText(unknownText(found));
  return `${answerMarkdown(found, 'comment')}\n\n_As of ${clockText(found.at)}, commit ${found.headSha.slice(0, 7)} onto ${markdownText(found.branch)} at ${found.baseSha.slice(0, 7)}. Comment \`/why\` to bring this up to date._`;
}

import { findAnswer, mergedText, oneLine, placeText, sinceText, standing, unknownText, whenText, type Answer } from '../core/answer.js';
import { answerJson } from '../core/answerJson.js';
import { issueKey } from '../core/ids.js';
import type { TideViews } from '../core/ports/tide.js';
import { UsageError } from './flags.js';

interface Deps {
  readonly tide: Pick<TideViews, 'pools' | 'merges'>;
  readonly print: (line: string) => void;
  readonly now: number;
  /** `text` or `json`. */
  readonly output: string;
}

/** The answer, a line each: where the pull request stands, what keeps it and who clears that, its place and when it will merge. */
export function whyLines(answer: Answer, now: number): readonly string[] {
  const { issue, title, branch, baseSha, reasons, merge, trouble, at } = answer;
  const lines = [
    `${issueKey(issue)} ${title}`,
    `${standing(answer)} (${branch} at ${baseSha.slice(0, 8)}, decided ${new Date(at).toISOString()})`,
    ...reasons.map(({ text, clearedBy, since, url }) => `- ${text}; cleared by ${clearedBy}${since === undefined ? '' : `; for ${sinceText(since, now)}`}${url === undefined ? '' : `; ${url}`}`),
    ...[placeText(answer), whenText(merge, now)].filter((one) => one !== undefined),
    ...(trouble === undefined ? [] : [`At Tide's last look something went wrong: ${trouble}`]),
  ];
  // What strangers wrote must not steer the terminal.
  return lines.map(oneLine);
}

/** `prow tide why ORG/REPO#N`. Exit code 1 when Tide does not know the pull request. */
export async function tideCommand(args: readonly string[], { tide, print, now, output }: Deps): Promise<number> {
  const [verb, target = '', ...more] = args;
  const [, org, name, number] = /^([^/#\s]+)\/([^/#\s]+)#(\d+)$/.exec(target) ?? [];
  if (verb !== 'why' || org === undefined || name === undefined || number === undefined || more.length > 0) throw new UsageError('usage: prow tide why ORG/REPO#N [--output=json]');
  if (output !== 'text' && output !== 'json') throw new UsageError(`--output: expected text or json, found ${JSON.stringify(output)}`);
  const found = await findAnswer({ org, name, number: Number(number) }, tide);
  if (output === 'json') print(JSON.stringify(answerJson(found), undefined, 2));
  else if (found.kind === 'open') for (const line of whyLines(found, now)) print(line);
  else print(found.kind === 'merged' ? mergedText(found) : unknownText(found));
  return found.kind === 'unknown' ? 1 : 0;
}

import { formatFinding } from '../../config/findings.js';
import { inRepoEnabled, type InRepoFault } from '../../config/jobs/inRepo.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { standingComments } from '../../core/marker.js';
import { plainReply } from '../../core/reply.js';
import type { PluginContext } from '../plugin.js';

/** What trigger says of a repository's own configuration that cannot be used. */

const PURPOSE = 'in-repo';
const MAX_LINES = 20;
const MAX_LENGTH = 300;

/** One line for each fault, with its place; the first ones of many. */
export function faultLines(fault: InRepoFault): readonly string[] {
  if (fault.kind === 'conflict') return [fault.message];
  const lines = fault.findings.slice(0, MAX_LINES).map(formatFinding);
  return fault.findings.length > MAX_LINES ? [...lines, `and ${fault.findings.length - MAX_LINES} more`] : lines;
}

/** Lines with words of strangers, as code that nothing in them can end. */
function asCode(lines: readonly string[]): string {
  const plain = lines.map((line) => line.replaceAll(/\s+/g, ' ').replaceAll('`', "'").replaceAll('<!--', '<!').slice(0, MAX_LENGTH));
  return `\`\`\`\n${plain.join('\n')}\n\`\`\``;
}

const NOT_AFFECTED = 'Jobs of the central configuration are not affected.';

/** Paragraphs for an answer to somebody who asked for tests; nothing with upstream's style, which does not say it. */
export function faultText(fault: InRepoFault | undefined, { baseRef }: Pull, { config }: Pick<PluginContext, 'config'>): readonly string[] {
  if (!fault || config.plugins.comment_style !== 'quiet') return [];
  const what = fault.kind === 'conflict' ? 'The configuration of jobs in this repository cannot be read' : `The configuration of jobs in this repository cannot be used, ${fault.inherited ? `already on ${baseRef}` : 'because of this pull request'}`;
  return [`${what}. ${NOT_AFFECTED}`, asCode(faultLines(fault))];
}

function brokenText(fault: Extract<InRepoFault, { kind: 'broken' }>, { headSha }: Pull): string {
  const paragraphs = [
    `This pull request changes the configuration of jobs in this repository, and at ${headSha.slice(0, 12)} it cannot be used. None of the repository's own jobs runs here. ${NOT_AFFECTED}`,
    asCode(faultLines(fault)),
    'Once a commit mends this, the jobs start and this comment goes away.',
  ];
  return plainReply(paragraphs.join('\n\n'));
}

/**
 * Keeps the one comment on a pull request that breaks the configuration: made or edited while it does, deleted when it no longer
 * does. What the base has already broken is none of the pull request's business, and conflicts show on GitHub.
 */
export async function explain(pull: Pull, fault: InRepoFault | undefined, context: PluginContext): Promise<readonly Action[]> {
  const { config } = context;
  if (config.plugins.comment_style !== 'quiet' || !inRepoEnabled(config.prow, pull) || fault?.kind === 'conflict') return [];
  const former = await formerly(pull, context);
  if (fault && !fault.inherited) return [{ kind: 'comment.upsert', issue: pull, purpose: PURPOSE, body: brokenText(fault, pull), style: 'edit', formerIds: former }];
  return former.length > 0 ? [{ kind: 'each', actions: former.map((commentId): Action => ({ kind: 'comment.delete', issue: pull, commentId })) }] : [];
}

async function formerly(pull: Pull, { github, said, signal }: PluginContext): Promise<readonly number[]> {
  const known = await said.ids('trigger', PURPOSE, pull, pull.createdAt);
  if (known) return known;
  const [me, comments] = await Promise.all([github.identity({ signal }), github.comments(pull, { signal })]);
  return standingComments(comments, me, 'trigger', PURPOSE).map(({ id }) => id);
}

import { readAsked, withoutFences } from '../../config/jobs/asked.js';
import { jobsForPull } from '../../config/jobs/inRepo.js';
import { contextsOf, pickJobs, wantedBy } from '../../config/jobs/wanted.js';
import { triggerFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { decideSkip } from './decide.js';

const SKIPPED = 'Skipped';

async function onCommand(event: CommandEvent<'skip'>, context: PluginContext): Promise<readonly Action[]> {
  const { issue, repo, isPull, state } = event;
  const { github, config, inRepo, signal } = context;
  if (!isPull || state !== 'open') return [];
  const reply = (message: string): Action => ({ kind: 'comment.reply', issue, purpose: 'skip', body: replyTo(event, message) });
  const pull = event.pull ?? (await github.pull(issue, { signal }));
  const [states, { presubmits, fault }] = await Promise.all([
    github.contexts(repo, pull.headSha, { signal }),
    jobsForPull(config, pull, () => github.branchSha(repo, pull.baseRef, { signal }), { inRepo, signal }),
  ]);
  // Upstream says nothing then.
  if (fault && config.plugins.comment_style === 'upstream') return [];
  if (fault) return [reply('nothing is skipped, because the configuration of jobs in this repository cannot be used at this head. Mend it, then ask again.')];
  const started = new Set((await startedBy(event, pull, presubmits, states, context)).map((job) => job.context));
  const skipped = decideSkip({ presubmits, branch: pull.baseRef, states, started });
  if (skipped.length === 0 && config.plugins.comment_style === 'quiet') {
    return [reply('there is nothing to skip: no context of an optional job has failed or waits on this head. Required ones cannot be skipped.')];
  }
  return skipped.map(({ context: name, source, url }): Action => (source === 'check'
    ? { kind: 'check.pass', repo, sha: pull.headSha, name, title: SKIPPED, summary: `\`/skip\` by ${event.user.login}: this job is optional.` }
    : { kind: 'status.set', repo, sha: pull.headSha, context: name, state: 'success', description: SKIPPED, url }));
}

/** The jobs that this very comment makes trigger start, which are not to be skipped. */
async function startedBy(
  { body, repo, issue }: CommandEvent<'skip'>, pull: Pull, presubmits: Parameters<typeof wantedBy>[0], states: Parameters<typeof contextsOf>[0], { github, config, signal }: PluginContext,
): ReturnType<typeof pickJobs> {
  const text = withoutFences(body);
  const asked = readAsked(text);
  const okToTest = asked.okToTest && !triggerFor(config.plugins, repo).ignore_ok_to_test;
  const files = async () => (await github.files(issue, { signal })).map(({ path }) => path);
  return pickJobs(wantedBy(presubmits, text, { ...asked, okToTest }, contextsOf(states)), pull, files);
}

/** Passes over optional jobs that have failed. */
export const skip: Plugin<'skip'> = {
  name: 'skip',
  help: 'Lets optional jobs of a pull request pass that have failed or never ended.',
  commands: {
    skip: {
      usage: '/skip',
      about: 'Sets the contexts of optional jobs to success that are not. Jobs that the same comment starts are left out, and so are required ones.',
      who: 'Anyone',
      examples: ['/skip'],
      pattern: pattern('(?mi)^/skip\\s*$'),
    },
  },
  on: { command: onCommand },
};

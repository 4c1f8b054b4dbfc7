import { triggerFor } from '../../config/plugins/entries.js';
import type { TriggerEntry } from '../../config/plugins/schema.js';
import type { Action } from '../../core/action.js';
import { RemoteError } from '../../core/errors.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { plainReply } from '../../core/reply.js';
import { isSelf, trusted } from '../../core/trusted.js';
import type { PluginContext } from '../plugin.js';
import { ABORTED, mayHaveTests, startAutomatic, testsOf, type Tests } from './start.js';
import { DRAFT_TEXT, invitation, welcomeText } from './text.js';
import { hasLabel, NEEDS_OK_TO_TEST, OK_TO_TEST, trustedPull, vouchingCounts } from './trust.js';

/** What happens to a pull request by itself (plugins-policy 4.1.8). A repository without presubmits is left alone. */
export async function onPull(event: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  const { pull, action } = event;
  if (!mayHaveTests(pull, context)) return [];
  const tests = testsOf(pull, context);
  const entry = triggerFor(context.config.plugins, pull);
  const abort: Action = { kind: 'prowjob.abort', issue: pull, description: ABORTED };
  switch (action) {
    case 'opened': return opened(pull, tests, entry, context);
    case 'reopened': case 'ready_for_review': return testIfTrusted(pull, tests, entry, context);
    case 'edited': return event.baseChanged ? testIfTrusted(pull, tests, entry, context) : [];
    case 'synchronize': return [{ kind: 'each', actions: [abort, ...(await testIfTrusted(pull, tests, entry, context))] }];
    case 'labeled': return labeled(event, tests, entry, context);
    case 'closed': case 'converted_to_draft': return [abort];
    default: return [];
  }
}

type ReadTests = () => Promise<Tests>;

async function opened(pull: Pull, tests: ReadTests, entry: TriggerEntry, context: PluginContext): Promise<readonly Action[]> {
  const author = await trusted(pull.author.login, pull, entry, context);
  if (!author.trusted) return (await hasTests(pull, tests, context)) ? welcome(pull, entry, context) : [];
  if (pull.draft) return (await hasTests(pull, tests, context)) ? [{ kind: 'comment.reply', issue: pull, purpose: 'draft', body: plainReply(DRAFT_TEXT) }] : [];
  return startAutomatic(pull, tests, context);
}

/** A configuration that is broken counts: breaking it must not spare a stranger the question whether his code may run. */
async function hasTests(pull: Pull, tests: ReadTests, { config }: PluginContext): Promise<boolean> {
  if (config.presubmits(pull).length > 0) return true;
  const { presubmits, fault } = await tests();
  return presubmits.length > 0 || fault?.kind === 'broken';
}

async function testIfTrusted(pull: Pull, tests: ReadTests, entry: TriggerEntry, context: PluginContext): Promise<readonly Action[]> {
  const { trusted: ok, labels } = await trustedPull(pull.author.login, pull, entry, context);
  if (!ok) return [];
  const outdated = labels !== undefined && hasLabel(labels, NEEDS_OK_TO_TEST);
  return [...(outdated ? [{ kind: 'label.remove', issue: pull, label: NEEDS_OK_TO_TEST } as const] : []), ...(await startAutomatic(pull, tests, context))];
}

async function labeled(event: PullEvent, tests: ReadTests, entry: TriggerEntry, context: PluginContext): Promise<readonly Action[]> {
  const { pull, label = '', sender } = event;
  switch (label.toLowerCase()) {
    // Of a trusted pull request the tests have run.
    case 'lgtm': return (await trustedPull(pull.author.login, pull, entry, context)).trusted ? [] : startAutomatic(pull, tests, context);
    // The bot's own labelling came with a comment, which starts them.
    case OK_TO_TEST: return !vouchingCounts(entry, context) || isSelf(await context.github.identity(context), sender.login) ? [] : startAutomatic(pull, tests, context);
    default: return [];
  }
}

/** To an untrusted author, once. Nothing runs, even where somebody has vouched already: the label's own event starts that. */
async function welcome(pull: Pull, entry: TriggerEntry, context: PluginContext): Promise<readonly Action[]> {
  const linkUrl = context.config.prow.github.link_url;
  if (entry.ignore_ok_to_test) return [{ kind: 'comment.reply', issue: pull, purpose: 'welcome', body: welcomeText(pull, entry, '', linkUrl) }];
  const [labels, kind] = await Promise.all([context.github.labels(pull, context), invitationOf(pull, entry, context)]);
  const actions: Action[] = [{ kind: 'comment.reply', issue: pull, purpose: 'welcome', body: welcomeText(pull, entry, invitation(entry, pull, kind, linkUrl), linkUrl) }];
  if (!hasLabel(labels, OK_TO_TEST) && !hasLabel(labels, NEEDS_OK_TO_TEST)) actions.unshift({ kind: 'label.add', issue: pull, label: NEEDS_OK_TO_TEST });
  return [{ kind: 'each', actions }];
}

async function invitationOf(pull: Pull, { org_invite: { prominent } }: TriggerEntry, { github, log, signal }: PluginContext): Promise<'plain' | 'prominent'> {
  if (pull.author.type === 'Bot' || prominent.disabled) return 'plain';
  try {
    const merged = await github.countSearch(pull.org, `type:pr is:merged org:${pull.org} author:${pull.author.login}`, { signal });
    return merged >= prominent.merged_pr_threshold ? 'prominent' : 'plain';
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    log.info({ err: error }, 'merged pull requests could not be counted');
    return 'plain';
  }
}

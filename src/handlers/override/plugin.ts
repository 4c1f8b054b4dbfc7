import { jobsForPull } from '../../config/jobs/inRepo.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import type { ContextState } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { cancelActions, overrideActions, withdrawalActions } from './actions.js';
import { argumentsOf, type Verb } from './args.js';
import { named, namesOf, overriddenOf, targetsOf, type Target } from './decide.js';
import { mayOverride, whoMay } from './rights.js';
import { bareText, brokenText, cancelledText, NOTHING_TO_CANCEL, overriddenText, refusedText, unknownText } from './text.js';

type Event = CommandEvent<Verb>;

/** What is asked for, in the order in which it is done (plugins-policy 4.6). */
const ORDER = ['override-cancel', 'override-sticky', 'override'] as const;

const reply = (event: Event, purpose: string, message: string): Action => ({ kind: 'comment.reply', issue: event.issue, purpose, body: replyTo(event, message) });

async function onCommand(event: Event, context: PluginContext): Promise<readonly Action[]> {
  if (!event.isPull || event.state !== 'open') return [];
  const requests = ORDER.flatMap((verb) => {
    const asked = argumentsOf(event.commands, verb);
    return asked ? [{ verb, ...asked, wants: verb === 'override-cancel' || !asked.bare }] : [];
  });
  const bare = requests.filter(({ wants }) => !wants).map(({ verb }) => reply(event, verb, bareText(verb)));
  const asked = requests.filter(({ wants }) => wants);
  if (asked.length === 0) return bare;
  const reading = read(event, context);
  reading.catch(() => undefined);
  const { pull } = await reading.then(({ tips }) => tips);
  const { user, repo } = event;
  if (!(await mayOverride(user.login, repo, pull.baseRef, context))) {
    return [...bare, ...asked.map(({ verb }) => reply(event, verb, refusedText(verb, user.login, whoMay(repo, context.config))))];
  }
  const head = await reading;
  const done = await Promise.all(asked.map(async ({ verb, names, bare: all }) => (verb === 'override-cancel' ? await cancel(event, all ? 'all' : names, head, context) : override(event, verb, names, head, context))));
  return [...bare, ...done.flat()];
}

interface Read {
  readonly tips: Readonly<{ pull: Pull; baseSha: string }>;
  readonly targets: readonly Target[];
  /** The repository's own configuration of jobs cannot be used. */
  readonly broken: boolean;
}

async function read({ issue, repo, pull: known, defaultBranch }: Event, { github, config, inRepo, signal }: PluginContext): Promise<Read> {
  const tips = known ? { pull: known, baseSha: await github.branchSha(repo, known.baseRef, { signal }) } : await github.pullAndBase(issue, defaultBranch, { signal });
  const { pull, baseSha } = tips;
  const [{ kind }, states, required, { presubmits, fault }] = await Promise.all([
    github.identity({ signal }), github.contexts(repo, pull.headSha, { signal }), github.requiredContexts(repo, pull.baseRef, { signal }), jobsForPull(config, pull, () => Promise.resolve(baseSha), { inRepo, signal }),
  ]);
  // Only an App can make check runs.
  const visible = (one: ContextState) => kind === 'app' || one.source === 'status';
  return { tips, targets: targetsOf({ states: states.filter(visible), required, presubmits, branch: pull.baseRef }), broken: fault !== undefined };
}

function override(event: Event, verb: 'override' | 'override-sticky', names: readonly string[], { tips, targets, broken }: Read, context: PluginContext): readonly Action[] {
  const { user: { login }, url } = event;
  if (broken) return [reply(event, verb, brokenText())];
  const { found, unknown } = named(targets, names);
  if (unknown.length > 0) return [reply(event, verb, unknownText(unknown, namesOf(targets)))];
  const kind = verb === 'override' ? 'plain' : 'sticky';
  return [...overrideActions(found, { ...tips, login, url, override: kind }, context), reply(event, verb, overriddenText(found.map((target) => target.context), login, kind))];
}

async function cancel(event: Event, names: readonly string[] | 'all', { tips: { pull }, targets }: Read, context: PluginContext): Promise<readonly Action[]> {
  const { user: { login }, url } = event;
  const overridden = overriddenOf(targets);
  const found = names === 'all' ? overridden : named(overridden, names).found;
  if (found.length === 0) return [reply(event, 'override-cancel', NOTHING_TO_CANCEL)];
  // The ProwJobs come first: once a context has failed, a repetition finds no override of it any more.
  return [...(await withdrawals(found, pull, login, context)), ...cancelActions(found, { pull, login, url }), reply(event, 'override-cancel', cancelledText(found.map(({ context }) => context), login))];
}

/** The ProwJobs that passed because these contexts were overridden (K14). Upstream's style leaves them, as upstream does. */
async function withdrawals(found: readonly Target[], pull: Pull, login: string, { config, jobs, signal }: PluginContext): Promise<readonly Action[]> {
  if (config.plugins.comment_style === 'upstream' || !found.some(({ job }) => job)) return [];
  const made = await jobs.list({ 'prow.k8s.io/refs.org': pull.org, 'prow.k8s.io/refs.repo': pull.name, 'prow.k8s.io/refs.pull': String(pull.number), 'prow.k8s.io/type': 'presubmit' }, { signal });
  return withdrawalActions(made, found, { pull, login });
}

const line = (verb: Verb) => pattern(`(?mi)^/${verb}(?:[ \\t]+([^\\r\\n]*))?\\r?$`);
const WHO = 'Administrators of the repository, and people whom the configuration names';

/** Lets people with the right make failed contexts pass. */
export const overriding: Plugin<Verb> = {
  name: 'override',
  help: 'Lets administrators say that a failed or missing context of a pull request does not matter.',
  commands: {
    override: {
      usage: '/override <context or job>...', about: 'Makes contexts of the head pass. Names with spaces are put in double quotes.', who: WHO, examples: ['/override pull-unit', '/override ci/lint "test / Unit tests"'], featured: true, pattern: line('override'),
    },
    'override-sticky': {
      usage: '/override-sticky <context or job>...', about: 'As `/override`, and holds for this head when tests run again or the base moves.', who: WHO, examples: ['/override-sticky pull-unit'], pattern: line('override-sticky'),
    },
    'override-cancel': {
      usage: '/override-cancel [context or job]...', about: 'Takes overrides back, all of the head where none is named.', who: WHO, examples: ['/override-cancel', '/override-cancel pull-unit'], pattern: line('override-cancel'),
    },
  },
  on: { command: onCommand },
  describe(config, repo) {
    return repo ? `Those who may override: ${whoMay(repo, config)}.` : '';
  },
};

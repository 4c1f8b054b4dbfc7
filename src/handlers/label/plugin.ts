import { restrictedLabelsFor } from '../../config/plugins/labelLookup.js';
import type { RestrictedLabel } from '../../config/plugins/labels.js';
import type { Action } from '../../core/action.js';
import type { IssueEvent, PullEvent } from '../../core/event.js';
import { pattern } from '../../core/re2.js';
import { replyTo, replyWithReason } from '../../core/reply.js';
import { isSelf } from '../../core/trusted.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { ACCEPTED, decideLabels, readWanted, type Verb } from './decide.js';
import { mayUse } from './rights.js';
import { problems, refusedText } from './text.js';

const KINDS = ['area', 'committee', 'kind', 'language', 'priority', 'sig', 'triage', 'wg'] as const;
const REST = '(?:([\\t\\f\\r ].*))?$';

async function onCommand(event: CommandEvent<Verb>, context: PluginContext): Promise<readonly Action[]> {
  const { repo, issue, user } = event;
  const { github, config, signal } = context;
  const style = config.plugins.comment_style;
  const restricted = restrictedLabelsFor(config.plugins, repo);
  const supported = new Map([...config.plugins.label.additional_labels, ...[...restricted.values()].map(({ label }) => label)].map((label) => [label.toLowerCase(), label]));
  const wanted = readWanted(event.commands, new Set(supported.keys()), style === 'upstream' ? 'single spaces' : 'any white space');
  const touched = [...wanted.add, ...wanted.remove];
  if (touched.length + wanted.unsupported.length === 0) return [];
  const some = touched.length > 0;
  const [present, inRepo, forbidden, isMember] = await Promise.all([
    some ? github.labels(issue, { signal }) : [],
    some ? github.repoLabels(repo, { signal }) : [],
    forbiddenTo(user.login, repo.org, touched.flatMap((label) => restricted.get(label) ?? []), context),
    wanted.add.includes(ACCEPTED) ? github.isMember(repo.org, user.login, { signal }) : true,
  ]);
  const decision = decideLabels(wanted, { present, inRepo, restricted, forbidden, isMember });
  const refusals = decision.refused.map((rule) => ({ rule, text: refusedText(rule, issue.number) }));
  const rest = problems(decision, wanted.unsupported, [...supported.values()]);
  const say = (purpose: string, texts: readonly string[]): readonly Action[] => (texts.length === 0 ? [] : [{ kind: 'comment.reply', issue, purpose, body: replyTo(event, texts.join('\n\n')) }]);
  const actions: readonly Action[] = [
    ...decision.add.map((label): Action => ({ kind: 'label.add', issue, label })),
    ...decision.remove.map((label): Action => ({ kind: 'label.remove', issue, label })),
    ...(style === 'upstream' ? [...refusals.flatMap(({ rule, text }) => say(`refused ${rule.label}`, [text])), ...say('problems', rest)] : say('problems', [...refusals.map(({ text }) => text), ...rest])),
  ];
  return actions.length > 1 ? [{ kind: 'each', actions }] : actions;
}

/** The restricted labels that somebody may not touch. */
async function forbiddenTo(login: string, org: string, rules: readonly RestrictedLabel[], context: PluginContext): Promise<ReadonlySet<string>> {
  const judged = await Promise.all(rules.map(async (rule) => ({ rule, may: await mayUse(rule, login, org, context) })));
  return new Set(judged.filter(({ may }) => !may).map(({ rule }) => rule.label.toLowerCase()));
}

async function onPull(event: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  const { org, name, number } = event.pull;
  return [...owners(event, context), ...(await undo({ ...event, issue: { org, name, number } }, context))];
}

/** A restricted label that somebody set or took away by hand who may not (`enforce_restricted_labels`). */
async function undo({ action, repo, issue, label = '', sender }: Pick<IssueEvent, 'action' | 'repo' | 'issue' | 'label' | 'sender'>, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  if (!config.plugins.label.enforce_restricted_labels || (action !== 'labeled' && action !== 'unlabeled')) return [];
  const rule = restrictedLabelsFor(config.plugins, repo).get(label.toLowerCase());
  if (!rule || isSelf(await github.identity({ signal }), sender.login) || (await mayUse(rule, sender.login, repo.org, context))) return [];
  return [
    { kind: action === 'labeled' ? 'label.remove' : 'label.add', issue, label },
    { kind: 'comment.reply', issue, purpose: 'undone', body: replyWithReason(sender.login, refusedText(rule, issue.number), `The label was ${action === 'labeled' ? 'set' : 'taken away'} by hand, and that has been undone.`) },
  ];
}

/** Whoever looks after a label is assigned when another one says that it is needed. */
function owners({ action, repo, pull, label = '' }: PullEvent, { config }: PluginContext): readonly Action[] {
  if (action !== 'labeled') return [];
  const wanted = [...restrictedLabelsFor(config.plugins, repo).values()].filter(({ assign_on }) => assign_on.some((one) => one.label.toLowerCase() === label.toLowerCase()));
  const logins = [...new Set(wanted.flatMap(({ allowed_users }) => allowed_users))].filter((login) => !pull.assignees.some((one) => one.toLowerCase() === login.toLowerCase()));
  const { org, name, number } = pull;
  return logins.length > 0 ? [{ kind: 'assign', issue: { org, name, number }, logins }] : [];
}

const TYPED = `(${KINDS.join('|')})`;

/** Sets and takes away labels that anybody may use, and those that only some people may. */
export const label: Plugin<Verb> = {
  name: 'label',
  help: 'Sets and takes away labels: those of the known kinds, and those that the configuration names.',
  commands: {
    typed: {
      usage: `/(${KINDS.join('|')}) <name>...`,
      about: 'Sets labels of a kind: `/kind bug` sets `kind/bug`.',
      who: 'Anyone; `triage/accepted`: members of the organisation; restricted labels: people whom the configuration names',
      examples: ['/kind bug', '/sig testing node', '/triage accepted'], featured: true,
      pattern: pattern(`(?m)^/${TYPED}${REST}`),
    },
    'remove-typed': {
      usage: `/remove-(${KINDS.join('|')}) <name>...`, about: 'Takes labels of a kind away.', who: 'Anyone; restricted labels: people whom the configuration names', examples: ['/remove-kind bug', '/remove-sig testing node'], featured: true,
      pattern: pattern(`(?m)^/remove-${TYPED}${REST}`),
    },
    label: { usage: '/label <label>', about: 'Sets a label that the configuration names.', who: 'Anyone; restricted labels: people whom the configuration names', examples: ['/label api-review'], pattern: pattern(`(?m)^/label${REST}`) },
    'remove-label': { usage: '/remove-label <label>', about: 'Takes such a label away.', who: 'Anyone; restricted labels: people whom the configuration names', examples: ['/remove-label api-review'], pattern: pattern(`(?m)^/remove-label${REST}`) },
  },
  on: { command: onCommand, pull_request: onPull, issues: undo },
  describe(config, repo) {
    if (!repo) return '';
    const { additional_labels: more } = config.plugins.label;
    const restricted = [...restrictedLabelsFor(config.plugins, repo).values()];
    return [
      ...(more.length > 0 ? [`\`/label\` knows ${more.map((one) => `\`${one}\``).join(', ')}.`] : []),
      ...restricted.map(({ label: name, allowed_teams, allowed_users }) => `\`${name}\` is for ${[...allowed_teams.map((team) => `the team ${team}`), ...allowed_users].join(', ') || 'nobody'}.`),
    ].join(' ');
  },
};

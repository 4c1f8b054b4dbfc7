import { z } from 'zod';
import type { Snapshot } from '../../config/snapshot.js';
import type { Action } from '../../core/action.js';
import type { CommentEvent } from '../../core/event.js';
import { isReplyOf } from '../../core/marker.js';
import type { Comment } from '../../core/ports/github.js';
import { pattern } from '../../core/re2.js';
import { replyTo } from '../../core/reply.js';
import { isSelf } from '../../core/trusted.js';
import type { Plugin } from '../plugin.js';

export const HELP_WANTED = 'help wanted';
export const GOOD_FIRST_ISSUE = 'good first issue';

type Verb = 'help' | 'remove-help' | 'good-first-issue' | 'remove-good-first-issue';
type Kind = 'help' | 'first';

const DEFAULT_URL = 'https://git.k8s.io/community/contributors/guide/help-wanted.md';

/** The section `help` of plugins.yaml. */
export const HelpSettings = z.object({
  help_guidelines_url: z.string().default('').transform((url) => url || DEFAULT_URL),
  help_guidelines_summary: z.string().default(''),
}).readonly();
export type HelpSettings = z.infer<typeof HelpSettings>;

/** What is to be done; comments that have become wrong are removed by their kind. */
export type Step = Readonly<{ kind: 'add' | 'remove'; label: string } | { kind: 'say' | 'unsay'; what: Kind }>;

/** The first rule that fires ends it (plugins-more 3.3). */
export function decideHelp(verbs: ReadonlySet<Verb>, labels: readonly string[]): readonly Step[] {
  const has = (wanted: string) => labels.some((label) => label.toLowerCase() === wanted);
  const wanted = has(HELP_WANTED);
  const first = has(GOOD_FIRST_ISSUE);
  if (wanted && verbs.has('remove-help')) {
    const both: readonly Step[] = first ? [{ kind: 'remove', label: GOOD_FIRST_ISSUE }, { kind: 'unsay', what: 'first' }] : [];
    return [{ kind: 'remove', label: HELP_WANTED }, { kind: 'unsay', what: 'help' }, ...both];
  }
  if (!first && verbs.has('good-first-issue')) {
    return [{ kind: 'say', what: 'first' }, { kind: 'add', label: GOOD_FIRST_ISSUE }, ...(wanted ? [] : [{ kind: 'add', label: HELP_WANTED } as const])];
  }
  if (!wanted && verbs.has('help')) return [{ kind: 'say', what: 'help' }, { kind: 'add', label: HELP_WANTED }];
  if (first && verbs.has('remove-good-first-issue')) return [{ kind: 'remove', label: GOOD_FIRST_ISSUE }, { kind: 'unsay', what: 'first' }];
  return [];
}

const SAID: Readonly<Record<Kind, { readonly says: string; readonly undo: string; readonly fragment: string; readonly upstreams: string }>> = {
  help: {
    says: 'This issue is looking for somebody to help with it.', undo: '/remove-help', fragment: '', upstreams: 'This request has been marked as needing help from a contributor.',
  },
  first: {
    says: 'This issue is a good one for somebody who is new here.', undo: '/remove-good-first-issue', fragment: '#good-first-issue', upstreams: 'This request has been marked as suitable for new contributors.',
  },
};

export function helpMessage(kind: Kind, { help_guidelines_url: url, help_guidelines_summary: summary }: HelpSettings): string {
  const { says, undo, fragment } = SAID[kind];
  return [says, ...(summary === '' ? [] : [`### Guidelines\n${summary}`]), `What such an issue needs is described in the [guidelines](${url}${fragment}). If it does not fit them, take the label away with \`${undo}\`.`].join('\n\n');
}

function settings(config: Snapshot): HelpSettings {
  return HelpSettings.catch(HelpSettings.parse({})).parse(config.plugins.help ?? {});
}

function actionsOf(steps: readonly Step[], event: CommentEvent, config: Snapshot, ours: readonly Comment[]): readonly Action[] {
  const { issue } = event;
  return steps.flatMap((step): readonly Action[] => {
    switch (step.kind) {
      case 'add': return [{ kind: 'label.add', issue, label: step.label }];
      case 'remove': return [{ kind: 'label.remove', issue, label: step.label }];
      case 'say': return [{ kind: 'comment.reply', issue, purpose: step.what, body: replyTo(event, helpMessage(step.what, settings(config))) }];
      case 'unsay': {
        const gone = ours.filter(({ body }) => isReplyOf(body, 'help', step.what) || body.includes(SAID[step.what].upstreams));
        return gone.map(({ id }) => ({ kind: 'comment.delete', issue, commentId: id }));
      }
      default: return step satisfies never;
    }
  });
}

const command = (name: Verb, about: string): Plugin<Verb>['commands'][Verb] => ({ usage: `/${name}`, about, who: 'Anyone', examples: [`/${name}`], pattern: pattern(`(?mi)^/${name}\\s*$`) });

/** Marks issues that wait for somebody to take them up. */
export const help: Plugin<Verb> = {
  name: 'help',
  help: `Marks issues with \`${HELP_WANTED}\` and \`${GOOD_FIRST_ISSUE}\`.`,
  commands: {
    help: command('help', `Adds \`${HELP_WANTED}\`.`),
    'remove-help': command('remove-help', `Removes \`${HELP_WANTED}\`, and \`${GOOD_FIRST_ISSUE}\` with it.`),
    'good-first-issue': command('good-first-issue', `Adds \`${GOOD_FIRST_ISSUE}\` and \`${HELP_WANTED}\`.`),
    'remove-good-first-issue': command('remove-good-first-issue', `Removes \`${GOOD_FIRST_ISSUE}\`.`),
  },
  on: {
    async command(event, { github, config, signal }) {
      if (event.isPull || event.state !== 'open') return [];
      // Whether anything is to be said hangs on the labels, which an earlier comment may have changed since this one.
      const steps = decideHelp(new Set(event.commands.map(({ verb }) => verb)), await github.labels(event.issue, { signal }));
      if (!steps.some(({ kind }) => kind === 'unsay')) return actionsOf(steps, event, config, []);
      const me = await github.identity({ signal });
      const ours = (await github.comments(event.issue, { signal })).filter((comment) => isSelf(me, comment.user.login));
      return actionsOf(steps, event, config, ours);
    },
  },
  describe(config, repo) {
    return repo ? '' : `The guidelines are at ${settings(config).help_guidelines_url}.`;
  },
};

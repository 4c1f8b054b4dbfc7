import type { TriggerEntry } from '../../config/plugins/schema.js';
import { isReplyOf } from '../../core/marker.js';
import type { Pull } from '../../core/event.js';
import { slug, type Repo } from '../../core/ids.js';
import { aboutWithCommands, defaultLinks, type ReplyLinks } from '../../core/reply.js';
import type { Available, HelpNote } from './decide.js';

/** Everything that trigger says. */

const NOTES: Readonly<Record<HelpNote, string>> = {
  'asked for': '',
  'no target': '`/test` wants to know what to test.',
  'retest with target': '`/retest` takes no target: it reruns what failed. Use `/test` to run a certain job.',
  'nothing for all': 'There is no job that `/test all` would run here.',
  'no such target': 'I know no job that this `/test` asks for.',
};

const fenced = (lines: readonly string[]): string => lines.map((line) => `\`\`\`\n${line}\n\`\`\``).join('\n');

/** What can be tested, after a note on what was wrong with the question. */
export function helpText(note: HelpNote, { required, optional, all }: Available, where: string): string {
  const parts = NOTES[note] === '' ? [] : [NOTES[note]];
  if (required.length + optional.length + all.length === 0) return [...parts, `There are no presubmit jobs for ${where}.`].join('\n\n');
  if (required.length > 0) parts.push(`Required jobs, each with its command:\n${fenced(required)}`);
  if (optional.length > 0) parts.push(`Optional jobs, each with its command:\n${fenced(optional)}`);
  if (all.length > 0) {
    parts.push(all.length === required.length + optional.length ? '`/test all` runs all of them.' : `\`/test all\` runs these jobs:\n${all.map((name) => `- \`${name}\``).join('\n')}`);
  }
  return parts.join('\n\n');
}

export const HELP_PURPOSE = 'help';

/** By these, help that upstream left on a pull request is known. */
const UPSTREAMS: readonly string[] = [
  'The `/test` command needs one or more targets.',
  'The `/retest` command does not accept any targets.',
  'No jobs can be run with `/test all`.',
  'The specified target(s) for `/test` were not found.',
  'The following commands are available to trigger required jobs:',
  'The following commands are available to trigger optional jobs:',
];

export function isHelp(body: string): boolean {
  return isReplyOf(body, 'trigger', HELP_PURPOSE) || UPSTREAMS.some((text) => body.includes(text));
}

/** To somebody who may not start tests. */
export function untrustedText(entry: TriggerEntry, why: string): string {
  if (entry.ignore_ok_to_test) return `I cannot run tests for you: you are ${why}. In this repository nobody can lift that for a pull request; collaborators can run its tests with \`/test\`.`;
  return `I cannot run tests of this pull request yet: you are ${why}. Somebody whom I trust has to look at it and comment \`/ok-to-test\` first.`;
}

export function mayNotCancelText(why: string): string {
  return `Only people whom I trust can take back \`/ok-to-test\`: you are ${why}. Ask one of them to.`;
}

export const CONFLICT_TEXT = 'I start nothing: this pull request conflicts with its base branch. Rebase it, then its tests run by themselves or ask again.';

/** To somebody who pressed a button of a check that is not of the newest commit. */
export function outdatedText({ headSha }: Pull): string {
  return `I start nothing: this check is of a commit that is no longer the newest of this pull request. The jobs of ${headSha.slice(0, 12)} have checks of their own; \`/test NAME\` starts one.`;
}

/** To somebody who pressed a button of a check whose job is not configured any more. */
export function goneText(contexts: readonly string[]): string {
  const names = contexts.map((name) => `\`${name.replaceAll('`', "'")}\``).join(', ');
  return `I start nothing: no job of the configuration reports as ${names} on this branch any more. \`/test ?\` lists those that can be started.`;
}

/** To the author of a trusted pull request that opens as a draft. */
export const DRAFT_TEXT = 'Tests do not run by themselves while this is a draft. `/test all` runs them all the same.';

/** The people of an organisation; `linkUrl`: where GitHub's pages are (K28). */
const peopleUrl = (org: string, linkUrl: string): string => `${linkUrl.replace(/\/+$/, '')}/orgs/${org}/people`;

export function joinUrl(entry: TriggerEntry, repo: Repo, linkUrl: string): string {
  return entry.join_org_url || peopleUrl(entry.trusted_org || repo.org, linkUrl);
}

/** Asks an untrusted author to join: plainly, or prominently after some merged pull requests. */
export function invitation(entry: TriggerEntry, repo: Repo, kind: 'plain' | 'prominent', linkUrl: string): string {
  const url = joinUrl(entry, repo, linkUrl);
  if (kind === 'plain') return `If you contribute often, you may [join the organisation](${url}) and need this no more.`;
  const { message } = entry.org_invite.prominent;
  if (message !== '') return message.replaceAll('{join_org_url}', url);
  return `**You have had several pull requests merged here already.** Please [join the organisation](${url}): your pull requests are then tested without waiting for anybody.`;
}

/** The first words to an untrusted author. */
export function welcomeText(pull: Pull, entry: TriggerEntry, invited: string, linkUrl: string, links: ReplyLinks = defaultLinks): string {
  const org = entry.trusted_org || pull.org;
  const list = `${links.commands}?repo=${encodeURIComponent(slug(pull))}`;
  const hello = `Hi @${pull.author.login}, thank you for this pull request.`;
  const paragraphs = entry.ignore_ok_to_test
    ? [hello, `You are not among those whose code is tested by itself in this repository, and a pull request cannot be marked as trusted here. Collaborators can run its tests with \`/test all\`.`]
    : [
      hello,
      `Its tests do not run by themselves yet. A member of [${org}](${peopleUrl(org, linkUrl)}) has to look at the change and comment \`/ok-to-test\` on a line of its own.`,
      'Until then new commits are not tested, but people whom I trust can run tests with commands such as `/test all`.',
      invited,
      'Once it is verified, the label `ok-to-test` shows it, and I react to commands of yours as well.',
    ];
  return `${[...paragraphs, `All commands are listed [here](${list}).`].join('\n\n')}\n\n<details>\n\n${aboutWithCommands(links)}\n</details>`;
}

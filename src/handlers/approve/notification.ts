import type { ApproveEntry } from '../../config/plugins/schema.js';
import { slug } from '../../core/ids.js';
import { approversOf } from './coverage.js';
import type { Assessment, PullFacts } from './decide.js';

export interface NotificationFacts {
  readonly pull: PullFacts;
  readonly assessment: Assessment;
  /** A person added the label although the rules are not met. */
  readonly manual: boolean;
  readonly settings: ApproveEntry;
  readonly linkUrl: string;
  /** The owners file of a folder. */
  readonly fileAt: (folder: string) => string;
}

/**
 * The notification (plugins-policy 4.2.7). Its first line and its last one are read by other tools, and so are the links of people
 * and places; the words between are ours.
 */
export function notification(facts: NotificationFacts): string {
  const { pull, assessment, manual, settings } = facts;
  const { filesApproved, met, cc, approvals } = assessment;
  const done = filesApproved || manual;
  const parts = [
    `[APPROVALNOTIFIER] This pull request is **${met || manual ? 'APPROVED' : 'NOT APPROVED'}**`,
    ...(manual && !met ? ['Somebody added the label `approved` by hand, which bypasses the rules of the owners files.'] : []),
    approvals.size > 0 ? `Approvals so far: ${[...approvals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { login, how, url }]) => `*<a href="${attribute(url)}" title="${attribute(how)}">${login}</a>*`).join(', ')}` : 'Nobody has approved yet.',
    ...(done || cc.length === 0 ? [] : [asking(facts)]),
    ...(settings.issue_required ? [issueLine(facts)] : []),
    `The commands are listed [here](${settings.commandHelpLink}?repo=${pull.org}%2F${pull.name}).`,
    ...(done ? [`How reviews work is described [here](${settings.pr_process_link}).`] : []),
    `<details ${done ? '' : 'open'}>\n<summary>Owners of the changed files</summary>\n\n${places(facts)}\n\nOwners approve with \`/approve\` in a comment, and take it back with \`/approve cancel\`.\n</details>`,
    `<!-- META=${JSON.stringify({ approvers: cc })} -->`,
  ];
  return parts.join('\n\n');
}

/** Who should be asked: those who are assigned already apart from those who are to be. */
function asking({ pull, assessment, settings, linkUrl }: NotificationFacts): string {
  const assignees = new Set(pull.assignees.map((login) => login.toLowerCase()));
  const people = (logins: readonly string[]) => logins.map((login) => `[${login}](${base(linkUrl)}/${login})`).join(', ');
  const waiting = assessment.cc.filter((login) => assignees.has(login));
  const others = assessment.cc.filter((login) => !assignees.has(login));
  return [
    ...(waiting.length > 0 ? [`Waiting for approval from ${people(waiting)}.`] : []),
    ...(others.length > 0 ? [`Owners who could approve: ${people(others)}. To assign them, comment \`/assign ${others.map((login) => `@${login}`).join(' ')}\`.`] : []),
    `More about this in [the review process](${settings.pr_process_link}).`,
  ].join('\n');
}

function issueLine({ assessment: { issue, noIssue }, manual }: NotificationFacts): string {
  if (issue !== undefined) return `Associated issue: *#${issue}*`;
  if (noIssue.length > 0) return `Associated issue: none; bypassed with \`no-issue\` by ${noIssue.map(({ login, how, url }) => `*<a href="${attribute(url)}" title="${attribute(how)}">${login}</a>*`).join(', ')}`;
  if (manual) return 'Associated issue: none; bypassed by the label that was added by hand.';
  return 'Associated issue: none. Name one in the description, or an owner comments `/approve no-issue`.';
}

/** One line a place whose owners have to approve. */
function places({ pull, assessment: { coverage, open, approvals }, linkUrl, fileAt }: NotificationFacts): string {
  const names = new Set(approvals.keys());
  return [...coverage].map(([dir, files]) => {
    const path = files.some((file) => file.path === dir) ? dir : fileAt(dir);
    const link = `[${path}](${base(linkUrl)}/${slug(pull)}/blob/${pull.baseRef}/${path})`;
    const by = [...approversOf(files, names)].sort().map((login) => approvals.get(login)?.login ?? login).join(',');
    if (!open.has(dir)) return `- ~~${link}~~ [${by}]`;
    return by === '' ? `- **${link}**` : `- **${link}** [${by}] (these cannot approve all of it; more approvers are needed)`;
  }).join('\n');
}

/** Where GitHub's pages are, which need not be github.com (K28). */
function base(linkUrl: string): string {
  return linkUrl.replace(/\/+$/, '');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

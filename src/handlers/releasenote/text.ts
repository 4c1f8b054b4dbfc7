import type { Notice } from '../../core/notice.js';
import { plainReply } from '../../core/reply.js';
import { ACTION_REQUIRED, DEPRECATION, NEEDED, NONE, NOTE } from './note.js';

/** What release-note says. Quiet, all of it is one comment. */
export type Why = Readonly<{ kind: 'needed' } | { kind: 'deprecation' } | { kind: 'parents'; lacking: readonly number[] }>;

export const NOTICES: Readonly<Record<Why['kind'], Notice>> = {
  needed: { plugin: 'release-note', purpose: 'needed', upstream: ['because no release-note block was detected'] },
  deprecation: { plugin: 'release-note', purpose: 'deprecation', upstream: [`label because there is a "${DEPRECATION}" label on the PR`] },
  parents: { plugin: 'release-note', purpose: 'parents', upstream: ["All 'parent' PRs of a cherry-pick PR must have one of"] },
};

const BLOCK = '~~~\n```release-note\nWhat users should know.\n```\n~~~';
const HOW = `Write what changes for users into the description, in a block of its own, or \`NONE\` if nothing does:\n\n${BLOCK}\n\n`;

function paragraph(why: Why, guidelines: string): string {
  switch (why.kind) {
    case 'needed': return `This pull request lacks a release note, so it gets the label \`${NEEDED}\`. ${HOW}The comment \`/release-note-none\` says the latter as well. See the [guidelines](${guidelines}).`;
    case 'deprecation': return `This pull request deprecates something (\`${DEPRECATION}\`), and users must hear of that: \`${NONE}\` does not count, and it gets the label \`${NEEDED}\` until its description has a release note.`;
    case 'parents': {
      const list = why.lacking.map((number) => `#${number}`).join(', ');
      return `This is a cherry-pick, and not all that it picks has the label \`${NOTE}\` or \`${ACTION_REQUIRED}\`: ${list}. Label those, or write a release note here.`;
    }
    default: return why satisfies never;
  }
}

export function whyText(whys: readonly Why[], guidelines: string): string {
  return plainReply(whys.map((why) => paragraph(why, guidelines)).join('\n\n'));
}

export const DEPRECATED_TEXT = `this command does nothing any more: the label follows from the description. ${HOW}With the words “action required” in it users are told to act.`;
export const NOT_ALLOWED_TEXT = 'only the author of the pull request and members of the organisation may say that it needs no release note.';
export const NOT_MEMBER_TEXT = 'only members of the organisation may edit the release note this way. As the author, edit the description of the pull request.';
export const HAS_NOTE_TEXT = `the description has a release note, so \`${NONE}\` would be wrong. Take the note out first, or write \`NONE\` in its place.`;
export const HAS_DEPRECATION_TEXT = `a pull request with the label \`${DEPRECATION}\` needs a release note that tells users about the deprecation.`;
export const NO_BLOCK_TEXT = 'write the new release note below the command, in a block that begins with ` ```release-note ` and ends with ` ``` `.';
export const NO_FORMER_TEXT = 'the description of the pull request has no block for a release note that I could replace. Edit the description instead.';

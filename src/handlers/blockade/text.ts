import type { Pull } from '../../core/event.js';
import { replyWithReason } from '../../core/reply.js';
import type { Blocked } from './decide.js';

export const BLOCKED = 'do-not-merge/blocked-paths';

/** More would hide what matters, and GitHub takes 65,536 characters. */
const MAX_FILES = 100;

/** The address of a file at the head of a pull request; heads of forks can be seen in the base repository as well. */
function blobUrl({ url, headSha }: Pull, path: string): string {
  return `${url.replace(/\/pull\/\d+$/, '')}/blob/${headSha}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

const linkText = (path: string) => path.replaceAll(/[\\`*_[\]<>@#|~]/g, '\\$&');

function section(pull: Pull, { explanation, paths }: Blocked): string {
  const shown = paths.slice(0, MAX_FILES).map((path) => `- [${linkText(path)}](${blobUrl(pull, path)})`);
  const more = paths.length > MAX_FILES ? [`- and ${paths.length - MAX_FILES} more`] : [];
  return [explanation === '' ? 'These files are protected:' : `${explanation}:`, '', ...shown, ...more].join('\n');
}

/** To the author: which files keep the pull request from merging, and what to do about it. */
export function blockedText(pull: Pull, blocked: readonly Blocked[]): string {
  const message = [
    `this pull request changes files that are not to be changed, so it has got the label \`${BLOCKED}\` and will not merge.`,
    ...blocked.map((one) => section(pull, one)),
    'Take these changes out and push; the label then goes by itself.',
  ].join('\n\n');
  return replyWithReason(pull.author.login, message, 'The configuration of this repository (`blockades`) protects these paths.');
}

/** By this, a comment that upstream left is known. */
export const UPSTREAMS = `Adding label: \`${BLOCKED}\``;

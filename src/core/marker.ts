import { isSelf } from './trusted.js';
import type { Comment, Identity } from './ports/github.js';

/** The hidden line by which an answer to a delivery is found again (design decision 17). */
export function replyMarker(plugin: string, purpose: string, delivery: string): string {
  return `<!-- prow:${plugin}/${purpose}/${delivery} -->`;
}

/** The hidden line of a plugin's one standing comment of a purpose. */
export function standingMarker(plugin: string, purpose: string): string {
  return `<!-- prow:${plugin}/${purpose} -->`;
}

const MARKER_AT_END = /\n\n<!-- prow:[^\n>]* -->\s*$/;

/** A body with a marker at its end; a body may begin with what other tools look for. */
export function withMarker(body: string, marker: string): string {
  return `${body}\n\n${marker}`;
}

/** What a plugin gave as body, from a comment as GitHub shows it (which may have CRLF line ends). */
export function withoutMarker(body: string): string {
  return body.replaceAll('\r\n', '\n').replace(MARKER_AT_END, '');
}

/** Whether a comment answers any delivery for this purpose. */
export function isReplyOf(body: string, plugin: string, purpose: string): boolean {
  return body.includes(`<!-- prow:${plugin}/${purpose}/`);
}

/** Our own comments that carry a plugin's standing marker, oldest first. */
export function standingComments(comments: readonly Comment[], identity: Identity, plugin: string, purpose: string): readonly Comment[] {
  const marker = standingMarker(plugin, purpose);
  return comments.filter((comment) => isSelf(identity, comment.user.login) && comment.body.includes(marker));
}

/** What people wrote, inside of our own Markdown. */

/** As code on one line: nothing in it is a mention, a link or a command. */
export function inlineCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** The first line of a commit message. */
export function subjectOf(message: string): string {
  return message.split(/\r?\n/, 1)[0] ?? '';
}

/** A list of commits: short id with a link, and subject. `linkUrl`: where links for people lead. */
export function commitList(commits: readonly Readonly<{ sha: string; message: string }>[], repo: Readonly<{ org: string; name: string }>, linkUrl: string): string {
  return commits.map(({ sha, message }) => `- [${sha.slice(0, 7)}](${linkUrl}/${repo.org}/${repo.name}/commits/${sha}) ${inlineCode(subjectOf(message))}`).join('\n');
}

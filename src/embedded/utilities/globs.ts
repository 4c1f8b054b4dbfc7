const regexes = (segment: string): RegExp => {
  const text = segment.replace(/\[(!?)([^\]]+)\]|\{([^}]*)\}|[*?]|[.+^$()|{}\]\\[]/g, (whole, not: string | undefined, set: string | undefined, choice: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
    if (choice !== undefined) return `(?:${choice.split(',').map((one) => one.replace(/[.+^$()|{}\]\\[*?]/g, '\\$&')).join('|')})`;
    return whole === '*' ? '[^/]*' : whole === '?' ? '[^/]' : `\\${whole}`;
  });
  try {
    return new RegExp(`^${text}$`, 's');
  } catch {
    return /^\b$/; // a set such as [z-a]: matches nothing
  }
};

/** Whether a path fits a glob, part by part: `*`, `?`, `[…]`, `{a,b}`, and `**` for any number of folders. */
export function globMatches(glob: string, path: string): boolean {
  const parts = glob.split('/').filter((part) => part !== '').map((part) => (part === '**' ? part : regexes(part)));
  const names = path.split('/').filter((name) => name !== '');
  // Reached: how many names the parts so far may have taken.
  let reached = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const at of reached) {
      if (part === '**') for (let to = at; to <= names.length; to++) next.add(to);
      else if (typeof part !== 'string' && at < names.length && part.test(names[at] ?? '')) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(names.length);
}

/** Whether a file is censored (jobs 5.6): an exclusion wins; with inclusions, only what they name, or what lies in a folder that they name. */
export function isCensored(path: string, { include, exclude }: Readonly<{ include: readonly string[]; exclude: readonly string[] }>): boolean {
  if (exclude.some((glob) => globMatches(glob, path))) return false;
  return include.length === 0 || include.some((glob) => globMatches(glob, path) || globMatches(`${glob}/**`, path));
}

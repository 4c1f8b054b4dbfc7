/** `.generated_files`: which files are made by programs (plugins-policy 4.13). */

type Rule = Readonly<{ kind: 'path' | 'path-prefix' | 'file-name' | 'file-prefix'; text: string }>;

export interface GeneratedFiles {
  readonly rules: readonly Rule[];
  /** Files of the repository that list one path a line. */
  readonly lists: readonly string[];
  /** Lines that say nothing, with their numbers. */
  readonly faults: readonly string[];
}

const KINDS: Readonly<Record<string, Rule['kind']>> = { path: 'path', prefix: 'path-prefix', 'path-prefix': 'path-prefix', 'file-prefix': 'file-prefix', 'file-name': 'file-name' };

/** Reads the file; a line that cannot be read is named and leaves the others as they are. */
export function readGenerated(content: string): GeneratedFiles {
  const rules: Rule[] = [];
  const lists: string[] = [];
  const faults: string[] = [];
  for (const [n, line] of content.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    const [key = '', text = ''] = words;
    if (key === '' || key.startsWith('#')) continue;
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
    if (words.length !== 2 || (kind === undefined && key !== 'paths-from-repo')) faults.push(`line ${n + 1}: expected one of ${Object.keys(KINDS).join(', ')}, paths-from-repo and one word behind it`);
    else if (kind === undefined) lists.push(text);
    else rules.push({ kind, text });
  }
  return { rules, lists, faults };
}

/** The paths of a list: one a line. */
export function pathsIn(content: string): readonly string[] {
  return content.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** Tells generated files. `listed` are the paths of the lists. */
export function generatedBy({ rules }: Pick<GeneratedFiles, 'rules'>, listed: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return listed.has(path) || rules.some(({ kind, text }) => {
      switch (kind) {
        case 'path': return path === text;
        case 'path-prefix': return path.startsWith(text);
        case 'file-name': return name === text;
        case 'file-prefix': return name.startsWith(text);
        default: return kind satisfies never;
      }
    });
  };
}

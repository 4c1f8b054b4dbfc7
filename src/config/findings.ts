/** Something about a configuration file that a person should know, and where it stands. Lines and columns count from 1. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The path of the key: `tide.queries[0].labels`. */
  readonly path: string;
  readonly message: string;
}

/** What a load gathers: it reports everything that is wrong, not the first fault. */
export interface Findings {
  readonly errors: Finding[];
  readonly warnings: Finding[];
}

export function noFindings(): Findings {
  return { errors: [], warnings: [] };
}

/** Nobody mends more at once. */
const MOST = 1_000;

/** The first findings of a file; where there are more, the last one says how many, at the place of the first that is left out. */
export function atMost(findings: readonly Finding[], most = MOST): readonly Finding[] {
  const [next] = findings.slice(most);
  return next ? [...findings.slice(0, most), { ...next, path: '', message: `and ${findings.length - most} more from here on` }] : findings;
}

/** What is longer is left out of the middle: texts of a file stand in messages as they are. */
const [LONGEST, HEAD] = [400, 300] as const;

/** A text that is not too long for a line. */
export function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, HEAD)}…${text.slice(HEAD - LONGEST)}` : text;
}

/** `file:line:column: path: message`, one line. */
export function formatFinding({ file, line, column, path, message }: Finding): string {
  return [`${file}:${line}:${column}`, ...(path === '' ? [] : [short(path)]), short(message)].join(': ');
}

export type Path = readonly PropertyKey[];

/** `tide.queries[0].repos`; keys that hold dots or slashes are quoted. */
export function formatPath(path: Path): string {
  let out = '';
  for (const part of path) {
    if (typeof part === 'number') out += `[${part}]`;
    else if (/^[\w-]+$/.test(String(part))) out += out === '' ? String(part) : `.${String(part)}`;
    else out += `[${JSON.stringify(String(part))}]`;
  }
  return out;
}

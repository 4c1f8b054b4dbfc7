import { createHash } from 'node:crypto';
import { readFileSync, statSync, type Stats } from 'node:fs';
import type { Finding } from '../findings.js';
import { parseYaml, textOf, type Source } from '../yaml/source.js';

/** A file as it was when it was last read; the same object for as long as its content is the same. */
export interface TextFile {
  readonly file: string;
  /** Tells contents apart; empty for a file that could not be read. */
  readonly hash: string;
  readonly text: string;
  /** Why it could not be read. */
  readonly fault: Finding | undefined;
}

/** What the texts need from outside; tests count the reads. */
export interface TextDeps {
  readonly readFile: (path: string) => Buffer;
  readonly now: () => number;
}

export const TEXT_DEPS: TextDeps = { readFile: (path) => readFileSync(path), now: Date.now };

/** Files that are read again only when they changed. */
export interface Texts {
  /** The file as it is now. Looks at its times and size, and reads it when they differ from the last time. Never throws. */
  take(file: string): TextFile;
  /** Forgets all files that were not taken since the last call. */
  forgetRest(): void;
}

interface Known {
  readonly mark: string;
  /** Whether times and size tell every later change. */
  readonly settled: boolean;
  readonly text: TextFile;
}

/** A file that changed within this time may change again without its times showing it, as their steps may be so large. */
const SETTLED_MS = 2_000;

/**
 * Looking is synchronous: a look at the 600 files of a large configuration takes 5 ms so, and five times the processor's time with
 * promises, every second. The configuration lies on a local disk (a ConfigMap, a checkout).
 */
export function createTexts({ readFile, now }: TextDeps): Texts {
  let known = new Map<string, Known>();
  let taken = new Map<string, Known>();
  return {
    take(file) {
      const before = taken.get(file) ?? known.get(file);
      // Looked at before it is read: what changes meanwhile shows at the next look.
      const found = statOf(file);
      // Not the time of change: it moves when another checkout links to the file.
      const mark = found ? `${found.ino} ${found.size} ${found.mtimeMs}` : 'gone';
      if (before && before.settled && before.mark === mark) {
        taken.set(file, before);
        return before.text;
      }
      const settled = found !== undefined && now() - found.mtimeMs > SETTLED_MS;
      const read = readText(file, readFile);
      const same = before && before.text.hash === read.hash && before.text.fault?.message === read.fault?.message;
      const text = same ? before.text : read;
      taken.set(file, { mark, settled: settled && text.fault === undefined, text });
      return text;
    },
    forgetRest() {
      known = taken;
      taken = new Map();
    },
  };
}

/** Undefined also where it cannot be looked at; reading it tells why. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function readText(file: string, readFile: TextDeps['readFile']): TextFile {
  try {
    const bytes = readFile(file);
    return { file, hash: createHash('sha256').update(bytes).digest('hex'), text: textOf(bytes), fault: undefined };
  } catch (err) {
    return { file, hash: '', text: '', fault: { file, line: 1, column: 1, path: '', message: `cannot be read: ${err instanceof Error ? err.message : String(err)}` } };
  }
}

/** A text as YAML; `plain` says that the value is JSON through and through. */
export type Parsed = Readonly<{ source: Source | undefined; errors: readonly Finding[]; plain: boolean }>;

const parsed = new WeakMap<TextFile, Parsed>();

/** The YAML of a text, parsed once. */
export function yamlOf(text: TextFile): Parsed {
  const known = parsed.get(text);
  if (known) return known;
  const errors: Finding[] = [];
  const made = text.fault ? { source: undefined, errors: [text.fault], plain: false } : { ...parseYaml(text.file, text.text, errors), errors };
  parsed.set(text, made);
  return made;
}

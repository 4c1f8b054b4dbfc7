import { isRecord } from '../decode.js';
import type { Notes } from '../yaml/source.js';
import type { JobCache } from './cache.js';

/** The notes of many contents, by their hashes. */
export interface NoteBook {
  of(contentHash: string): Notes;
  /** Keeps what is new for later processes, of these contents; forgets all others. */
  keep(live: ReadonlySet<string>): void;
}

export function createNoteBook(cache: Pick<JobCache, 'notes' | 'storeNotes'> | undefined): NoteBook {
  const books = new Map<string, Notes & Readonly<{ fresh: () => string | undefined }>>();
  return {
    of(contentHash) {
      const known = books.get(contentHash);
      if (known) return known;
      const made = pageOf(cache?.notes(contentHash));
      books.set(contentHash, made);
      return made;
    },
    keep(live) {
      for (const hash of books.keys()) if (!live.has(hash)) books.delete(hash);
      const fresh = new Map([...books].flatMap(([hash, page]) => {
        const json = page.fresh();
        return json === undefined ? [] : [[hash, json] as const];
      }));
      if (fresh.size > 0) cache?.storeNotes(fresh);
    },
  };
}

function pageOf(json: string | undefined): Notes & Readonly<{ fresh: () => string | undefined }> {
  let values: Map<string, unknown> | undefined;
  let changed = false;
  const all = (): Map<string, unknown> => (values ??= new Map(Object.entries(parsed(json))));
  return {
    get: (name) => all().get(name),
    set(name, value) {
      all().set(name, value);
      changed = true;
    },
    fresh() {
      const is = changed;
      changed = false;
      return is ? JSON.stringify(Object.fromEntries(all())) : undefined;
    },
  };
}

function parsed(json: string | undefined): Readonly<Record<string, unknown>> {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

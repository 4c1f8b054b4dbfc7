import { createHash, hash } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { JobConfig } from '../jobs/schema.js';
import { keptJobs, textOfJobs, type KeptJobs } from './kept.js';

/**
 * Decoded job files on disk, so that a start decodes what changed since the last one. One file: a line that names the version of the
 * code that wrote it, then a line for each content: its kind and hash, a checksum, JSON. What does not fit its checksum or the version is
 * ignored and written anew. A revision of the whole configuration that once had no error is noted, too: its jobs need no checks, and so
 * is what tools worked out of a content. New lines are appended in one write and the file is replaced by renaming, so that any number of
 * processes may use it at once: at worst one loses what another wrote. The folder must be ours alone, since what it says is believed.
 */
export interface JobCache {
  /** What a content was decoded to. The caller gets an object of its own. */
  get(contentHash: string): KeptJobs | undefined;
  /** What tools worked out of a content, as JSON. */
  notes(contentHash: string): string | undefined;
  /** Whether a configuration of this revision was once loaded without an error, by the same code. */
  proven(revision: string): boolean;
  /** Stores what is in use now, and that a revision is without error; what is stored already is not asked for. Never throws. */
  store(live: ReadonlyMap<string, () => JobConfig>, proof: string | undefined): void;
  /** Stores notes as JSON by the hashes of contents that are stored. Never throws. */
  storeNotes(notes: ReadonlyMap<string, string>): void;
}

const FILE = 'jobs.cache';
/** A larger file is not read, and written anew. Kubernetes' own configuration takes 6 MB. */
const MAX_BYTES = 64 * 1024 * 1024;
/** So many lines more than are in use may be in the file before it is written anew. */
const MAX_STALE = 2;

const [JOBS, NOTES, PROOF] = ['j', 'n', 'p'];
const PROVEN = Buffer.from('{"proven":true}');

/** The cache in a folder, which is made where it is absent; undefined where it cannot be used. */
export function openJobCache(folder: string, version: string | undefined = codeVersion()): JobCache | undefined {
  if (version === undefined || !usable(folder)) return undefined;
  const path = join(folder, FILE);
  const head = `prow-jobs ${version}`;
  // Read at the first question; let go after the first store, when everything that is in use is in memory.
  let lines: Lines | undefined;
  let written: Readonly<{ keys: Set<string>; count: number }> | undefined;
  const read = (): Lines => (lines ??= written ? NO_LINES : readLines(path, head));
  const append = (missing: ReadonlyMap<string, Buffer>): void => {
    if (missing.size === 0 || !written) return;
    // The line break goes first: what another process left half written ends there.
    appendFileSync(path, Buffer.concat([...missing].flatMap(([key, value]) => [Buffer.from('\n'), lineOf(key, value)])), { mode: 0o600 });
    written = { keys: new Set([...written.keys, ...missing.keys()]), count: written.count + missing.size };
  };
  return {
    get(contentHash) {
      const line = read().values.get(JOBS + contentHash);
      return line && keptJobs(line);
    },
    notes: (contentHash) => read().values.get(NOTES + contentHash)?.toString('utf8'),
    proven: (revision) => read().values.get(PROOF + revision)?.equals(PROVEN) === true,
    store(configs, proof) {
      const live = new Map<string, () => Buffer>([...configs].map(([key, config]) => [JOBS + key, () => Buffer.from(textOfJobs(config()))]));
      if (proof !== undefined) live.set(PROOF + proof, () => PROVEN);
      try {
        written ??= { keys: new Set(read().values.keys()), count: read().count };
        const missing = [...live].filter(([key]) => !written?.keys.has(key));
        if (written.count + missing.length > (MAX_STALE + 1) * live.size + 1 || !canAppend(path, head)) {
          const before = readLines(path, head).values;
          const notes = [...before].filter(([key]) => key.startsWith(NOTES) && live.has(JOBS + key.slice(1)));
          const kept = new Map<string, Buffer>([...[...live].map(([key, make]) => [key, before.get(key) ?? make()] as const), ...notes]);
          replace(path, Buffer.concat([Buffer.from(head), ...[...kept].flatMap(([key, value]) => [Buffer.from('\n'), lineOf(key, value)])]));
          written = { keys: new Set(kept.keys()), count: kept.size };
        } else append(new Map(missing.map(([key, make]) => [key, make()])));
      } catch {
        // A full or read-only disk: the next start decodes everything.
      }
      lines = undefined;
    },
    storeNotes(notes) {
      try {
        if (canAppend(path, head)) append(new Map([...notes].filter(([key]) => written?.keys.has(JOBS + key)).map(([key, json]) => [NOTES + key, Buffer.from(json)])));
      } catch {
        // The next one works it out again.
      }
    },
  };
}

/** The values of lines by their keys, and how many lines there are. */
type Lines = Readonly<{ values: ReadonlyMap<string, Buffer>; count: number }>;
const NO_LINES: Lines = { values: new Map(), count: 0 };
const [KEY_LENGTH, SUM_LENGTH, LINE_BREAK] = [65, 32, 0x0a];

function lineOf(key: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${key} ${checksum(key, value)} `), value]);
}

function checksum(key: string, value: Buffer): string {
  return createHash('sha256').update(key).update(value).digest('hex').slice(0, SUM_LENGTH);
}

function readLines(path: string, head: string): Lines {
  try {
    if (statSync(path).size > MAX_BYTES) return NO_LINES;
    const all = readFileSync(path);
    const first = all.indexOf(LINE_BREAK);
    if (all.toString('utf8', 0, first < 0 ? all.length : first) !== head) return NO_LINES;
    const values = new Map<string, Buffer>();
    let count = 0;
    for (let start = first < 0 ? all.length : first + 1; start < all.length; count++) {
      const next = all.indexOf(LINE_BREAK, start);
      const end = next < 0 ? all.length : next;
      const [key = '', sum = ''] = all.toString('latin1', start, start + KEY_LENGTH + 1 + SUM_LENGTH).split(' ');
      const value = all.subarray(Math.min(end, start + KEY_LENGTH + SUM_LENGTH + 2), end);
      if (key.length === KEY_LENGTH && checksum(key, value) === sum) values.set(key, value);
      start = end + 1;
    }
    return { values, count };
  } catch {
    return NO_LINES; // Nothing there yet.
  }
}

/** Whether what is on disk now is of our version, and small enough to add to. */
function canAppend(path: string, head: string): boolean {
  if (!existsSync(path) || statSync(path).size > MAX_BYTES) return false;
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(head.length + 1);
    readSync(file, start);
    return start.toString('utf8') === `${head}\n`;
  } finally {
    closeSync(file);
  }
}

function replace(path: string, content: Buffer): void {
  if (content.length > MAX_BYTES) return;
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, content, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (err) {
    rmSync(temporary, { force: true });
    throw err;
  }
}

/** Whether a folder is there, or could be made, and nobody else can write to it. */
function usable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/**
 * Changes when the same file may be decoded to something else, as far as our own code and zod decide: everything in the folder
 * `config`, or beside the file into which this one was compiled. Undefined when that cannot be told.
 */
function codeVersion(): string | undefined {
  try {
    const here = dirname(fileURLToPath(import.meta.url));
    const folder = basename(here) === 'read' && basename(dirname(here)) === 'config' ? dirname(here) : here;
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
    return hash('sha256', JSON.stringify([files.map((file) => hash('sha256', readFileSync(file))), z.core.version, process.version]));
  } catch {
    return undefined;
  }
}

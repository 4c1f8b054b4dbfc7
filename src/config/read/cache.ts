import { hash } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isRecord } from '../decode.js';
import type { JobConfig } from '../jobs/schema.js';

/**
 * Decoded job files on disk, so that a start decodes what changed since the last one. One file: a line that names the version of the
 * code that wrote it, then a line for each content: its hash, a checksum, JSON. What does not fit its checksum or the version is
 * ignored and written anew. A revision of the whole configuration that once had no error is noted, too: its jobs need no checks. New lines are appended in one write and the file is replaced by renaming, so that any number of
 * processes may use it at once: at worst one loses what another wrote. The folder must be ours alone, since what it says is believed.
 */
export interface JobCache {
  /** What a content was decoded to. The caller gets an object of its own. */
  get(contentHash: string): JobConfig | undefined;
  /** Whether a configuration of this revision was once loaded without an error, by the same code. */
  proven(revision: string): boolean;
  /** Stores what is in use now, and that a revision is without error. Never throws. */
  store(live: ReadonlyMap<string, JobConfig>, proof: string | undefined): void;
}

const FILE = 'jobs.cache';
const PROOF = '{"proven":true}';
/** A larger file is not read, and written anew. Kubernetes' own configuration takes 6 MB. */
const MAX_BYTES = 64 * 1024 * 1024;
/** So many lines more than are in use may be in the file before it is written anew. */
const MAX_STALE = 2;

/** The cache in a folder, which is made where it is absent; undefined where it cannot be used. */
export function openJobCache(folder: string, version: string | undefined = codeVersion()): JobCache | undefined {
  if (version === undefined || !usable(folder)) return undefined;
  const path = join(folder, FILE);
  const head = `prow-jobs ${version}`;
  // Read at the first question; let go after the first store, when everything that is in use is in memory.
  let lines: Map<string, string> | undefined;
  let written: Set<string> | undefined;
  return {
    get(contentHash) {
      lines ??= written ? new Map() : readLines(path, head);
      const json = lines.get(contentHash);
      return json === undefined ? undefined : configOf(json);
    },
    proven(revision) {
      lines ??= written ? new Map() : readLines(path, head);
      return lines.get(revision) === PROOF;
    },
    store(configs, proof) {
      const live = new Map<string, JobConfig | typeof PROOF>(configs);
      if (proof !== undefined) live.set(proof, PROOF);
      try {
        written ??= new Set((lines ?? readLines(path, head)).keys());
        const missing = [...live].filter(([key]) => !written?.has(key));
        if (written.size + missing.length > MAX_STALE * live.size + 1 || !canAppend(path, head)) {
          replace(path, [head, ...[...live].map(lineOf)].join('\n'));
          written = new Set(live.keys());
        } else if (missing.length > 0) {
          // The line break goes first: what another process left half written ends there.
          appendFileSync(path, `\n${missing.map(lineOf).join('\n')}`, { mode: 0o600 });
          for (const [key] of missing) written.add(key);
        }
      } catch {
        // A full or read-only disk: the next start decodes everything.
      }
      lines = undefined;
    },
  };
}

function lineOf([key, value]: readonly [string, JobConfig | typeof PROOF]): string {
  const json = value === PROOF ? PROOF : JSON.stringify(value);
  return `${key} ${checksum(key, json)} ${json}`;
}

function checksum(key: string, json: string): string {
  return hash('sha256', `${key} ${json}`).slice(0, 32);
}

function readLines(path: string, head: string): Map<string, string> {
  const found = new Map<string, string>();
  try {
    if (statSync(path).size > MAX_BYTES) return found;
    const [first, ...lines] = readFileSync(path, 'utf8').split('\n');
    if (first !== head) return found;
    for (const line of lines) {
      const [, key = '', sum, json = ''] = /^([0-9a-f]{64}) ([0-9a-f]{32}) (\{.*\})$/.exec(line) ?? [];
      if (key !== '' && checksum(key, json) === sum) found.set(key, json);
    }
  } catch {
    // Nothing there yet.
  }
  return found;
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

function configOf(json: string): JobConfig | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const fits = isRecord(value) && Array.isArray(value['presets']) && Array.isArray(value['periodics']) && isRecord(value['presubmits']) && isRecord(value['postsubmits']);
    return fits ? (value as JobConfig) : undefined;
  } catch {
    return undefined;
  }
}

function replace(path: string, text: string): void {
  if (text.length > MAX_BYTES) return;
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
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

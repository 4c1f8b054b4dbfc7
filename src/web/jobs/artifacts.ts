import type { Storage, StoredFile } from '../../core/ports/storage.js';
import { readJUnit, type TestCase } from './junit.js';

/** A file that a run left, by its name in the run's folder. */
export interface Artifact {
  readonly name: string;
  readonly size: number;
}

export interface Artifacts {
  readonly files: readonly Artifact[];
  /** Whether there are more than are told. */
  readonly more: boolean;
  /** Why they could not be read, for people. */
  readonly problem: string | undefined;
}

type Waiting = Readonly<{ signal: AbortSignal }>;

const MOST = 1_000;
const LIST_MS = 3_000;

/** The address of a file in a run's folder; undefined for a name that leads elsewhere. */
export function fileAt(folder: string, name: string): string | undefined {
  const parts = name.split('/');
  if (name.length > 1_024 || parts.some((part) => part === '' || part === '.' || part === '..' || /[\0\\\r\n]/.test(part))) return undefined;
  return `${folder}/${folder.startsWith('file:') ? parts.map(encodeURIComponent).join('/') : name}`;
}

function nameIn(folder: string, { at }: StoredFile): string {
  if (!folder.startsWith('file:')) return at.slice(folder.length + 1);
  const path = at.slice(new URL(`${folder}/`).href.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What a run left, by name; what takes too long to be listed is left out, and that is said. */
export async function listArtifacts(folder: string, { storage, signal: outer }: Waiting & Readonly<{ storage: Pick<Storage, 'list'> }>): Promise<Artifacts> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(LIST_MS)]);
  const files: Artifact[] = [];
  try {
    for await (const file of storage.list(folder, { signal })) {
      if (files.length === MOST) return { files, more: true, problem: undefined };
      files.push({ name: nameIn(folder, file), size: file.size });
    }
    return { files, more: false, problem: undefined };
  } catch (error) {
    if (outer.aborted) throw error;
    const late = signal.aborted && files.length > 0;
    return { files, more: late, problem: late ? undefined : error instanceof Error ? error.message : String(error) };
  }
}

/** How a file is sent: its type, and whether a browser shows it. Nothing that could run is shown: pages of tests are text or downloads. */
export function shownAs(name: string): Readonly<{ type: string; disposition: 'inline' | 'attachment' }> {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (['txt', 'log', 'json', 'yaml', 'yml', 'xml', 'md', 'csv', 'tsv', 'out', 'err', 'toml', 'diff', 'patch'].includes(ending)) return { type: 'text/plain; charset=utf-8', disposition: 'inline' };
  const image = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' }[ending];
  return image === undefined ? { type: 'application/octet-stream', disposition: 'attachment' } : { type: image, disposition: 'inline' };
}

/** A header that names a file, whatever its name is (RFC 6266). */
export function dispositionOf(name: string, disposition: 'inline' | 'attachment'): string {
  const last = name.split('/').at(-1) ?? 'file';
  const encoded = encodeURIComponent(Buffer.from(last).toString()).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${disposition}; filename="${last.replace(/[^\w.-]/g, '_')}"; filename*=UTF-8''${encoded}`;
}

/** Bytes of `Range: bytes=…` in [start, end); `whole` without one that is understood, `none` for one outside of the file. */
export function rangeOf(header: string | undefined, size: number): 'whole' | 'none' | Readonly<{ start: number; end: number }> {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  if (from === '') return Number(to) === 0 || size === 0 ? 'none' : { start: Math.max(0, size - Number(to)), end: size };
  const start = Number(from);
  const end = to === '' ? size : Math.min(size, Number(to) + 1);
  if (to !== '' && Number(to) < start) return 'whole';
  return start >= size ? 'none' : { start, end };
}

export interface TestResults {
  readonly failed: readonly TestCase[];
  readonly passed: number;
  readonly skipped: number;
  /** Files that could not be read, and why. */
  readonly problems: readonly string[];
}

const JUNIT = /^artifacts\/(?:.*\/)?junit[^/]*\.xml$/;
const MOST_FILES = 20;
const MOST_BYTES = 5 * 1024 * 1024;

/** The results of a run's JUnit files; undefined when it left none. */
export async function readResults(folder: string, { files, storage, signal }: Waiting & Readonly<{ files: readonly Artifact[]; storage: Pick<Storage, 'read'> }>): Promise<TestResults | undefined> {
  const found = files.filter(({ name }) => JUNIT.test(name));
  if (found.length === 0) return undefined;
  const problems: string[] = found.length > MOST_FILES ? [`${found.length - MOST_FILES} more files of results are not read`] : [];
  const cases: TestCase[] = [];
  for (const { name, size } of found.slice(0, MOST_FILES)) {
    const at = fileAt(folder, name);
    if (at === undefined || size > MOST_BYTES) { problems.push(`${name}: too large to be shown`); continue; }
    try {
      const bytes = await storage.read(at, { signal });
      const read = readJUnit(Buffer.from(bytes ?? []).toString('utf8'));
      for (const one of read.cases) cases.push(one);
      if (read.problem !== undefined) problems.push(`${name}: ${read.problem}`);
    } catch (error) {
      if (signal.aborted) throw error;
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { failed: cases.filter(({ result }) => result === 'failed'), passed: cases.filter(({ result }) => result === 'passed').length, skipped: cases.filter(({ result }) => result === 'skipped').length, problems };
}

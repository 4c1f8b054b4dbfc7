import { setImmediate } from 'node:timers/promises';
import type { ConfigFiles } from '../configFiles.js';
import { noFindings, type Finding, type Findings } from '../findings.js';
import { createFinalMemo } from '../jobs/finalMemo.js';
import { finalizeJobs, withoutVolumes, type ReadJobs } from '../jobs/finalize.js';
import { gatherJobs } from '../jobs/gather.js';
import { JobConfig } from '../jobs/schema.js';
import { makeSnapshot } from '../makeSnapshot.js';
import type { Snapshot } from '../snapshot.js';
import { withNotes } from '../yaml/notes.js';
import { knownSource, type Source } from '../yaml/source.js';
import type { JobCache } from './cache.js';
import { readPlugins, readProw } from './groups.js';
import { brokenJobFile, keptJobFile, keysOf, readJobFile, type JobFile } from './jobFile.js';
import { createNoteBook, type NoteBook } from './noteBook.js';
import { groupKey, inputsKey, look, revisionOf, sameItems } from './look.js';
import { createTexts, TEXT_DEPS, yamlOf, type TextDeps, type TextFile } from './texts.js';

/** What a load comes to, faults included, with the sources in which places can be looked up. */
export interface Reading {
  readonly findings: Findings;
  /** Missing when there is an error. */
  readonly snapshot: Snapshot | undefined;
  /** The jobs as the files have them, in the order of `snapshot.jobs`. */
  readonly jobs: ReadJobs;
  /** config.yaml and its supplemental files. */
  readonly prowSources: readonly Source[];
  /** plugins.yaml and its supplemental files. */
  readonly pluginSources: readonly Source[];
  /** The files below the folder of jobs, or the one that there is. */
  readonly jobSources: readonly Source[];
  /** Those of them that say `decorate_all_jobs`, which counts in config.yaml only. */
  readonly decorateAllSources: readonly Source[];
  /** Keeps what was worked out of the files since, places of findings for example, for later processes. */
  keepNotes(): void;
}

/**
 * Reads a configuration again and again, and does only what changes ask for: a file is read when its times or size changed, decoded
 * when its content did, and a job is finished anew when its file, the presets that it uses or the defaults of jobs changed. What
 * comes out is what a first load of the same files would give; what did not change are the same objects. One read at a time.
 */
export interface ConfigReader {
  /** Reads everything and reports everything that is wrong; the same object as the last time when nothing changed. */
  read(files: ConfigFiles): Promise<Reading>;
}

export interface ReaderDeps extends TextDeps {
  /** What earlier processes decoded. */
  readonly cache?: JobCache | undefined;
}

/** What a file says, and what it was when it said so. */
interface KnownJobs {
  readonly text: TextFile;
  readonly alsoKnown: readonly string[];
  readonly file: JobFile;
  /** Whether the jobs are JSON through and through, without findings. */
  readonly plain: boolean;
}

export function createConfigReader({ cache, ...io }: Partial<ReaderDeps> = {}): ConfigReader {
  const deps: TextDeps = { ...TEXT_DEPS, ...io };
  const texts = createTexts(deps);
  const finals = createFinalMemo();
  const noteBook = createNoteBook(cache);
  const prowOf = remembering(readProw);
  const pluginsOf = remembering(readPlugins);
  let known: ReadonlyMap<string, KnownJobs> = new Map();
  let last: Readonly<{ key: readonly unknown[]; reading: Reading }> | undefined;
  return {
    async read(files) {
      const turn = turns();
      const inputs = await look(files, texts, turn);
      texts.forgetRest();
      const key = inputsKey(inputs);
      if (last && sameItems(last.key, key)) return last.reading;

      const prow = prowOf([...groupKey(inputs.prow), inputs.version], inputs.prow, inputs.version, deps.now());
      const jobFiles: KnownJobs[] = [];
      for (const text of inputs.jobs.texts) {
        jobFiles.push(jobsOf(text, [], known.get(text.file), { cache, noteBook }));
        await turn();
      }
      const main = prow.main && jobsOf(inputs.prow.main, keysOf(prow.main), known.get(inputs.prow.main.file), {});
      const plugins = pluginsOf(inputs.plugins ? groupKey(inputs.plugins) : [], inputs.plugins);
      await turn();

      const findings = noFindings();
      add(findings, prow.findings);
      findings.errors.push(...inputs.jobs.faults);
      const all = [...(main ? [main] : []), ...jobFiles];
      const jobs = gatherJobs(all.map(({ file }) => file), findings);
      add(findings, plugins.findings);
      const revision = revisionOf(inputs);
      const proven = findings.errors.length === 0 && cache?.proven(revision) === true;
      const faults: Finding[] = [];
      // What is left of a broken config.yaml tells faults of jobs, but the jobs made with the last good one are kept.
      const finished = prow.value && finalizeJobs(jobs, prow.value, faults, prow.findings.errors.length === 0 ? finals : createFinalMemo(), proven ? 'proven' : 'unproven');
      add(findings, { errors: all.some(({ file }) => file.lacksPresets) ? withoutVolumes(faults) : faults, warnings: [] });
      const snapshot = finished && plugins.value && findings.errors.length === 0
        ? makeSnapshot({ revision, prow: prow.value, plugins: plugins.value, jobs: finished, presets: jobs.presets }) : undefined;

      known = new Map(all.map((one) => [one.text.file, one]));
      cache?.store(new Map(jobFiles.filter(({ plain }) => plain).map(({ text, file }) => [text.hash, () => file.config ?? JobConfig.parse({})])), snapshot && revision);
      const decorateAllSources = jobFiles.flatMap(({ file: { source, decorateAll } }) => (source && decorateAll ? [source] : []));
      const contents = new Set(jobFiles.map(({ text }) => text.hash));
      const keepNotes = () => { noteBook.keep(contents); };
      const reading: Reading = { findings, snapshot, jobs, prowSources: prow.sources, pluginSources: plugins.sources, jobSources: jobFiles.flatMap(({ file }) => file.source ?? []), decorateAllSources, keepNotes };
      last = { key, reading };
      return reading;
    },
  };
}

function jobsOf(text: TextFile, alsoKnown: readonly string[], before: KnownJobs | undefined, { cache, noteBook }: Readonly<{ cache?: JobCache | undefined; noteBook?: NoteBook }>): KnownJobs {
  if (before?.text === text && sameItems(before.alsoKnown, alsoKnown)) return before;
  const notes = text.fault ? undefined : noteBook?.of(text.hash);
  const kept = text.fault ? undefined : cache?.get(text.hash);
  const noted = (source: Source): Source => (notes ? withNotes(source, notes) : source);
  if (kept) return { text, alsoKnown, file: keptJobFile(noted(knownSource(text.file, text.text)), kept), plain: true };
  const { source, errors, plain } = yamlOf(text);
  // Without that, NaN and null would be taken for the same.
  const earlier = plain && before?.plain === true ? before.file : undefined;
  const file = source ? readJobFile(noted(source), alsoKnown, earlier) : brokenJobFile(errors);
  return { text, alsoKnown, file, plain: plain && file.errors.length === 0 && file.warnings.length === 0 };
}

/** One by one: there may be more than a call has room for. */
function add(to: Findings, { errors, warnings }: Readonly<{ errors: readonly Finding[]; warnings: readonly Finding[] }>): void {
  for (const error of errors) to.errors.push(error);
  for (const warning of warnings) to.warnings.push(warning);
}

/** A function that gives its last result again for the same key. */
function remembering<A extends readonly unknown[], T>(make: (...args: A) => T): (key: readonly unknown[], ...args: A) => T {
  let last: Readonly<{ key: readonly unknown[]; value: T }> | undefined;
  return (key, ...args) => {
    if (!last || !sameItems(last.key, key)) last = { key, value: make(...args) };
    return last.value;
  };
}

/** So long others wait for their turn while much is read. */
const TURN_MS = 15;

function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

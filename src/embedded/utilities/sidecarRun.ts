import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { censor, type Censored } from './censor.js';
import { finishedJson, jobSpec, versionOf } from './jobSpec.js';
import { waitForMarker, type Mark } from './marker.js';
import { sidecarOptions, type Entry } from './sidecarOptions.js';
import { itemTargets, type Target } from './targets.js';
import { upload, uploadPointers } from './upload.js';
import { createSays, type Says } from './utility.js';

export interface SidecarDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly say: (line: string) => void;
  /** Calls back at every SIGINT or SIGTERM. */
  readonly onSignal: (take: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
}

/** How the job's containers ended together (jobs 5.5): 1130 is a container that did not run, 130 one that was ended. */
export function judge(marks: readonly Mark[]): Readonly<{ passed: boolean; aborted: boolean; failures: number }> {
  return {
    passed: marks.every(({ code, problem }) => code === 0 && problem === undefined),
    aborted: marks.some(({ code }) => code === 130),
    failures: marks.filter(({ code, problem }) => (code !== 0 && code !== 1130) || problem !== undefined).length,
  };
}

/** Waits for the job, censors and uploads what it left; answers the exit code (jobs 5.5). Throws OptionsError. */
export async function runSidecar({ env, now, say, onSignal }: SidecarDeps): Promise<number> {
  const options = sidecarOptions(env);
  const spec = jobSpec(env);
  let own = '';
  const says = createSays('sidecar', (line) => { own += line; say(line); }, now);
  const { entries, upload: where } = options;

  async function pass({ passed, aborted }: Readonly<{ passed: boolean; aborted: boolean }>): Promise<void> {
    const logs = entries.map(({ processLog }) => processLog);
    const censored = await censor({ logs, items: where.items }, options.censor, { says });
    const attempt = async (what: string, work: () => Promise<void>): Promise<void> => work().catch((error: unknown) => { says.error({ error }, `${what} could not be uploaded`); });
    await attempt('artifacts', async () => upload(shown(await itemTargets(where.items, says), censored, says), spec, where, { says }));
    await attempt('latest-build.txt', () => uploadPointers(spec, where, { says }));
    const metadata = await metadataOf(entries, censored);
    const result = passed ? 'SUCCESS' : aborted ? 'ABORTED' : 'FAILURE';
    const finished = finishedJson({ passed, result, revision: versionOf(spec), metadata }, now());
    const texts = await Promise.all(entries.map((entry, at) => logTarget(entry, entries.length === 1 ? 'build-log.txt' : `${entry.containerName || String(at)}-build-log.txt`, censored)));
    says.info({ result }, 'uploading logs and the result');
    await attempt('logs', () => upload([...texts, { name: 'sidecar-logs.json', text: censored.text(own) ?? own }, { name: 'finished.json', text: finished }], spec, where, { says }));
  }

  // One pass at a time: two would censor and upload the same files under each other's hands (jobs 16, flaw 30).
  let passes: Promise<void> = Promise.resolve();
  let waits: 'yes' | 'no' = 'yes';
  let interrupted = false;
  onSignal((signal) => {
    if (waits === 'no') says.info({ signal }, 'uploading goes on');
    else if (options.interrupts === 'ignore') says.warn({ signal }, 'the signal is ignored: the job is still running');
    else if (!interrupted) {
      interrupted = true;
      says.error({ signal }, 'interrupted while the job is running: what there is is uploaded now');
      passes = passes.then(() => pass({ passed: false, aborted: true }));
    }
  });
  says.info({ markers: entries.map(({ markerFile }) => markerFile) }, 'waiting for the job to end');
  const marks = await Promise.all(entries.map(({ markerFile }) => waitForMarker(markerFile, new AbortController().signal)));
  waits = 'no';
  const known = marks.map((mark): Mark => mark ?? { code: -1, problem: 'not waited for' });
  for (const { problem } of known) if (problem !== undefined) says.error({ error: problem }, 'how a container ended is not known');
  const judged = judge(known);
  // Whoever was killed after the interruption left no marker.
  const verdict = { ...judged, aborted: judged.aborted || (interrupted && known.some(({ problem }) => problem !== undefined)) };
  await passes;
  await pass(verdict);
  return options.failures === 'fail' && verdict.failures > 0 ? 1 : 0;
}

/** What may be seen of the files. */
function shown(targets: readonly Target[], censored: Censored, says: Says): readonly Target[] {
  return targets.flatMap((target): readonly Target[] => {
    if (!('file' in target)) return [target];
    const verdict = censored.verdict(target.file);
    if (verdict.kind === 'all') return [target];
    if (verdict.kind === 'first') return [{ ...target, bytes: verdict.bytes }];
    says.error({ path: target.file, reason: verdict.why }, 'a file is not uploaded');
    return [];
  });
}

async function logTarget({ processLog }: Entry, name: string, censored: Censored): Promise<Target> {
  try {
    await (await open(processLog, constants.O_RDONLY | constants.O_NOFOLLOW)).close();
  } catch (error) {
    return { name, text: `The log of the process could not be opened: ${error instanceof Error ? error.message : String(error)}\n` };
  }
  const verdict = censored.verdict(processLog);
  if (verdict.kind === 'nothing') return { name, text: `The log of the process is not shown: ${verdict.why}.\n` };
  return { name, file: processLog, ...(verdict.kind === 'first' && { bytes: verdict.bytes }) };
}

const ERRORS = 'sidecar-errors';

/** The metadata files of all containers, one over the other (jobs 5.5). */
async function metadataOf(entries: readonly Entry[], censored: Censored): Promise<Readonly<Record<string, unknown>>> {
  const merged: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const [at, { metadataFile, args }] of entries.entries()) {
    if (metadataFile === '') continue;
    try {
      const file = await open(metadataFile, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const found: unknown = JSON.parse(await file.readFile('utf8'));
        if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error('expected a JSON object');
        Object.assign(merged, found);
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') errors[`entry ${String(at)}: ${args.join(' ')}`] = error instanceof Error ? error.message : String(error);
    }
  }
  const all = { ...merged, ...(Object.keys(errors).length > 0 && { [ERRORS]: errors }) };
  if (Object.keys(all).length === 0) return all;
  try {
    return JSON.parse(censored.text(JSON.stringify(all)) ?? '') as Readonly<Record<string, unknown>>;
  } catch {
    return { [ERRORS]: { metadata: 'could not be censored' } };
  }
}

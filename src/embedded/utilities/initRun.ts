import { cloneLog, cloneRecords, type CloneRecord } from './cloneRecord.js';
import { finishedJson, jobSpec, startedJson } from './jobSpec.js';
import { OptionsError, findOptions } from './options.js';
import { itemTargets, type Target } from './targets.js';
import { upload, uploadPointers } from './upload.js';
import { uploadFlags, uploadOptions } from './uploadOptions.js';
import { createSays } from './utility.js';

export interface InitDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly args: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly say: (line: string) => void;
  readonly read: (path: string) => Promise<string>;
}

/** Uploads what is known before the job runs; answers the exit code: 1 when cloning or uploading failed (jobs 5.3). Throws OptionsError. */
export async function runInitupload({ env, args, now, say, read }: InitDeps): Promise<number> {
  const given = findOptions(env, 'INITUPLOAD_OPTIONS') ?? uploadFlags(args, { 'clone-log': 'log' });
  const options = uploadOptions(given);
  const spec = jobSpec(env);
  const says = createSays('initupload', say, now);
  const log = given.text('log');
  const found = log === '' ? undefined : await recordsOf(log, read);
  const records = found?.records ?? [];
  const failed = records.some((record) => record.failed);
  const text = cloneLog(records);
  const targets: readonly Target[] = [
    { name: 'started.json', text: startedJson(spec, records, now()) },
    ...(found ? [{ name: 'clone-log.txt', text }, { name: 'clone-records.json', text: found.text }] : []),
    ...(failed ? [{ name: 'build-log.txt', text }, { name: 'finished.json', text: finishedJson({ passed: false, result: 'FAILURE' }, now()) }] : []),
  ];
  let problem: unknown;
  for (const part of [async () => upload([...targets, ...(await itemTargets(options.items, says))], spec, options, { says }), () => uploadPointers(spec, options, { says })]) {
    await part().catch((error: unknown) => {
      problem = error;
      says.error({ error }, 'uploading failed');
    });
  }
  if (failed) {
    says.error({}, 'cloning failed');
    say(text);
  }
  return failed || problem !== undefined ? 1 : 0;
}

async function recordsOf(path: string, read: InitDeps['read']): Promise<Readonly<{ text: string; records: readonly CloneRecord[] }>> {
  let text: string;
  try {
    text = await read(path);
  } catch (error) {
    throw new OptionsError(`log: ${path}: the clone records cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { text, records: cloneRecords(text, `log: ${path}`) };
}

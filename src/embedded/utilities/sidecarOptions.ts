import type { CensorOptions } from './censor.js';
import { OptionsError, findOptions, optionsOf, type Options } from './options.js';
import { uploadOptions, type UploadOptions } from './uploadOptions.js';

/** A container whose end the sidecar waits for (jobs 4.5). */
export interface Entry {
  readonly args: readonly string[];
  readonly containerName: string;
  readonly processLog: string;
  readonly markerFile: string;
  readonly metadataFile: string;
}

/** Options of the sidecar (jobs 4.5, 5.5). */
export interface SidecarOptions {
  readonly upload: UploadOptions;
  readonly entries: readonly Entry[];
  readonly censor: CensorOptions;
  /** What SIGINT and SIGTERM do while the job runs. */
  readonly interrupts: 'upload' | 'ignore';
  /** Whether failures of the job fail the sidecar. */
  readonly failures: 'fail' | 'pass';
}

const CONCURRENCY = 10;
const BUFFER = 10 * 1_048_576;

/** SIDECAR_OPTIONS; there are no flags that could say as much. Throws OptionsError. */
export function sidecarOptions(env: Readonly<Record<string, string | undefined>>): SidecarOptions {
  const options = findOptions(env, 'SIDECAR_OPTIONS');
  if (!options) throw new OptionsError('SIDECAR_OPTIONS: is not set; the sidecar has no flags');
  const gcs = options.object('gcs_options');
  if (!gcs) throw new OptionsError('SIDECAR_OPTIONS: gcs_options: is missing');
  const wrapper = options.object('wrapper_options');
  const entries = [...(wrapper ? [wrapper] : []), ...options.objects('entries')].map(entryOf);
  if (entries.length === 0) throw new OptionsError('SIDECAR_OPTIONS: entries: there is nothing to wait for');
  return {
    upload: uploadOptions(gcs), entries, censor: censorOptions(options),
    interrupts: options.flag('ignore_interrupts') ? 'ignore' : 'upload', failures: options.flag('entry_error') ? 'fail' : 'pass',
  };
}

function entryOf(entry: Options): Entry {
  return { args: entry.texts('args'), containerName: entry.text('container_name'), processLog: entry.needed('process_log'), markerFile: entry.needed('marker_file'), metadataFile: entry.text('metadata_file') };
}

function censorOptions(options: Options): CensorOptions {
  const old = ['secret_directories', 'censoring_concurrency', 'censoring_buffer_size'].filter((key) => options.raw[key] !== undefined && options.raw[key] !== null);
  const given = options.object('censoring_options');
  if (given && old.length > 0) throw new OptionsError(`SIDECAR_OPTIONS: ${old.join(', ')} and censoring_options exclude each other`);
  const from = given ?? options;
  const positive = (key: string, otherwise: number): number => {
    const found = from.integer(key) ?? otherwise;
    if (found < 1) throw new OptionsError(`SIDECAR_OPTIONS: ${key}: expected a number above 0, found ${String(found)}`);
    return found;
  };
  const own = given ?? optionsOf({}, 'SIDECAR_OPTIONS');
  return {
    directories: from.texts('secret_directories'), concurrency: positive('censoring_concurrency', CONCURRENCY), bufferSize: positive('censoring_buffer_size', BUFFER),
    include: own.texts('include_directories'), exclude: own.texts('exclude_directories'), minimumLength: own.integer('minimum_secret_length') ?? 0, iniFilenames: own.texts('ini_filenames'),
  };
}

import { durationMs } from './goDuration.js';
import { OptionsError, findOptions, optionsOf, parseFlags, type Flags, type Options } from './options.js';

/** What entrypoint is to do: put itself somewhere, or run a process (jobs 4.3, 5.4). */
export type EntrypointOptions = Readonly<{ kind: 'copy'; to: string } | {
  kind: 'run';
  args: readonly string[];
  timeoutMs: number;
  graceMs: number;
  artifactDir: string;
  processLog: string;
  markerFile: string;
  /** `""`: there is no step before. */
  previousMarker: string;
  /** What the exit code and the marker say after a timeout or a signal. */
  onStop: 'own code' | 'code of the process';
  exit: 'code' | 'zero';
}>;

const TIMEOUT_MS = 2 * 3_600_000;
const GRACE_MS = 15_000;
const FLAGS: Flags = {
  timeout: 'one', 'grace-period': 'one', 'artifact-dir': 'one', 'copy-mode-only': 'switch', 'copy-destination': 'one', 'propagate-error-code': 'switch', 'always-zero': 'switch',
  'process-log': 'one', 'marker-file': 'one', 'metadata-file': 'one', 'previous-marker': 'one', 'container-name': 'one',
};

/** ENTRYPOINT_OPTIONS, else the flags; `destination` is where a copy goes by default. Throws OptionsError. */
export function entrypointOptions(env: Readonly<Record<string, string | undefined>>, args: readonly string[], destination: string): EntrypointOptions {
  const options = findOptions(env, 'ENTRYPOINT_OPTIONS') ?? ofFlags(args);
  if (options.flag('copy_mode_only')) return { kind: 'copy', to: options.text('copy_dst') || destination };
  const command = options.texts('args');
  if (command.length === 0) throw new OptionsError('args: no command to run');
  const [propagate, zero] = [options.flag('propagate_error_code'), options.flag('always_zero')];
  if (propagate && zero) throw new OptionsError('propagate_error_code and always_zero exclude each other');
  const ms = (key: string): number => (options.raw[key] === undefined || options.raw[key] === null ? 0 : durationMs(options.raw[key], key));
  return {
    kind: 'run', args: command, timeoutMs: ms('timeout') || TIMEOUT_MS, graceMs: ms('grace_period') || GRACE_MS, artifactDir: options.text('artifact_dir'),
    processLog: options.needed('process_log'), markerFile: options.needed('marker_file'), previousMarker: options.text('previous_marker'),
    onStop: propagate ? 'code of the process' : 'own code', exit: zero ? 'zero' : 'code',
  };
}

function ofFlags(args: readonly string[]): Options {
  const { one, on, rest } = parseFlags(args, FLAGS);
  return optionsOf({
    args: rest, timeout: one('timeout'), grace_period: one('grace-period'), artifact_dir: one('artifact-dir'), process_log: one('process-log'), marker_file: one('marker-file'),
    metadata_file: one('metadata-file'), previous_marker: one('previous-marker'), copy_mode_only: on('copy-mode-only'), copy_dst: one('copy-destination'),
    propagate_error_code: on('propagate-error-code'), always_zero: on('always-zero'),
  }, 'flags');
}

import { goDuration } from './goDuration.js';
import { optionsOf, parsed } from './options.js';
import { refsOf } from './refs.js';

/** A command that ran; `duration` is in nanoseconds. */
export interface CommandRecord {
  readonly command: string;
  readonly output?: string;
  readonly error?: string;
  readonly duration?: number;
}

/** What happened to one repository, or before the first one; `duration` is in nanoseconds (jobs 4.8). */
export interface CloneRecord {
  readonly refs: Readonly<Record<string, unknown>>;
  readonly commands?: readonly CommandRecord[];
  readonly failed?: boolean;
  readonly final_sha?: string;
  readonly duration?: number;
}

const NANOS_PER_MS = 1e6;

/** Records as clonerefs wrote them. Throws OptionsError that begins with the place. */
export function cloneRecords(text: string, place: string): readonly CloneRecord[] {
  return optionsOf({ records: parsed(text, place) }, place).objects('records').map((record): CloneRecord => ({
    refs: record.object('refs')?.raw ?? {},
    commands: record.objects('commands').map((one) => ({ command: one.text('command'), output: one.text('output'), error: one.text('error'), duration: one.integer('duration') ?? 0 })),
    failed: record.flag('failed'),
    final_sha: record.text('final_sha'),
    duration: record.integer('duration') ?? 0,
  }));
}

/** The records for people (jobs 5.3). */
export function cloneLog(records: readonly CloneRecord[]): string {
  return records.map(oneLog).join('\n');
}

function oneLog({ refs: raw, commands = [], failed, final_sha: sha, duration = 0 }: CloneRecord): string {
  const refs = refsOf(optionsOf(raw, 'refs'));
  const at = (name: string, commit: string): string => (commit === '' ? name : `${name} (${commit})`);
  const lines = [
    ...(failed ? ['# FAILED'] : []),
    refs.org === '' && refs.repo === '' ? '# Preparing to clone' : `# Cloning ${refs.org}/${refs.repo} at ${at(refs.baseRef, refs.baseSha)}`,
    ...refs.pulls.map(({ number, sha: head }) => `# Merging pull request ${at(`#${String(number)}`, head)}`),
    ...commands.flatMap(({ command, output = '', error = '', duration: took = 0 }) => [
      `$ ${command} (${goDuration(took / NANOS_PER_MS)})`,
      ...(output.trimEnd() === '' ? [] : [output.trimEnd()]),
      ...(error === '' ? [] : [`# Error: ${error}`]),
    ]),
    ...(sha ? [`# Final commit: ${sha}`] : []),
    `# Total time: ${goDuration(duration / NANOS_PER_MS)}`,
  ];
  return `${lines.join('\n')}\n`;
}

import { mkdir } from 'node:fs/promises';
import type { CloneRecord, CommandRecord } from './cloneRecord.js';
import { cloneCommands, type CloneSettings, type GitCommand } from './cloneCommands.js';
import { runCommand, type Ran } from './command.js';
import { goDuration } from './goDuration.js';
import { clonePath, type CloneRefs } from './refs.js';
import { pause, type Says } from './utility.js';

/** Milliseconds between the tries of a fetch (jobs 5.2). */
export const FETCH_PAUSES: readonly number[] = [100, 200, 400, 800, 2_000, 5_000, 10_000, 15_000, 30_000];

export interface CloneDeps {
  readonly srcRoot: string;
  readonly settings: CloneSettings;
  /** The whole environment of git, HOME and PATH included. */
  readonly env: NodeJS.ProcessEnv;
  /** Takes secrets out of what is recorded. */
  readonly hide: (text: string) => string;
  readonly fetchPauses: readonly number[];
  readonly says: Says;
  readonly now: () => number;
}

/** Clones one repository and merges its pull requests; what fails ends it and is told by the record. Never rejects. */
export async function cloneOne(refs: CloneRefs, { srcRoot, settings, env, hide, fetchPauses, says, now }: CloneDeps): Promise<CloneRecord> {
  const startedAt = now();
  const path = clonePath(srcRoot, refs);
  const commands: CommandRecord[] = [];
  const git = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> => runCommand('git', args, { cwd: path, env: { ...env, ...more }, hide, now });
  const end = (failed: boolean, sha = ''): CloneRecord => ({
    refs: refs.raw, commands, ...(failed && { failed }), ...(sha && { final_sha: sha }), duration: Math.round((now() - startedAt) * 1e6),
  });

  async function run({ args, kind, merge }: GitCommand): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      const { record, ok } = await git(args, merge === undefined ? {} : dates(await baseTime, merge));
      commands.push(record);
      const wait = kind === 'fetch' ? fetchPauses[attempt] : undefined;
      if (ok || wait === undefined) return ok;
      says.warn({ command: record.command, error: record.error, output: record.output }, `a fetch failed and is tried again in ${goDuration(wait)}`);
      await pause(wait);
    }
  }

  const made = now();
  const problem = await mkdir(path, { recursive: true }).then(() => '', (error: unknown) => (error instanceof Error ? error.message : String(error)));
  commands.push({ command: `mkdir -p ${path}`, ...(problem && { error: hide(problem) }), duration: Math.round((now() - made) * 1e6) });
  if (problem) return end(true);
  let baseTime: Promise<number> | undefined;
  for (const command of cloneCommands(refs, settings)) {
    // The same base and the same heads give the same commits, whenever they are merged.
    if (command.merge !== undefined) baseTime ??= git(['show', '-s', '--format=format:%ct', 'HEAD']).then(({ ok, output }) => (ok && /^\d+$/.test(output.trim()) ? Number(output.trim()) : Math.floor(now() / 1000)));
    if (!(await run(command))) return end(true);
  }
  const { ok, output } = await git(['rev-parse', 'HEAD']);
  return end(!ok, ok ? output.trim() : '');
}

function dates(base: number | undefined, merge: number): NodeJS.ProcessEnv {
  const date = `${String((base ?? 0) + merge)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}

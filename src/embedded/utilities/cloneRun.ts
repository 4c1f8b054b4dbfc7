import { cloneOne } from './clone.js';
import { openAccess } from './cloneAccess.js';
import { cloneLog, type CloneRecord } from './cloneRecord.js';
import { cloneOptions } from './cloneOptions.js';
import type { FetchJson } from './githubApp.js';
import { createSays, inParallel } from './utility.js';

export interface ClonerefsDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly args: readonly string[];
  /** File for fingerprints of hosts. */
  readonly knownHosts: string;
  /** Milliseconds between the tries of a fetch. */
  readonly fetchPauses: readonly number[];
  readonly fetchJson: FetchJson;
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number;
  readonly say: (line: string) => void;
  readonly write: (path: string, text: string) => Promise<void>;
}

/** Clones everything and writes the records; answers the exit code (jobs 5.2). Throws OptionsError. */
export async function runClonerefs({ env, args, knownHosts, fetchPauses, fetchJson, now, say, write }: ClonerefsDeps): Promise<number> {
  const options = cloneOptions(env, args);
  const says = createSays('clonerefs', say, now);
  for (const warning of options.warnings) says.warn({}, warning);
  const startedAt = now();
  // Options are not for git or its hooks.
  const { CLONEREFS_OPTIONS: _options, PROW_MOUNTS: _mounts, ...kept } = env;
  const access = await openAccess(options, { env: kept, knownHosts, fetchJson, now });
  const records: CloneRecord[] = [];
  try {
    const { commands, problem, hide } = access;
    if (commands.length > 0 || problem !== undefined) {
      // A record that failed: nobody may take an empty folder for the code (jobs 16, flaw 25).
      records.push({
        refs: { org: '', repo: '', base_ref: '' },
        commands: [...commands, ...(problem === undefined ? [] : [{ command: 'prepare', error: problem, duration: 0 }])],
        ...(problem !== undefined && { failed: true }), duration: Math.round((now() - startedAt) * 1e6),
      });
    }
    if (problem === undefined) {
      await inParallel(options.refs, options.maxParallel > 0 ? options.maxParallel : options.refs.length, async (refs) => {
        const settings = { userName: options.userName, userEmail: options.userEmail, cookieFile: options.cookiePath, login: access.loginOf(refs.org) };
        records.push(await cloneOne(refs, { srcRoot: options.srcRoot, settings, env: access.env, hide, fetchPauses, says, now }));
      });
    }
  } finally {
    await access.close();
  }
  say(cloneLog(records));
  await write(options.log, JSON.stringify(records));
  return options.fail && records.some(({ failed }) => failed) ? 1 : 0;
}

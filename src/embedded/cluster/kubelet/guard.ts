import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Set in every container's environment, so that what left its process group is found. */
export const MARK = 'PROW_CONTAINER';

/** Ends the processes of containers when this process dies, however it dies. */
export interface Guard {
  add(group: number): void;
  drop(group: number): void;
  /** Ends the guard itself; what it still knows is killed. */
  stop(): void;
}

/**
 * A shell that reads process groups from a pipe. The pipe's end means that this process is gone (SIGKILL included); then it kills
 * the groups that were not taken back.
 */
const SCRIPT = `trap '' HUP INT TERM
groups=' '
while read -r what group; do
  case $what in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done`;

/** Starts the guard. */
export function startGuard(): Guard {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  const known = new Set<number>();
  return {
    add(group) { known.add(group); child.stdin.write(`+ ${String(group)}\n`); },
    drop(group) { if (known.delete(group)) child.stdin.write(`- ${String(group)}\n`); },
    stop() { child.stdin.end(); },
  };
}

/** Kills a process group; fine when there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch { /* Nobody is left in it. */ }
}

/** Kills what carries a mark that begins so (Linux only: elsewhere process groups are all there is). */
export function killMarked(prefix: string): void {
  if (process.platform !== 'linux') return;
  const wanted = Buffer.from(`${MARK}=${prefix}`);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${name}/environ`);
      const found = environment.indexOf(wanted);
      if (found === 0 || (found > 0 && environment[found - 1] === 0)) process.kill(Number(name), 'SIGKILL');
    } catch { /* It ended, or is not ours to see. */ }
  }
}

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROW = fileURLToPath(new URL('../../bin/prow', import.meta.url));
/** Whatever needs more of the processor's time is killed. The largest file takes five; a neighbour on the same core doubles that, and what goes through a file again and again takes minutes. */
const SECONDS = 20;

export interface Said {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: readonly Said[];
  /** What it says of the whole; a stack trace would be in it. */
  readonly noise: string;
}

/** Runs `prow checkconfig` by itself, so that a crash, a loop or a lack of memory is seen for what it is. */
export async function nastyProcess(args: readonly string[]): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', `ulimit -t ${SECONDS}; exec "$@"`, 'sh', process.execPath, PROW, 'checkconfig', '--output=json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<readonly [number | null, string | null]>((resolve) => { child.on('exit', (code, signal) => { resolve([code, signal]); }); });
  const [out, noise, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const said = out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Said);
  return { code, signal, said, noise: noise.trim().replace(/, with .*$/, '') };
}

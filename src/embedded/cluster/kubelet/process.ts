import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listOf, textOf, type Fields } from '../api/object.js';
import type { Images } from '../images.js';
import type { Run } from './container.js';
import { expand } from './expand.js';
import { rewriter, type Mapping } from './paths.js';
import { canRun, inSandbox, type Sight } from './sandbox.js';
import { RefusedError } from './volumes.js';

export interface ProcessDeps {
  readonly name: string;
  readonly restarts: number;
  /** The container's variables, expanded. */
  readonly own: ReadonlyMap<string, string>;
  readonly mounts: readonly Mapping[];
  /** The pod's folder. */
  readonly dir: string;
  readonly hostname: string;
  readonly images: Images;
  readonly path: string;
  readonly sight: Sight;
}

/** Where a container with a root of its own finds the folders that belong to its pod alone. */
const OWN = '/prow-pod';

/** What a container's command is before any path is looked at: its own, or that of what stands for its image. */
function commandOf(spec: Fields, own: ReadonlyMap<string, string>, images: Images): { readonly fixed: readonly string[]; readonly words: readonly string[]; readonly ours: boolean } {
  const words = (list: unknown): readonly string[] => listOf(list).map((word) => expand(String(word), own));
  const image = images(textOf(spec.image) ?? '');
  if (listOf(spec.command).length > 0) return { fixed: [], words: [...words(spec.command), ...words(spec.args)], ours: image !== undefined };
  return { fixed: image?.command ?? [], words: image ? words(spec.args) : [], ours: image !== undefined };
}

/** The process of a container: what is run, where, with which variables. Makes the folders that it needs. Throws RefusedError. */
export async function processOf(spec: Fields, deps: ProcessDeps): Promise<Omit<Run, 'log' | 'mark'> & { readonly messageFile: string }> {
  const { name, restarts, own, mounts, dir, hostname, path, sight } = deps;
  const messageFile = join(dir, 'messages', `${name}-${String(restarts)}`);
  const messagePath = textOf(spec.terminationMessagePath) ?? '/dev/termination-log';
  const wanted = textOf(spec.workingDir);
  await mkdir(join(dir, 'messages'), { recursive: true });
  // A folder that neither a volume nor this machine has: a container would have it to itself.
  const missing = wanted !== undefined && rewriter(mounts).text(wanted) === wanted && !(await stat(wanted).catch(() => undefined));
  const all = [...mounts, ...(missing ? [{ from: wanted, to: join(dir, 'work', name) }] : [])];
  if (missing) await mkdir(join(dir, 'work', name), { recursive: true });
  const { fixed, words, ours } = commandOf(spec, own, deps.images);
  const base = (home: string, tmp: string): [string, string][] => [['PATH', path], ['HOME', home], ['TMPDIR', tmp], ['HOSTNAME', hostname]];

  // What stands for an image is a program of this machine, which a mount of the pod's (its own /tmp, say) could hide.
  if (sight === 'namespace' && !ours) {
    const cwd = wanted ?? `${OWN}/home`;
    const inside = [...all, { from: `${OWN}/home`, to: join(dir, 'home') }, { from: `${OWN}/tmp`, to: join(dir, 'tmp') }];
    // Everything in /dev would have to be mounted one by one for the sake of a message in its usual place.
    if (!messagePath.startsWith('/dev/')) {
      await writeFile(messageFile, '');
      inside.push({ from: messagePath, to: messageFile });
    }
    const folder = rewriter(inside).text(cwd);
    if (wanted !== undefined && folder !== cwd) await mkdir(folder, { recursive: true });
    const env = new Map([...base(`${OWN}/home`, `${OWN}/tmp`), ...own]);
    const command = [...fixed, ...words];
    const wrapped = command.length === 0 ? [] : inSandbox(command, { mounts: inside, root: join(dir, 'roots', `${name}-${String(restarts)}`), cwd });
    if (wrapped) {
      const [program = ''] = command;
      if (program !== '' && !canRun(program, { mounts: inside, path: env.get('PATH') ?? '', cwd })) throw new RefusedError(`could not start ${program}: there is no such program`);
      return { command: wrapped, env, cwd: dir, messageFile };
    }
  }
  const paths = rewriter([...all, { from: messagePath, to: messageFile }]);
  const env = new Map<string, string>(base(join(dir, 'home'), join(dir, 'tmp')));
  for (const [key, value] of own) env.set(key, paths.value(value));
  // What stands for an image knows default paths; here it learns where they are.
  if (ours) env.set('PROW_MOUNTS', JSON.stringify(Object.fromEntries(mounts.map(({ from, to }) => [from, to]))));
  const cwd = wanted === undefined ? join(dir, 'home') : paths.text(wanted);
  if (wanted !== undefined && cwd !== wanted) await mkdir(cwd, { recursive: true });
  if (!(await stat(cwd).catch(() => undefined))?.isDirectory()) throw new RefusedError(`workingDir ${cwd} is no folder of this machine`);
  return { command: [...fixed, ...words.map(paths.text)], env, cwd, messageFile };
}

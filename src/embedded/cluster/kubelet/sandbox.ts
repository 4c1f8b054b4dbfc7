import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rewriter, type Mapping } from './paths.js';

/**
 * How containers see their mounts. `namespace`: each has a root of its own, put together of this machine's folders and its volumes, so
 * that every path is what the pod says; this needs user and mount namespaces (Linux, where they are permitted). `rewrite`: paths in
 * command, arguments and variables are replaced by the folders that stand for them; this works everywhere.
 */
export type Sight = 'namespace' | 'rewrite';

export interface Entry { readonly name: string; readonly kind: 'dir' | 'file' | 'link' }
/** One thing to do in the new root. */
export type Step = Readonly<{ kind: 'dir'; path: string } | { kind: 'bind'; from: string; path: string; type: 'dir' | 'file'; access?: 'read' } | { kind: 'link'; from: string; path: string }>;

/** More entries than this in a folder that must be taken apart are too many mounts for one container. */
export const MOST_ENTRIES = 300;

const ancestors = (path: string): readonly string[] => (path === '/' ? [] : [...ancestors(dirname(path)), dirname(path)]);
const under = (path: string, other: string): boolean => path === other || path.startsWith(`${other}/`);

/**
 * Puts a root together: folders on the way to a mount are taken apart, so that the mount can be put among this machine's entries;
 * all others are shown as they are. undefined when that would be too much.
 */
export function layout(mounts: readonly Mapping[], list: (dir: string) => readonly Entry[], typeOf: (path: string) => 'dir' | 'file'): readonly Step[] | undefined {
  const targets = mounts.map(({ from }) => from);
  const open = [...new Set(targets.flatMap(ancestors))].filter((dir) => !targets.some((target) => under(dir, target))).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const steps: Step[] = [];
  for (const dir of open) {
    steps.push({ kind: 'dir', path: dir });
    const entries = list(dir);
    if (entries.length > MOST_ENTRIES) return undefined;
    for (const { name, kind } of entries) {
      const path = join(dir, name);
      if (targets.includes(path) || open.includes(path)) continue;
      steps.push(kind === 'link' ? { kind, from: path, path } : { kind: 'bind', from: path, path, type: kind });
    }
  }
  // Outer ones first: an inner one has its place in the outer one.
  for (const { from, to, access } of [...mounts].sort((a, b) => a.from.length - b.from.length)) steps.push({ kind: 'bind', from: to, path: from, type: typeOf(to), ...(access ? { access } : {}) });
  return steps;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The steps as a shell script that ends in the new root with the command of its arguments; the first one is the working directory. */
export function scriptOf(steps: readonly Step[], root: string): string {
  const lines = steps.map((step) => {
    const place = quote(step.path === '/' ? root : root + step.path);
    switch (step.kind) {
      case 'dir': return `mkdir -p ${place}`;
      case 'link': return `cp -P ${quote(step.from)} ${place} 2>/dev/null || :`;
      case 'bind': {
        const bind = step.type === 'dir' ? `mkdir -p ${place} && mount --rbind ${quote(step.from)} ${place}` : `{ [ -e ${place} ] || : > ${place}; } && mount --bind ${quote(step.from)} ${place}`;
        // This machine's entries may go while we look (a file in /tmp); a volume may not.
        return step.from === step.path ? `{ ${bind}; } 2>/dev/null || :` : bind;
      }
      default: return step satisfies never;
    }
  });
  // After all mounts, so that inner ones find their places; where the machine does not let it be so, it stays writable.
  const closed = steps.flatMap((step) => (step.kind === 'bind' && step.access ? [`mount -o remount,bind,ro ${quote(root + step.path)} 2>/dev/null || :`] : []));
  return ['set -e', `mount -t tmpfs -o mode=755 tmpfs ${quote(root)}`, ...lines, ...closed, `exec chroot ${quote(root)} /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$@"`].join('\n');
}

function entriesOf(dir: string): readonly Entry[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? 'dir' : entry.isSymbolicLink() ? 'link' : 'file' }));
  } catch {
    return []; // it is not there: the container sees nothing of it but its mounts
  }
}

const typeOf = (path: string): 'dir' | 'file' => (statSync(path).isDirectory() ? 'dir' : 'file');
const UNSHARE = ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private', '--', '/bin/sh', '-c'] as const;

/** The command that runs another one in a root with these mounts; undefined when such a root cannot be made. `root` is an empty folder for it. */
export function inSandbox(command: readonly string[], { mounts, root, cwd }: { mounts: readonly Mapping[]; root: string; cwd: string }): readonly string[] | undefined {
  const steps = layout(mounts.map((one) => ({ ...one, from: one.from.replace(/(?<=.)\/+$/, '') })), entriesOf, typeOf);
  if (!steps) return undefined;
  mkdirSync(root, { recursive: true });
  return [...UNSHARE, scriptOf(steps, root), 'sh', cwd, ...command];
}

/** Whether this machine permits roots of one's own: tried with a small one in a folder. */
export function probe(dir: string): Sight {
  if (process.platform !== 'linux') return 'rewrite';
  const [root, volume] = [join(dir, '.probe-root'), join(dir, '.probe-volume')];
  for (const one of [root, volume]) mkdirSync(one, { recursive: true });
  const [program = '', ...args] = inSandbox(['/bin/sh', '-c', '[ -d /prow-probe/of/mounts ]'], { mounts: [{ from: '/prow-probe/of/mounts', to: volume }], root, cwd: '/' }) ?? [];
  return spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0 ? 'namespace' : 'rewrite';
}

/** Whether a program can be found by a container with these mounts: as a path, or along its PATH. */
export function canRun(program: string, { mounts, path, cwd }: { mounts: readonly Mapping[]; path: string; cwd: string }): boolean {
  const { text } = rewriter(mounts);
  const candidates = program.includes('/') ? [program.startsWith('/') ? program : join(cwd, program)] : path.split(':').map((dir) => join(dir, program));
  return candidates.some((one) => {
    try {
      accessSync(text(one), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkconfig } from '../../src/cli/checkconfig.js';
import { PLUGIN_NAMES } from '../../src/config/plugins/names.js';

export interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly notes: readonly string[];
}

const builtIn: ReadonlySet<string> = new Set([...PLUGIN_NAMES].filter((name) => name !== 'goose' && name !== 'milestone'));

const noGithub = () => { throw new Error('GitHub is not asked here'); };

type Deps = Parameters<typeof checkconfig>[1];
export type ContextFault = Deps['contextFault'];

const torn: ContextFault = (_, { org, name, branch }) => (branch === 'torn' ? `${org}/${name} contradicts itself` : undefined);

/** Runs the command. Where nothing else is said, branches called torn contradict themselves. */
export async function run(args: readonly string[], contextFault: ContextFault = torn): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await checkconfig(args, {
    print: (line) => { out.push(line); }, note: (line) => { notes.push(line); }, github: noGithub, builtIn, contextFault,
  });
  return { code, out, notes };
}

export type Files = Readonly<Record<string, string>>;

/** Runs the command on files; those in `prow/` and `plugins/` are supplemental. Paths are cut off the output. */
export async function check(files: Files, args: readonly string[] = [], contextFault?: ContextFault): Promise<Ran> {
  const root = await mkdtemp(join(tmpdir(), 'checkconfig-'));
  try {
    for (const [name, text] of Object.entries({ 'config.yaml': '', ...files })) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    const has = (prefix: string) => Object.keys(files).some((name) => name.startsWith(prefix));
    const { code, out, notes } = await run([
      `--config-path=${join(root, 'config.yaml')}`, ...(has('jobs') ? [`--job-config-path=${join(root, has('jobs/') ? 'jobs' : 'jobs.yaml')}`] : []),
      ...(has('plugins.yaml') ? [`--plugin-config=${join(root, 'plugins.yaml')}`] : []),
      ...(has('prow/') ? [`--supplemental-prow-config-dir=${join(root, 'prow')}`] : []), ...(has('plugins/') ? [`--supplemental-plugin-config-dir=${join(root, 'plugins')}`] : []),
      ...args.map((arg) => arg.replace('ROOT', root)),
    ], contextFault);
    const short = (lines: readonly string[]) => lines.map((line) => line.replaceAll(`${root}/`, ''));
    return { code, out: short(out), notes: short(notes) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

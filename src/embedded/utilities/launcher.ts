import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Carries NODE_OPTIONS of a container past this program, for which they are not meant. */
const KEPT = 'PROW_KEPT_NODE_OPTIONS';
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * Writes a program that starts entrypoint from wherever it lies (jobs 5.4): a container runs it by its path, in an environment of its own
 * in which nothing finds node. A program of one file is put beside it, since the container may not see where it came from.
 */
export async function placeLauncher(to: string, { node, script: program }: Readonly<{ node: readonly string[]; script: string }>): Promise<void> {
  const isWhole = program.endsWith('.mjs');
  const script = `#!/bin/sh
if [ -n "\${NODE_OPTIONS+set}" ]; then
  export ${KEPT}="$NODE_OPTIONS"
  unset NODE_OPTIONS
fi
exec ${node.map(quoted).join(' ')} ${isWhole ? '"$0.mjs"' : quoted(program)} "$@"
`;
  await mkdir(dirname(to), { recursive: true });
  if (isWhole) await copyFile(program, `${to}.mjs`);
  const fresh = `${to}.${String(process.pid)}`;
  await writeFile(fresh, script);
  await chmod(fresh, 0o755);
  await rename(fresh, to);
}

/** The environment as the container has it, without what the launcher and the options were for. */
export function ownEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [KEPT]: kept, ...rest } = env;
  return kept === undefined ? rest : { ...rest, NODE_OPTIONS: kept };
}

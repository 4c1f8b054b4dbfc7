import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Carries NODE_OPTIONS of a container past this program, for which they are not meant. */
const KEPT = 'PROW_KEPT_NODE_OPTIONS';
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * Writes a program that starts entrypoint from wherever it lies (jobs 5.4): a container runs it by its path, in an environment of its own
 * in which nothing finds node.
 */
export async function placeLauncher(to: string, command: readonly string[]): Promise<void> {
  const script = `#!/bin/sh
if [ -n "\${NODE_OPTIONS+set}" ]; then
  export ${KEPT}="$NODE_OPTIONS"
  unset NODE_OPTIONS
fi
exec ${command.map(quoted).join(' ')} "$@"
`;
  await mkdir(dirname(to), { recursive: true });
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

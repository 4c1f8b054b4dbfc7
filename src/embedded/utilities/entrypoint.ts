import { entrypointOptions } from './entrypointOptions.js';
import { runEntrypoint } from './entrypointRun.js';
import { ownEnv, placeLauncher } from './launcher.js';
import { mounted, runUtility } from './utility.js';

await runUtility('entrypoint', async () => {
  const { execPath, execArgv, argv: [, script = ''], env } = process;
  const options = entrypointOptions(env, process.argv.slice(2), mounted('/tools/entrypoint', env));
  if (options.kind === 'copy') {
    await placeLauncher(options.to, { node: [execPath, ...execArgv], script });
    return 0;
  }
  process.stdout.on('error', () => {}); // nobody listens any more; the log goes on
  return runEntrypoint(options, {
    env: ownEnv(env), pid: process.pid, now: Date.now,
    write: (bytes) => { process.stdout.write(bytes); },
    onSignal: (take) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { take(signal); }); },
  });
});

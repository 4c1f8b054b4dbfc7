import { runSidecar } from './sidecarRun.js';
import { runUtility } from './utility.js';

await runUtility('sidecar', () => runSidecar({
  env: process.env, now: Date.now,
  say: (line) => { process.stderr.write(line); },
  onSignal: (take) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { take(signal); }); },
}));

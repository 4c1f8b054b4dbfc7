import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openKube } from './adapters/kube/kube.js';
import { jobCommand, JOB_COMMAND_FLAGS, JOB_USAGE } from './cli/job.js';
import { parseFlags, reader, usage } from './cli/flags.js';
import { silentLog } from './core/ports/log.js';
import { VERSION } from './core/version.js';

/** `prow job …` against the cluster that the flags, KUBECONFIG or a running demo name. Resolves to the exit code. */
export async function jobCli(args: readonly string[], { print, write }: Readonly<{ print: (line: string) => void; write: (bytes: Uint8Array) => void }>): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(`${JOB_USAGE}\n\n${usage('prow job', JOB_COMMAND_FLAGS)}`);
    return 0;
  }
  // Where the cluster is may be said anywhere; the rest belongs to the subcommand.
  const { ours, rest } = split(args);
  const flags = reader(parseFlags(ours, JOB_COMMAND_FLAGS, process.env), JOB_COMMAND_FLAGS);
  const embedded = join(flags.text('state-dir') ?? '.prow', 'kubeconfig');
  const file = flags.text('kubeconfig') || (existsSync(embedded) ? embedded : undefined);
  const ended = new AbortController();
  process.once('SIGINT', () => { ended.abort(new Error('stopped')); });
  const namespace = flags.text('namespace') ?? 'default';
  await using kube = await openKube({
    sources: { file, inCluster: file === undefined ? 'use' : 'ignore', env: { KUBECONFIG: process.env.KUBECONFIG, HOME: process.env.HOME, KUBERNETES_SERVICE_HOST: process.env.KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: process.env.KUBERNETES_SERVICE_PORT } }, settings: () => ({ prowJobNamespace: namespace, podNamespace: flags.text('pod-namespace') ?? 'default', disabledClusters: [] }),
    mode: 'act', watching: 'nothing', userAgent: `prow/${VERSION}`, every: undefined, clock: { now: Date.now }, random: Math.random, log: silentLog,
  });
  // Awaited here, before the connections are closed.
  return await jobCommand(rest, {
    jobs: kube.jobs, clusters: kube.clusters, namespace, now: Date.now, newName: randomUUID, print, write,
    pause: (ms) => setTimeout(ms, undefined, { signal: ended.signal }), signal: ended.signal,
  });
}

function split(args: readonly string[]): Readonly<{ ours: readonly string[]; rest: readonly string[] }> {
  const ours: string[] = [];
  const rest: string[] = [];
  for (let n = 0; n < args.length; n++) {
    const arg = args[n] ?? '';
    const name = /^--?([a-z-]+)(=|$)/.exec(arg)?.[1] ?? '';
    if (!Object.hasOwn(JOB_COMMAND_FLAGS, name)) rest.push(arg);
    else {
      ours.push(arg);
      if (!arg.includes('=')) ours.push(args[++n] ?? '');
    }
  }
  return { ours, rest };
}

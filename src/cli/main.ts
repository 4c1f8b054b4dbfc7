import { mkdtempSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ConfigError } from '../core/errors.js';
import type { Stores } from '../assembly/stores.js';
import { HelpAsked, UsageError, usage, type FlagTable } from './flags.js';

interface Subcommand {
  readonly about: string;
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

const print = (line: string): void => { console.log(line); };

// Each command loads what it needs, when it is needed: `prow --help` starts no Octokit.
const COMMANDS: Readonly<Record<string, Subcommand>> = {
  serve: {
    about: 'Run the bot: webhooks, plugins, Tide, pages, queues.',
    run: async (args) => {
      const { readSettings, SERVE_FLAGS } = await import('./settings.js');
      return withHelp('prow serve', SERVE_FLAGS, async () => {
        const settings = readSettings(args, process.env);
        const { serve } = await import('../main.js');
        return serve(settings);
      });
    },
  },
  demo: {
    about: 'Play a story on an embedded GitHub: no account, no cluster.',
    run: async (args) => {
      const { readDemoOptions, DEMO_FLAGS } = await import('./demo.js');
      return withHelp('prow demo', DEMO_FLAGS, async () => {
        const options = readDemoOptions(args, process.env, Math.random);
        const { runDemo } = await import('../demo/demo.js');
        const ended = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { if (ended.signal.aborted) process.exit(130); else ended.abort(); });
        const colours = (options.json ? process.stderr : process.stdout).isTTY && !process.env.NO_COLOR;
        return runDemo(options, { out: print, err: (line) => { console.error(line); }, colours, env: process.env, signal: ended.signal });
      });
    },
  },
  event: {
    about: 'event list [N] | event replay ID: what arrived, and handling it again.',
    run: async (args) => onStore('prow event', args, async (rest, stores) => (await import('./event.js')).eventCommand(rest, { events: stores.events, print })),
  },
  tide: {
    about: 'tide why ORG/REPO#N: what keeps a pull request from merging.',
    run: async (args) => onStore('prow tide', args, async (rest, stores, output) => (await import('./tide.js')).tideCommand(rest, { tide: stores.tide, print, now: Date.now(), output: output ?? 'text' }), OUTPUT_FLAG),
  },
  job: {
    about: 'job list | logs [-f] JOB | rerun JOB | abort JOB: look at jobs and steer them.',
    run: async (args) => (await import('../jobCli.js')).jobCli(args, { print, write: (bytes) => { process.stdout.write(bytes); } }),
  },
  mkpj: {
    about: 'Print the ProwJob of a configured job.',
    run: async (args) => {
      const { mkpj, MKPJ_FLAGS } = await import('./mkpj.js');
      return withHelp('prow mkpj', MKPJ_FLAGS, async () => {
        const [{ createRefLookup }, { randomUUID }, { openTerminal }] = await Promise.all([import('../adapters/lookup.js'), import('node:crypto'), import('./terminal.js')]);
        using terminal = openTerminal();
        const github = ({ endpoint, tokenPath }: Readonly<{ endpoint: string; tokenPath: string | undefined }>) =>
          createRefLookup({ endpoint, token: tokenPath === undefined ? undefined : readFileSync(tokenPath, 'utf8').trim(), signal: AbortSignal.timeout(60_000) });
        const ended = new AbortController();
        const jobs = async ({ kubeconfig, namespace }: Readonly<{ kubeconfig: string | undefined; namespace: string }>) => {
          const [{ loadProwJobs }, { silentLog }] = await Promise.all([import('../adapters/kube/prowjobs.js'), import('../core/ports/log.js')]);
          for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { ended.abort(new Error('stopped; the ProwJob stays')); });
          return loadProwJobs({ kubeconfig: kubeconfig ?? process.env.KUBECONFIG ?? join(homedir(), '.kube', 'config'), namespace: () => namespace, mode: 'act', log: silentLog });
        };
        const pause = () => setTimeout(2_000, undefined, { signal: ended.signal });
        return mkpj(args, { print, cache: await jobCache(), ask: terminal.ask, github, jobs, pause, signal: ended.signal, newName: randomUUID, now: Date.now });
      }, 'flags');
    },
  },
  mkpod: {
    about: 'Print the pod of a ProwJob, or of every configured job with --all.',
    run: async (args) => {
      const { mkpod, MKPOD_FLAGS } = await import('./mkpod.js');
      return withHelp('prow mkpod', MKPOD_FLAGS, async () => {
        const [{ podOf }, { everyJob }, { snowflake }, { openTerminal }] = await Promise.all([
          import('../jobs/pod/build.js'), import('../jobs/pod/all.js'), import('../jobs/buildId.js'), import('./terminal.js'),
        ]);
        using terminal = openTerminal();
        return mkpod(args, {
          print, cache: await jobCache(), warn: (line) => { console.error(`prow: ${line}`); }, ask: terminal.ask, read: async (path) => readFileSync(path === '-' ? 0 : path, 'utf8'),
          makeTempDir: async (prefix) => mkdtempSync(join(tmpdir(), prefix)), now: Date.now, pods: { podOf, everyJob, snowflake },
        });
      }, 'flags');
    },
  },
  checkconfig: {
    about: 'Say what is wrong with a configuration, and where.',
    run: async (args) => {
      const { checkconfig, CHECKCONFIG_FLAGS } = await import('./checkconfig.js');
      return withHelp('prow checkconfig', CHECKCONFIG_FLAGS, async () => {
        const { contextPolicy } = await import('../tide/contexts.js');
        const secret = (path: string) => readFileSync(path, 'utf8').trim();
        return checkconfig(args, {
          print,
          note: (line) => { console.error(`prow: ${line}`); },
          cache: await jobCache(),
          builtIn: new Set((await import('../handlers/registry.js')).plugins.map(({ name }) => name)),
          github: async ({ endpoint, account }) => (await import('../adapters/survey.js')).createRepoSurvey({
            endpoint, signal: AbortSignal.timeout(1_800_000), pause: async (ms) => { await setTimeout(ms); },
            credentials: account.kind === 'token' ? { kind: 'token', token: secret(account.path) } : { kind: 'app', appId: account.id, privateKey: secret(account.keyPath) },
          }),
          contextFault: ({ prow }, { branch, ...repo }, presubmits) => {
            const found = contextPolicy({ tide: prow.tide, protection: prow['branch-protection'], presubmits, rules: { required: [] }, repo, branch });
            return 'fault' in found ? found.fault : undefined;
          },
        });
      }, 'flags');
    },
  },
  schema: {
    about: 'schema config|jobs|in-repo|plugins|owners: print the JSON Schema of a kind of file, for editors.',
    run: async (args) => (await import('./schema.js')).schemaCommand(args, { print }),
  },
  version: {
    about: 'Print the version.',
    run: async () => {
      print(`prow ${version()}`);
      return 0;
    },
  },
};

/** What commands decoded before, in the user's cache folder (XDG_CACHE_HOME, which counts only if it is absolute). */
async function jobCache() {
  const { XDG_CACHE_HOME: home = '' } = process.env;
  return (await import('../config/read/cache.js')).openJobCache(join(isAbsolute(home) ? home : join(homedir(), '.cache'), 'prow'));
}

function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { version: found } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version?: string };
      if (found) return found;
    } catch {
      // built files lie one folder deeper
    }
  }
  return 'unknown';
}

const STORE_FLAGS = {
  'redis-url': { kind: 'string', about: 'Redis of the installation; by default the private one of --state-dir.' },
  'redis-prefix': { kind: 'string', about: 'Prefix of all keys in Redis.', default: 'prow' },
  'state-dir': { kind: 'string', about: 'Folder of the private Redis.', default: '.prow' },
} as const satisfies FlagTable;

const OUTPUT_FLAG = { output: { kind: 'string', about: 'text or json.', default: 'text' } } as const satisfies FlagTable;

/** Commands that only look at what a running installation keeps in Redis. */
async function onStore(name: string, args: readonly string[], command: (rest: readonly string[], stores: Stores, output: string | undefined) => Promise<number>, more: FlagTable = {}): Promise<number> {
  const { parseFlags, reader } = await import('./flags.js');
  const table: FlagTable = { ...STORE_FLAGS, ...more };
  return withHelp(name, table, async () => {
    // Flags may stand before or behind the words.
    const flagsAt = args.findIndex((arg) => arg.startsWith('-'));
    const words = flagsAt <= 0 ? [] : args.slice(0, flagsAt);
    const parsed = parseFlags(flagsAt < 0 ? [] : args.slice(flagsAt), table, process.env);
    const flags = reader(parsed, table);
    const { openStores } = await import('../assembly/stores.js');
    await using stores = await openStores({ redisUrl: flags.text('redis-url'), prefix: flags.text('redis-prefix') ?? 'prow', stateDir: flags.text('state-dir') ?? '.prow' });
    return await command(flagsAt < 0 ? args : [...words, ...parsed.rest], stores, flags.text('output')); // awaited here, before the stores are closed
  });
}

async function withHelp(name: string, table: FlagTable, command: () => Promise<number>, from?: 'flags'): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof HelpAsked)) throw error;
    print(usage(name, table, from));
    return 0;
  }
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(11)} ${about}`);
  return `Usage: prow COMMAND [flags]\n\n${rows.join('\n')}\n\nprow COMMAND --help lists a command's flags.`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '-h' || name === '--help') {
    print(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`there is no command ${JSON.stringify(name)}; prow help lists them`);
  return command.run(args);
}

// `prow event list | head` ends the reader first; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0); });

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`prow: ${error.message}`);
    process.exitCode = 2;
  } else if (error instanceof ConfigError) {
    for (const problem of error.problems) console.error(`prow: ${problem}`);
    process.exitCode = 1;
  } else {
    console.error(`prow: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

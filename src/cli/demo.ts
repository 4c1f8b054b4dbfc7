import { resolve } from 'node:path';
import { UsageError, parseFlags, reader, type FlagTable } from './flags.js';

/** What `prow demo` was told. */
export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly chaos: boolean;
  readonly seed: number;
  /** undefined: the usual one where it is free, else any. */
  readonly port: number | undefined;
  readonly adminPort: number | undefined;
  readonly githubPort: number | undefined;
  readonly stateDir: string;
  readonly latencyMs: number;
  /** Without a cluster: GitHub's workflows test, the bot merges. */
  readonly botOnly: boolean;
}

export const DEMO_FLAGS = {
  once: { kind: 'bool', about: 'End after the story, with exit code 0 if it went well.' },
  json: { kind: 'bool', about: 'Print the summary as JSON; all else goes to stderr.' },
  'bot-only': { kind: 'bool', about: 'Play the story of a bot without jobs: no cluster, GitHub Actions test.' },
  chaos: { kind: 'bool', about: 'Kill the worker process three times at random instants.' },
  seed: { kind: 'int', about: 'Seed of the random instants; a random one is printed.' },
  port: { kind: 'int', about: 'Port of webhooks and pages; 8888 where it is free.' },
  'admin-port': { kind: 'int', about: 'Port of the queue UI; 8889 where it is free.' },
  'github-port': { kind: 'int', about: 'Port of the embedded GitHub.' },
  'state-dir': { kind: 'string', about: 'Folder of the run; its former content is deleted.', default: '.prow/demo' },
  latency: { kind: 'duration', about: 'How far away GitHub is: added to each of its answers.', default: '0s' },
} as const satisfies FlagTable;

/** Reads the flags of `prow demo`; `random` gives the seed where none is given. */
export function readDemoOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>, random: () => number): DemoOptions {
  // STATE_DIR and PORT of a real installation are not the demo's.
  const parsed = parseFlags(args, DEMO_FLAGS, { LATENCY: env.LATENCY });
  if (parsed.rest.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(parsed.rest[0])}`);
  const flags = reader(parsed, DEMO_FLAGS);
  const port = (name: string): number | undefined => {
    if (!flags.given(name) || flags.int(name) === 0) return undefined;
    if (flags.int(name) < 1 || flags.int(name) > 65_535) throw new UsageError(`--${name}: ${String(flags.int(name))} is no port`);
    return flags.int(name);
  };
  return {
    once: flags.flag('once'), json: flags.flag('json'), chaos: flags.flag('chaos'), seed: flags.given('seed') ? flags.int('seed') : Math.floor(random() * 1_000_000),
    port: port('port'), adminPort: port('admin-port'), githubPort: port('github-port'), stateDir: resolve(flags.text('state-dir') ?? '.prow/demo'), latencyMs: flags.ms('latency'), botOnly: flags.flag('bot-only'),
  };
}

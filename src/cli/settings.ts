import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configRepo, CONFIG_REPO_FLAGS, type ConfigRepoSettings } from './configFlags.js';
import { IDLE_JOB_FLAGS, JOB_FLAGS, readJobSettings, type JobSettings } from './jobFlags.js';
import { UsageError, parseFlags, reader, type FlagReader, type FlagTable } from './flags.js';

export const COMPONENTS = ['hook', 'tide', 'plank', 'crier', 'sinker', 'horologium', 'status-reconciler', 'deck'] as const;
export type Component = (typeof COMPONENTS)[number];

export type Auth = Readonly<{ kind: 'app'; appId: string; keyPath: string } | { kind: 'token'; tokenPath: string }>;

/** Everything `prow serve` was told, checked and with defaults. */
export interface Settings {
  /** Where the configuration comes from a repository, its paths are here, and the ones below are empty. */
  readonly configRepo?: ConfigRepoSettings | undefined;
  readonly configPath: string;
  readonly jobConfigPath: string | undefined;
  readonly pluginConfigPath: string;
  readonly hmacSecretFile: string;
  readonly github: Readonly<{ endpoints: readonly string[]; graphqlEndpoint: string; host: string; auth: Auth }>;
  readonly kubeconfig: string | undefined;
  readonly jobs: JobSettings;
  readonly port: number;
  readonly metricsPort: number;
  readonly host: string;
  readonly adminPort: number;
  /** `asked`: it was named, so a port that is taken is an error. */
  readonly health: Readonly<{ port: number; asked: boolean }>;
  readonly gitDir: string | undefined;
  /** So many in-repo configurations are kept. */
  readonly inRepoCacheSize: number;
  readonly supplemental: Readonly<{ prowDirs: readonly string[]; prowSuffix: string; pluginDirs: readonly string[]; pluginSuffix: string }>;
  /** Where Tide's history outlives Redis, an address that storage understands, and how many records it keeps of each pool; by default Redis alone, 1000. */
  readonly history?: Readonly<{ uri: string | undefined; maxRecords: number }> | undefined;
  /** Names of flags that were given and have no effect. */
  readonly idle: readonly string[];
  readonly webhookPath: string;
  readonly mode: 'act' | 'dry';
  readonly components: ReadonlySet<Component>;
  readonly redisUrl: string | undefined;
  readonly redisPrefix: string;
  readonly stateDir: string;
  /** `web` takes webhooks and shows pages, `worker` works the queues, `all` is both in one process. */
  readonly role: 'web' | 'worker' | 'all';
  readonly queues: readonly string[];
  readonly gracePeriodMs: number;
  readonly logLevel: string | undefined;
  readonly enabled: Readonly<{ orgs: readonly string[]; repos: readonly string[]; notOrgs: readonly string[]; notRepos: readonly string[] }>;
  readonly retry: Readonly<{ maxRetries: number; max404Retries: number; initialDelayMs: number; maxSleepMs: number; requestTimeoutMs: number }>;
}

export const SERVE_FLAGS = {
  'config-path': { kind: 'string', about: 'Path of config.yaml. Required without --config-repo.' },
  ...CONFIG_REPO_FLAGS,
  'job-config-path': { kind: 'string', about: 'File or folder of job configuration.' },
  'plugin-config': { kind: 'string', about: 'Path of plugins.yaml.', default: '/etc/plugins/plugins.yaml' },
  'hmac-secret-file': { kind: 'string', about: 'File with the webhook secrets.', default: '/etc/webhook/hmac' },
  'github-host': { kind: 'string', about: 'Host of git remotes, or its whole address.', default: 'github.com' },
  'github-endpoint': { kind: 'list', about: 'Address of the REST API, in order of preference.', default: 'https://api.github.com' },
  'github-graphql-endpoint': { kind: 'string', about: 'Address of the GraphQL API.', default: 'https://api.github.com/graphql' },
  'github-token-path': { kind: 'string', about: 'File with a personal access token; instead of an App.' },
  'github-app-id': { kind: 'string', about: 'Id of the GitHub App.' },
  'github-app-private-key-path': { kind: 'string', about: 'File with the private key of the GitHub App.' },
  'github-client.request-timeout': { kind: 'duration', about: 'Longest wait for one answer of GitHub.', default: '2m' },
  'github-client.max-retries': { kind: 'int', about: 'Attempts of a GitHub call in all.', default: '8' },
  'github-client.max-404-retries': { kind: 'int', about: 'Attempts of a call that answers 404, where asking again makes sense.', default: '2' },
  'github-client.backoff-timeout': { kind: 'duration', about: 'Longest pause that a call takes by itself; beyond it, the work is planned for later.', default: '2m' },
  'github-client.initial-delay': { kind: 'duration', about: 'First pause between attempts; it doubles.', default: '2s' },
  'github-enabled-org': { kind: 'list', about: 'Act only in these organisations.' },
  'github-enabled-repo': { kind: 'list', about: 'Act only in these repositories (ORG/REPO).' },
  'github-disabled-org': { kind: 'list', about: 'Never act in these organisations.' },
  'github-disabled-repo': { kind: 'list', about: 'Never act in these repositories (ORG/REPO).' },
  'supplemental-prow-config-dir': { kind: 'list', about: 'Folders of further config.yaml parts.' },
  'supplemental-prow-configs-filename-suffix': { kind: 'string', about: 'What files in these folders end with.', default: '_prowconfig.yaml' },
  'supplemental-plugin-config-dir': { kind: 'list', about: 'Folders of further plugins.yaml parts.' },
  'supplemental-plugin-configs-filename-suffix': { kind: 'string', about: 'What files in these folders end with.', default: '_pluginconfig.yaml' },
  'in-repo-config-cache-size': { kind: 'int', about: "So many in-repo configurations are kept in memory.", default: '200' },
  'cache-dir-base': { kind: 'string', about: 'Folder of git mirrors; by default in --state-dir.' },
  'history-uri': { kind: 'string', about: "Where Tide's history is kept: /FOLDER/FILE, gs://BUCKET/FILE or s3://BUCKET/FILE. Without it, in Redis alone." },
  'max-records-per-pool': { kind: 'int', about: 'Records of the history that are kept of each branch.', default: '1000' },
  kubeconfig: { kind: 'string', about: 'Cluster that keeps ProwJobs. Without one the bot runs without jobs.' },
  ...JOB_FLAGS,
  port: { kind: 'int', about: 'Port of webhooks and pages.', default: '8888' },
  'metrics-port': { kind: 'int', about: 'Port of /metrics.', default: '9090' },
  'health-port': { kind: 'int', about: 'Port of /healthz and /healthz/ready alone, which the main port has as well; 0 takes a free one, -1 none. The default is left out where it is taken.', default: '8081' },
  'admin-port': { kind: 'int', about: 'Port of the queue UI, on 127.0.0.1 only; 0 takes a free one, -1 none.', default: '8889' },
  host: { kind: 'string', about: 'Address that the ports of webhooks, pages and metrics listen on.', default: '0.0.0.0' },
  'webhook-path': { kind: 'string', about: 'Path of the webhook.', default: '/hook' },
  'dry-run': { kind: 'bool', about: 'Write nothing anywhere; log what would have been done.', default: 'false' },
  components: { kind: 'string', about: `What this installation acts as, of ${COMPONENTS.join(',')}.`, default: COMPONENTS.join(',') },
  'redis-url': { kind: 'string', about: 'Redis to use. Without one a private redis-server is started under --state-dir.' },
  'redis-prefix': { kind: 'string', about: 'Prefix of all keys in Redis.', default: 'prow' },
  'state-dir': { kind: 'string', about: 'Folder of the private Redis, of git mirrors and of configuration from a repository.', default: '.prow' },
  role: { kind: 'string', about: 'web, worker, or all.', default: 'all' },
  queues: { kind: 'string', about: 'Queues that this worker works, by comma; all by default.', default: '' },
  'grace-period': { kind: 'duration', about: 'Time to finish what runs when asked to stop.', default: '180s' },
  'log-level': { kind: 'string', about: 'Overrides log_level of config.yaml.' },
} as const satisfies FlagTable;

/** Flags of upstream's components that mean nothing here: accepted, so that a deployment need not change, and said at the start. */
export const IDLE_FLAGS = {
  'github-hourly-tokens': { kind: 'int', about: 'No effect: calls are paced by GitHub\'s own limits.' },
  'github-allowed-burst': { kind: 'int', about: 'No effect: calls are paced by GitHub\'s own limits.' },
  'github-throttle-org': { kind: 'list', about: 'No effect: each organisation\'s calls are paced by GitHub\'s own limits.' },
  'sync-hourly-tokens': { kind: 'int', about: 'No effect: calls are paced by GitHub\'s own limits.' },
  'status-hourly-tokens': { kind: 'int', about: 'No effect: calls are paced by GitHub\'s own limits.' },
  ...IDLE_JOB_FLAGS,
  'pprof-port': { kind: 'int', about: 'No effect: there is no profiling port.' },
  'profile-memory-usage': { kind: 'bool', about: 'No effect.' },
  'memory-profile-interval': { kind: 'duration', about: 'No effect.' },
  'moonraker-address': { kind: 'string', about: 'No effect: there is no such server.' },
} as const satisfies FlagTable;

const fileOf = (flag: string, path: string): string => {
  if (!existsSync(path)) throw new UsageError(`--${flag}: there is no file ${path}`);
  return resolve(path);
};

const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function readAuth(flags: FlagReader): Auth {
  const tokenPath = flags.text('github-token-path');
  const appId = flags.text('github-app-id');
  const keyPath = flags.text('github-app-private-key-path');
  if (tokenPath && (appId || keyPath)) throw new UsageError('--github-token-path and --github-app-id exclude each other: give a token or an App');
  if (tokenPath) return { kind: 'token', tokenPath: fileOf('github-token-path', tokenPath) };
  if (appId && keyPath) return { kind: 'app', appId, keyPath: fileOf('github-app-private-key-path', keyPath) };
  if (appId) throw new UsageError('--github-app-private-key-path is missing: --github-app-id needs it');
  if (keyPath) throw new UsageError('--github-app-id is missing: --github-app-private-key-path needs it');
  throw new UsageError('--github-app-id and --github-app-private-key-path are missing (or --github-token-path)');
}

/** Upstream's three forms (tide 2.1); an address of a folder of this machine becomes `file://`. */
function readHistory(flags: FlagReader): NonNullable<Settings['history']> {
  const maxRecords = flags.int('max-records-per-pool');
  if (maxRecords < 1) throw new UsageError(`--max-records-per-pool: expected at least 1, found ${maxRecords}`);
  const uri = flags.text('history-uri') ?? '';
  if (uri === '') return { uri: undefined, maxRecords };
  if (uri.startsWith('/')) return { uri: pathToFileURL(uri).href, maxRecords };
  if (!/^(gs|s3):\/\/[^/]+\/.+|^(file):\/\/\/.+/.test(uri)) throw new UsageError(`--history-uri: ${JSON.stringify(uri)} is not /FOLDER/FILE, gs://BUCKET/FILE or s3://BUCKET/FILE`);
  return { uri, maxRecords };
}

function readComponents(text: string): ReadonlySet<Component> {
  const known: ReadonlySet<string> = new Set(COMPONENTS);
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new UsageError(`--components: unknown component ${JSON.stringify(unknown)}; there are ${COMPONENTS.join(', ')}`);
  return new Set(COMPONENTS.filter((name) => names.includes(name)));
}

function readEnabled(flags: FlagReader): Settings['enabled'] {
  const [orgs, notOrgs, repos, notRepos] = [flags.list('github-enabled-org'), flags.list('github-disabled-org'), flags.list('github-enabled-repo'), flags.list('github-disabled-repo')];
  for (const repo of [...repos, ...notRepos]) if (!/^[^/]+\/[^/]+$/.test(repo)) throw new UsageError(`--github-enabled-repo, --github-disabled-repo: ${JSON.stringify(repo)} is not ORG/REPO`);
  const both = [...orgs.filter((org) => notOrgs.includes(org)), ...repos.filter((repo) => notRepos.includes(repo))][0];
  if (both !== undefined) throw new UsageError(`${both} is both enabled and disabled`);
  return { orgs, repos, notOrgs, notRepos };
}

/** Reads the flags and environment of `prow serve`. Throws UsageError with one line that names what is missing or contradicts. */
export function readSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = parseFlags(args, { ...SERVE_FLAGS, ...IDLE_FLAGS }, env);
  if (parsed.rest.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(parsed.rest[0])}`);
  const flags = reader(parsed, SERVE_FLAGS);
  const role = flags.text('role') ?? 'all';
  if (role !== 'web' && role !== 'worker' && role !== 'all') throw new UsageError(`--role: ${JSON.stringify(role)} is not web, worker or all`);
  const fromRepo = configRepo(flags);
  const configPath = flags.text('config-path');
  if (!fromRepo && !configPath) throw new UsageError('--config-path is missing (or --config-repo)');
  const endpoints = flags.list('github-endpoint').map((url) => url || 'https://api.github.com');
  const graphqlEndpoint = flags.text('github-graphql-endpoint') ?? '';
  const bad = [...endpoints, graphqlEndpoint].find((url) => !isUrl(url));
  if (bad !== undefined) throw new UsageError(`--github-endpoint, --github-graphql-endpoint: ${JSON.stringify(bad)} is not an absolute http(s) address`);
  const redisUrl = flags.text('redis-url');
  if (redisUrl && !/^rediss?:\/\//.test(redisUrl)) throw new UsageError(`--redis-url: ${JSON.stringify(redisUrl)} does not start with redis:// or rediss://`);
  const inRepoCacheSize = flags.int('in-repo-config-cache-size');
  if (inRepoCacheSize < 1) throw new UsageError(`--in-repo-config-cache-size: expected at least 1, found ${inRepoCacheSize}`);
  const kubeconfig = flags.text('kubeconfig');
  const jobConfigPath = flags.text('job-config-path');
  const components = readComponents(flags.text('components') ?? '');
  const auth = readAuth(flags);
  const takesWebhooks = components.has('hook') && role !== 'worker';
  return {
    ...(fromRepo ? { configRepo: fromRepo, configPath: '', jobConfigPath: undefined, pluginConfigPath: '' } : {
      configPath: fileOf('config-path', configPath ?? ''),
      jobConfigPath: jobConfigPath ? fileOf('job-config-path', jobConfigPath) : undefined,
      pluginConfigPath: fileOf('plugin-config', flags.text('plugin-config') ?? ''),
    }),
    hmacSecretFile: takesWebhooks ? fileOf('hmac-secret-file', flags.text('hmac-secret-file') ?? '') : (flags.text('hmac-secret-file') ?? ''),
    github: { endpoints, graphqlEndpoint, host: flags.text('github-host') ?? 'github.com', auth },
    // Upstream looks there, too, where no flag says anything (config 9.5); a person's ~/.kube/config is never taken by chance.
    kubeconfig: kubeconfig ? fileOf('kubeconfig', kubeconfig) : flags.text('kubeconfig-dir') ? undefined : env['KUBECONFIG'] || undefined,
    jobs: readJobSettings(flags, resolve(flags.text('state-dir') ?? '.prow')),
    port: flags.int('port'),
    metricsPort: flags.int('metrics-port'),
    adminPort: flags.int('admin-port'),
    health: { port: flags.int('health-port'), asked: flags.given('health-port') },
    gitDir: flags.text('cache-dir-base') || undefined,
    inRepoCacheSize,
    supplemental: {
      prowDirs: flags.list('supplemental-prow-config-dir'), prowSuffix: flags.text('supplemental-prow-configs-filename-suffix') ?? '',
      pluginDirs: flags.list('supplemental-plugin-config-dir'), pluginSuffix: flags.text('supplemental-plugin-configs-filename-suffix') ?? '',
    },
    history: readHistory(flags),
    idle: Object.keys(IDLE_FLAGS).filter((name) => parsed.values.has(name)),
    host: flags.text('host') ?? '0.0.0.0',
    webhookPath: flags.text('webhook-path') ?? '/hook',
    mode: flags.flag('dry-run') ? 'dry' : 'act',
    components,
    redisUrl: redisUrl || undefined,
    redisPrefix: flags.text('redis-prefix') ?? 'prow',
    stateDir: resolve(flags.text('state-dir') ?? '.prow'),
    role,
    queues: (flags.text('queues') ?? '').split(',').filter((name) => name !== ''),
    gracePeriodMs: flags.ms('grace-period'),
    logLevel: flags.text('log-level'),
    enabled: readEnabled(flags),
    retry: {
      maxRetries: flags.int('github-client.max-retries') || 8, max404Retries: flags.int('github-client.max-404-retries') || 2, initialDelayMs: flags.ms('github-client.initial-delay'),
      maxSleepMs: flags.ms('github-client.backoff-timeout'), requestTimeoutMs: flags.ms('github-client.request-timeout'),
    },
  };
}

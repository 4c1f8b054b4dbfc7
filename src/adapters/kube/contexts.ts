import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type * as clientNode from '@kubernetes/client-node';
import { ConfigError } from '../../core/errors.js';

type KubeConfig = clientNode.KubeConfig;
type Library = Pick<typeof clientNode, 'KubeConfig'>;
type Cluster = KubeConfig['clusters'][number];
type User = KubeConfig['users'][number];

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where clusters are described (config 9.5). What is left out is not looked at. */
export interface KubeSources {
  /** `--kubeconfig`: one file, or several separated as in a PATH. */
  readonly file?: string | undefined;
  /** `--kubeconfig-dir`, and `--kubeconfig-suffix` of the files in it that count. */
  readonly dir?: string | undefined;
  readonly suffix?: string | undefined;
  /** `--projected-token-file`: the token for the in-cluster configuration. */
  readonly projectedTokenFile?: string | undefined;
  /** `--no-in-cluster-config` is `ignore`. */
  readonly inCluster: 'use' | 'ignore';
  /** Of the environment: KUBECONFIG and HOME stand in where neither file nor folder is given; the others lead to the cluster around. */
  readonly env: Readonly<Partial<Record<'KUBECONFIG' | 'HOME' | 'KUBERNETES_SERVICE_HOST' | 'KUBERNETES_SERVICE_PORT', string | undefined>>>;
  /** Where the pod's own token and CA are mounted. */
  readonly serviceAccount?: string | undefined;
}

export interface Context {
  /** A KubeConfig whose current context it is, without anything remembered of earlier calls. */
  readonly load: () => KubeConfig;
  /** Equal for contexts that lead to one server as one user, whatever they are called. */
  readonly print: string;
}

export interface Contexts {
  /** The cluster that keeps ProwJobs; undefined when no cluster is described at all. */
  readonly infrastructure: Context | undefined;
  /** Build clusters by alias; `default` is among them when there is an infrastructure cluster. */
  readonly clusters: ReadonlyMap<string, Context>;
  readonly warnings: readonly string[];
}

interface Loaded {
  readonly contexts: ReadonlyMap<string, Context>;
  readonly current: string | undefined;
}

/**
 * Reads the kubeconfigs: a context's name is the alias of a build cluster (jobs 6.2). The infrastructure cluster is the one around this
 * process, else the current context of the last file whose current context is not disabled. Throws ConfigError naming file and context.
 */
export function readContexts(sources: KubeSources, disabled: readonly string[], library: Library): Contexts {
  const around = inCluster(sources, library);
  const files = filesOf(sources);
  const clusters = new Map<string, Context>();
  const warnings: string[] = [];
  let current: string | undefined;
  if (files.length === 0) {
    try {
      const usual = usualFiles(sources);
      if (usual.length > 0) {
        const loaded = loadFiles(usual, library);
        for (const [alias, context] of loaded.contexts) clusters.set(alias, context);
        current = loaded.current;
      }
    } catch (error) {
      // Inside a cluster a stray KUBECONFIG harms nobody.
      if (!around) throw error;
      warnings.push(saidBy(error));
    }
  }
  for (const file of files) {
    const loaded = loadFiles([file], library);
    if (loaded.current !== undefined && !disabled.includes(loaded.current)) current = loaded.current;
    for (const [alias, context] of loaded.contexts) {
      if (clusters.has(alias)) throw new ConfigError([`${file}: the context ${alias} is in another kubeconfig, too`]);
      clusters.set(alias, context);
    }
  }
  for (const alias of disabled) clusters.delete(alias);
  const infrastructure = around ?? (current === undefined ? undefined : clusters.get(current));
  if (!infrastructure && clusters.size > 0) {
    throw new ConfigError([`${files.at(-1) ?? 'KUBECONFIG'}: ${current === undefined ? 'there is no current-context' : `the current-context ${current} is ${disabled.includes(current) ? 'disabled' : 'not there'}`}, so no cluster is known that keeps ProwJobs`]);
  }
  if (infrastructure && !clusters.has('default') && !disabled.includes('default')) clusters.set('default', infrastructure);
  return { infrastructure, clusters, warnings };
}

/** The bytes of all files that describe clusters, as one text: when it changes, they are read anew. */
export function printOf(sources: KubeSources): string {
  const hash = createHash('sha256');
  const add = (file: string) => {
    hash.update(`\n${file}\n`);
    try { hash.update(readFileSync(file)); } catch (error) { hash.update(String(error)); }
  };
  try {
    const files = filesOf(sources);
    for (const file of files.length > 0 ? files : usualFiles(sources)) add(file);
  } catch (error) {
    hash.update(String(error));
  }
  const account = sources.serviceAccount ?? SERVICE_ACCOUNT;
  hash.update(String(existsSync(join(account, 'token'))));
  return hash.digest('base64');
}

function filesOf({ file, dir, suffix = '' }: KubeSources): readonly string[] {
  const files = file === undefined || file === '' ? [] : existsSync(file) ? [file] : file.split(delimiter).filter((one) => one !== '');
  if (dir === undefined || dir === '') {
    if (suffix !== '') throw new ConfigError(['--kubeconfig-suffix needs --kubeconfig-dir']);
    return files;
  }
  let names: readonly string[];
  try {
    // A mounted ConfigMap or Secret is made of links through folders that begin with two dots.
    names = readdirSync(dir, { withFileTypes: true }).filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    throw new ConfigError([`--kubeconfig-dir ${dir}: ${saidBy(cause)}`]);
  }
  return [...files, ...names.filter((name) => !name.startsWith('..') && name.endsWith(suffix)).sort().map((name) => join(dir, name))];
}

/** KUBECONFIG's files or the one below HOME, as far as they exist. */
function usualFiles({ env }: KubeSources): readonly string[] {
  const named = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter).filter((one) => one !== '') : env.HOME ? [join(env.HOME, '.kube', 'config')] : [];
  return named.filter((file) => existsSync(file));
}

/** Several files of one KUBECONFIG are one: the first to name something wins. */
function loadFiles(files: readonly string[], { KubeConfig }: Library): Loaded {
  const clusters = new Map<string, Cluster>();
  const users = new Map<string, User>();
  const contexts = new Map<string, Readonly<{ cluster: string; user: string; file: string }>>();
  let current: string | undefined;
  const keep = <T>(map: Map<string, T>, name: string, value: T) => { if (!map.has(name)) map.set(name, value); };
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromString(readFileSync(file, 'utf8'));
      one.makePathsAbsolute(dirname(file));
    } catch (cause) {
      const said = saidBy(cause);
      throw new ConfigError([`kubeconfig ${file} cannot be read: ${said.startsWith('Cannot read properties') ? 'it is no kubeconfig' : said}`]);
    }
    // client-node refuses plain HTTP unless TLS is not to be verified; Go's client, and so upstream, takes it (kubectl proxy, tests).
    for (const cluster of one.clusters ?? []) keep(clusters, cluster.name, cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster);
    for (const user of one.users ?? []) keep(users, user.name, user);
    for (const { name, cluster, user } of one.contexts ?? []) keep(contexts, name, { cluster, user, file });
    current ??= one.currentContext || undefined;
  }
  const made = new Map<string, Context>();
  for (const [name, { cluster: clusterName, user: userName, file }] of contexts) {
    const cluster = clusters.get(clusterName);
    if (!cluster) throw new ConfigError([`kubeconfig ${file}: the context ${name} names the cluster ${clusterName}, which is not there`]);
    const user = users.get(userName);
    if (!user && userName) throw new ConfigError([`kubeconfig ${file}: the context ${name} names the user ${userName}, who is not there`]);
    if (!/^https?:\/\//.test(cluster.server) || !URL.canParse(cluster.server)) {
      throw new ConfigError([`kubeconfig ${file}: the server of the cluster ${clusterName} is no address: ${cluster.server}`]);
    }
    made.set(name, contextOf(cluster, user ?? { name: 'nobody' }, { KubeConfig }));
  }
  return { contexts: made, current };
}

function saidBy(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  return (typeof message === 'string' ? message : String(thrown)).split('\n')[0] ?? '';
}

function contextOf(cluster: Cluster, user: User, { KubeConfig }: Library): Context {
  return {
    load() {
      const config = new KubeConfig();
      config.loadFromClusterAndUser(cluster, user);
      return config;
    },
    print: createHash('sha256').update(JSON.stringify([{ ...cluster, name: '' }, { ...user, name: '' }])).digest('base64'),
  };
}

/** The cluster in which this process is a pod. */
function inCluster({ inCluster: wanted, env, projectedTokenFile, serviceAccount = SERVICE_ACCOUNT }: KubeSources, library: Library): Context | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const token = join(serviceAccount, 'token');
  if (wanted === 'ignore' || !host || !port || !existsSync(token)) return undefined;
  const ca = join(serviceAccount, 'ca.crt');
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const cluster = { name: 'in-cluster', server, skipTLSVerify: false, ...(existsSync(ca) && { caFile: ca }) };
  return contextOf(cluster, { name: 'in-cluster', authProvider: { name: 'tokenFile', config: { tokenFile: projectedTokenFile || token } } }, library);
}

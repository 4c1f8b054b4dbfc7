import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../../core/ports/clock.js';

/** Tokens and certificates in files are replaced while the process runs; plugins that make them are not asked for every call. */
const KEPT_MS = 10_000;

export interface Access {
  readonly server: string;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** What it takes to speak to one API server as one user. */
export interface Credentials extends Disposable {
  /** `fresh` after a 401: what is remembered is wrong. Throws when a file or plugin of the kubeconfig fails. */
  get(which: 'fresh' | 'kept'): Promise<Access>;
}

/** One context of a kubeconfig: `load` gives a KubeConfig whose current context it is, anew at each call. */
export function openCredentials(load: () => KubeConfig, clock: Clock): Credentials {
  let config = load();
  let known: { access: Access; print: string; at: number } | undefined;
  const look = async (): Promise<Access> => {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig context names no cluster');
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    // Tokens are read from files as they stand, with the line's end.
    for (const [key, value] of Object.entries(options.headers ?? {})) if (value !== undefined) headers[key.toLowerCase()] = String(value).trim();
    if (typeof options.auth === 'string') headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    const { ca, cert, key } = options;
    const print = createHash('sha256').update(JSON.stringify([ca, cert, key].map(String))).digest('base64');
    if (known && known.print !== print) retire(known.access.agent);
    const agent = known?.print === print ? known.access.agent : agentOf(cluster, options);
    known = { access: { server: cluster.server, agent, headers }, print, at: clock.now() };
    return known.access;
  };
  return {
    async get(which) {
      if (which === 'fresh') config = load();
      else if (known && clock.now() - known.at < KEPT_MS) return known.access;
      return look();
    },
    [Symbol.dispose]: () => { known?.access.agent.destroy(); },
  };
}

/** Calls that run go on; their connections are not used again. */
function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

/** client-node makes an agent, and so a TLS session, for every call; this one keeps connections. A proxy's agent is client-node's own. */
function agentOf(cluster: Readonly<{ server: string; proxyUrl?: string | undefined }>, options: https.RequestOptions): http.Agent {
  if (cluster.proxyUrl && options.agent instanceof http.Agent) return options.agent;
  if (cluster.server.startsWith('http:')) return new http.Agent({ keepAlive: true });
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  return new https.Agent({
    keepAlive: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  });
}

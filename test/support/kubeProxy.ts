import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';

/** What a caller wants to do with what kind of objects, in the words of Kubernetes' roles. */
export interface Wish { readonly verb: string; readonly resource: string }

export interface KubeProxy extends AsyncDisposable {
  readonly url: string;
  /** What was refused, as `verb resource`. */
  readonly refused: readonly string[];
  /** From now on nobody gets an answer, or everybody again. */
  setDown(down: boolean): void;
  /** Writes a kubeconfig whose only context, of the given name, leads here. */
  kubeconfig(path: string, context: string): string;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const PATH = /^\/(?:api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/[^/]+)?\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/;

/** What a request comes to. */
function wishOf({ method = 'GET', url = '/' }: Pick<IncomingMessage, 'method' | 'url'>): Wish {
  const [, resource = '', name, part] = PATH.exec(url) ?? [];
  const read = name !== undefined ? 'get' : /[?&]watch=(?:true|1)/.test(url) ? 'watch' : 'list';
  return { verb: VERBS[method] ?? read, resource: part === undefined ? resource : `${resource}/${part}` };
}

/** Stands before the API server of a kubeconfig as one user whom `may` allows some things and no more: what roles do at a real one. */
export async function startKubeProxy(kubeconfig: string, may: (wish: Wish) => boolean = () => true): Promise<KubeProxy> {
  const { clusters: [cluster], users: [user] } = parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: Record<string, string> }[]; users: { user: { token: string } }[] };
  const ca = Buffer.from(cluster?.cluster['certificate-authority-data'] ?? '', 'base64');
  const server = cluster?.cluster['server'] ?? '';
  const refused: string[] = [];
  let down = false;
  const say = (response: ServerResponse, code: number, body: object) => { response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
  const review = (response: ServerResponse, body: Buffer) => {
    const { spec } = JSON.parse(body.toString()) as { spec: { resourceAttributes: Wish } };
    say(response, 201, { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec, status: { allowed: may(spec.resourceAttributes) } });
  };
  const proxy = createServer((asked, response) => {
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.once('end', () => {
      if (down) { asked.socket.destroy(); return; }
      const body = Buffer.concat(parts);
      const wish = wishOf(asked);
      if (wish.resource === 'selfsubjectaccessreviews') { review(response, body); return; }
      if (!may(wish)) {
        refused.push(`${wish.verb} ${wish.resource}`);
        say(response, 403, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message: `${wish.resource} is forbidden: User cannot ${wish.verb} resource` });
        return;
      }
      const { host: _, authorization: __, connection: ___, 'transfer-encoding': ____, ...headers } = asked.headers;
      const onward = request(`${server}${asked.url ?? '/'}`, { method: asked.method ?? 'GET', ca, agent: false, headers: { ...headers, authorization: `Bearer ${user?.user.token ?? ''}` } }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
        answer.once('error', () => { response.destroy(); });
      });
      onward.once('error', () => { response.destroy(); });
      response.once('close', () => { onward.destroy(); });
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
  return {
    url, refused,
    setDown(now) {
      down = now;
      if (now) proxy.closeAllConnections();
    },
    kubeconfig(path, context) {
      const config = { apiVersion: 'v1', kind: 'Config', 'current-context': context, clusters: [{ name: context, cluster: { server: url } }], users: [{ name: context, user: {} }], contexts: [{ name: context, context: { cluster: context, user: context } }] };
      writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
      return path;
    },
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise<void>((resolve) => { proxy.close(() => { resolve(); }); });
    },
  };
}

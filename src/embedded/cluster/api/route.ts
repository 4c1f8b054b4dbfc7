import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Kind } from './kinds.js';
import { forbidden, StatusError } from './status.js';

/** What a path of the API names. */
export interface Target { readonly kind: Kind; readonly namespace: string; readonly name: string | undefined; readonly part: string | undefined }

const PATH = /^\/(?:api\/v1|apis\/([^/]+)\/v1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?\/?$/;

/** The object or kind that a path names; undefined when there is no such. */
export function targetOf(path: string, kinds: readonly Kind[]): Target | undefined {
  // Namespaces are objects and parts of paths: `/namespaces/x/status` is no kind `status` in x.
  const own = /^\/api\/v1\/namespaces(?:\/([^/]+)(?:\/(status|finalize))?)?\/?$/.exec(path);
  const found = own ? undefined : PATH.exec(path);
  const [group, namespace, plural, name, part] = own ? ['', undefined, 'namespaces', own[1], own[2]] : [found?.[1] ?? '', found?.[2], found?.[3], found?.[4], found?.[5]];
  const kind = kinds.find((one) => one.group === group && one.plural === plural);
  if (!kind || (namespace !== undefined && !kind.namespaced)) return undefined;
  // An object of a namespaced kind is found only through its namespace.
  if (kind.namespaced && namespace === undefined && name !== undefined) return undefined;
  const text = (value: string | undefined): string | undefined => (value === undefined ? undefined : decodeURIComponent(value));
  return { kind, namespace: text(namespace) ?? '', name: text(name), part };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets a request in or throws: a page of the web may neither address this server by another name (DNS rebinding) nor call it
 * from elsewhere (its `Origin` tells), and nobody may without the token.
 */
export function admit({ headers }: Pick<IncomingMessage, 'headers'>, { port, token, open }: { port: number; token: string; open: boolean }): void {
  const hosts = [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`];
  if (!hosts.includes(headers.host ?? '')) throw forbidden(`this server is not ${headers.host ?? 'without a name'}`);
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `https://${host}`)) throw forbidden('requests from web pages of other origins are refused');
  if (open) return;
  const [, given] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  // Hashes have one length, so that comparing tells nothing about the token.
  if (given === undefined || !timingSafeEqual(digest(given), digest(token))) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
}

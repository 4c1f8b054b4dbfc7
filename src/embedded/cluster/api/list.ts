import type { Clock } from '../../../core/ports/clock.js';
import type { Format } from './format.js';
import { numberOf, send, type Call } from './http.js';
import { apiVersionOf, type Kind } from './kinds.js';
import { isFields } from './object.js';
import type { Match } from './selectors.js';
import { badRequest, expired, tooLarge } from './status.js';
import type { Entry, Store } from './store.js';
import { partial, tableOf } from './tables.js';

const CHUNK = 1 << 16;

interface Token { readonly version: number; readonly after: string }
const encode = ({ version, after }: Token): string => Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: after })).toString('base64url');

function decode(text: string): Token {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isFields(value) && typeof value.rv === 'number' && typeof value.start === 'string') return { version: value.rv, after: value.start };
  } catch { /* Told below. */ }
  throw badRequest('continue key is not valid');
}

/** The version that a list is wanted at; undefined for the newest. Throws 400, 504. */
function versionWanted(query: URLSearchParams, current: number): number | undefined {
  const match = query.get('resourceVersionMatch') ?? '';
  const version = numberOf(query, 'resourceVersion');
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') throw badRequest(`resourceVersionMatch: Unsupported value: "${match}": supported values: "Exact", "NotOlderThan"`);
  if (match !== '' && version === undefined) throw badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && version === 0) throw badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
  if (version !== undefined && version > current) throw tooLarge(version, current);
  return match === 'Exact' ? version : undefined;
}

/** Writes a list, part by part; every page of it shows the cluster as it was for the first one. Throws StatusError before it writes. */
export async function list(call: Call, { kind, namespace, match, format }: { kind: Kind; namespace: string; match: Match | undefined; format: Format }, { store, clock }: { store: Store; clock: Clock }): Promise<void> {
  const query = call.url.searchParams;
  const token = query.get('continue');
  const limit = numberOf(query, 'limit') || Number.POSITIVE_INFINITY;
  const from = token ? decode(token) : undefined;
  if (from && numberOf(query, 'resourceVersion')) throw badRequest('specifying resource version is not allowed when using continue');
  const wanted = from ? from.version : versionWanted(query, store.version);
  const prefix = kind.namespaced && namespace ? `${namespace}/` : '';
  if (from && (wanted ?? 0) < store.oldest) throw expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.');
  const page = store.page(kind.plural, prefix, { match, limit, after: from?.after, version: wanted });
  const metadata = {
    resourceVersion: String(page.version),
    ...(page.next === undefined ? {} : { continue: encode({ version: page.version, after: page.next }), ...(page.remaining > 0 ? { remainingItemCount: page.remaining } : {}) }),
  };
  const now = clock.now();
  const table = tableOf(kind);
  const head = (): object => {
    if (format.kind === 'table') return { kind: 'Table', apiVersion: format.apiVersion, metadata, columnDefinitions: table.columns };
    if (format.kind === 'partial') return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata };
    return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata };
  };
  const item = ({ object, json }: Entry): string => {
    if (format.kind === 'table') return JSON.stringify(table.row(object, format.include, now));
    return format.kind === 'partial' ? JSON.stringify(partial(object)) : json;
  };
  call.response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  let part = `${JSON.stringify(head()).slice(0, -1)},"${format.kind === 'table' ? 'rows' : 'items'}":[`;
  let first = true;
  for (const entry of page.entries) {
    part += (first ? '' : ',') + item(entry);
    first = false;
    if (part.length < CHUNK) continue;
    await send(call, part);
    part = '';
  }
  call.response.end(`${part}]}\n`);
}

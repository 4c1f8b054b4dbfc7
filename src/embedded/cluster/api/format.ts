import type { Include } from './tables.js';
import { badRequest, StatusError } from './status.js';

/** How objects are wanted: whole, only their metadata, or as rows of a table. */
export type Format = Readonly<{ kind: 'object' } | { kind: 'partial' } | { kind: 'table'; include: Include; apiVersion: string }>;

/** Chooses among what a caller accepts; JSON is all there is. Throws 406 when nothing fits. */
export function formatOf(accept: string, query: URLSearchParams): Format {
  const wanted = accept === '' ? ['application/json'] : accept.split(',').map((one) => one.trim());
  for (const one of wanted) {
    const [type = '', ...rest] = one.split(';').map((part) => part.trim());
    if (!['application/json', '*/*', 'application/*'].includes(type)) continue;
    const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string]));
    const as = parameters.get('as');
    if (as === undefined) return { kind: 'object' };
    if (parameters.get('g') !== 'meta.k8s.io') continue;
    if (as === 'Table') {
      const include = query.get('includeObject') || 'Metadata';
      if (include !== 'None' && include !== 'Metadata' && include !== 'Object') throw badRequest(`includeObject: Invalid value: "${include}": must be one of None, Metadata, Object`);
      return { kind: 'table', include, apiVersion: `meta.k8s.io/${parameters.get('v') ?? 'v1'}` };
    }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { kind: 'partial' };
  }
  // kubectl's typed commands ask for protobuf and JSON; one who takes protobuf alone gets JSON too, which says so by its type.
  if (wanted.some((one) => one.startsWith('application/vnd.kubernetes.protobuf'))) return { kind: 'object' };
  throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

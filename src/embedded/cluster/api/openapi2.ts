import type { Kind } from './kinds.js';

/** The document's type as kube-apiserver names it: what kubectl asks for has an `@`, which Go's parser of types refuses. */
export const OPENAPI2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** One field of a message: a text, or a message made of others. */
function part(field: number, value: string | readonly Buffer[]): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.concat(value);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

const query = (name: string): Buffer => part(8, [part(1, [part(2, [part(3, [part(2, 'query'), part(4, name)])])])]);

/**
 * An OpenAPI v2 document in protobuf that says one thing: the server itself checks fields (`fieldValidation`). Without it, kubectl up to
 * 1.27 creates and applies nothing; one older than 1.25 finds no schemas in it and so leaves checking to the server.
 */
export function openApi2(kinds: readonly Kind[]): Buffer {
  const paths = kinds.filter(({ access }) => access === 'all').map(({ group, version, kind, namespaced, plural }) => {
    const path = `${group ? `/apis/${group}` : '/api'}/${version}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`;
    const extension = part(13, [part(1, 'x-kubernetes-group-version-kind'), part(2, [part(2, `group: "${group}"\nkind: ${kind}\nversion: ${version}\n`)])]);
    return part(2, [part(1, path), part(2, [part(8, [query('dryRun'), query('fieldValidation'), extension])])]);
  });
  return Buffer.concat([part(1, '2.0'), part(2, [part(1, 'Kubernetes'), part(2, 'v1.32.0')]), part(8, paths)]);
}

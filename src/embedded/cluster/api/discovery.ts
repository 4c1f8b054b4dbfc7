import { apiVersionOf, type Kind } from './kinds.js';
import { at, fieldsOf, type Fields } from './object.js';

const READ = ['get', 'list', 'watch'];
const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** The Kubernetes whose API is imitated. */
export const VERSION = { major: '1', minor: '32', gitVersion: 'v1.32.0+prow', gitCommit: '', gitTreeState: 'clean', buildDate: '2024-12-11T00:00:00Z', goVersion: '', compiler: '', platform: `${process.platform}/${process.arch}` } as const;

function resourcesOf({ plural, singular, kind, namespaced, access, shortNames, categories, status }: Kind): readonly object[] {
  const part = (name: string, verbs: readonly string[], more: object = {}): object => ({ name: `${plural}/${name}`, singularName: '', namespaced, kind, verbs, ...more });
  const names = { ...(shortNames.length > 0 ? { shortNames } : {}), ...(categories.length > 0 ? { categories } : {}) };
  return [
    { name: plural, singularName: singular, namespaced, kind, verbs: access === 'read' ? READ : ALL, ...names },
    ...(status ? [part('status', ['get', 'patch', 'update'])] : []),
    ...(kind === 'Pod' ? [part('log', ['get']), part('binding', ['create'], { kind: 'Binding' }), part('eviction', ['create'], { group: 'policy', version: 'v1', kind: 'Eviction' })] : []),
  ];
}

const review = { name: 'selfsubjectaccessreviews', singularName: 'selfsubjectaccessreview', namespaced: false, kind: 'SelfSubjectAccessReview', verbs: ['create'] };
const REVIEWS = 'authorization.k8s.io/v1';

/** What is told at `/api`, `/apis`, and below for each group; undefined for what is not there. */
export function discover(path: string, kinds: readonly Kind[]): object | undefined {
  const groups = [...new Set(kinds.map(({ group }) => group).filter((group) => group !== ''))];
  const versions = (group: string): object => ({ groupVersion: `${group}/v1`, version: 'v1' });
  const groupOf = (group: string): object => ({ name: group, versions: [versions(group)], preferredVersion: versions(group) });
  const resources = (version: string): object => ({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: version, resources: version === REVIEWS ? [review] : kinds.filter((kind) => apiVersionOf(kind) === version).flatMap(resourcesOf) });
  const all = [...groups, 'authorization.k8s.io'];
  switch (path) {
    case '/version': return VERSION;
    case '/api': return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/api/v1': return resources('v1');
    case '/apis': return { kind: 'APIGroupList', apiVersion: 'v1', groups: all.map(groupOf) };
    default: {
      const [, group = '', version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
      if (!all.includes(group)) return undefined;
      if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
      return version === 'v1' ? resources(`${group}/v1`) : undefined;
    }
  }
}

const names = (kind: Kind): string => `${kind.group === '' ? 'io.k8s.api.core' : kind.group.split('.').reverse().join('.')}.v1.${kind.kind}`;
const metaRef = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function schemaOf(kind: Kind): Fields {
  const own: Fields = kind.custom?.schema ?? { type: 'object', properties: {}, 'x-kubernetes-preserve-unknown-fields': true };
  return {
    ...own,
    properties: { ...fieldsOf(own.properties), apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { allOf: [{ $ref: `#/components/schemas/${metaRef}` }], default: {} } },
    'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.kind }],
  };
}

/**
 * What kubectl asks of OpenAPI v3: that the server checks fields itself (`fieldValidation`), and the schemas for `kubectl explain`;
 * built-in kinds have none here. undefined for what is not there.
 */
export function openApi(path: string, kinds: readonly Kind[]): object | undefined {
  const versions = [...new Set(kinds.map(apiVersionOf))];
  const placeOf = (version: string): string => (version === 'v1' ? 'api/v1' : `apis/${version}`);
  if (path === '/openapi/v3') return { paths: Object.fromEntries(versions.map((version) => [placeOf(version), { serverRelativeURL: `/openapi/v3/${placeOf(version)}` }])) };
  const version = versions.find((one) => path === `/openapi/v3/${placeOf(one)}`);
  if (version === undefined) return undefined;
  const here = kinds.filter((kind) => apiVersionOf(kind) === version);
  const parameter = (name: string): object => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const operation = (kind: Kind, action: string): object => ({
    'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map(parameter), responses: { 200: { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${names(kind)}` } } } } },
  });
  const paths = here.filter(({ access }) => access === 'all').map((kind) => {
    const root = `/${placeOf(version)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
    return [[root, { post: operation(kind, 'post') }], [`${root}/{name}`, { get: operation(kind, 'get'), put: operation(kind, 'put'), patch: operation(kind, 'patch') }]] as const;
  });
  const meta: Fields = { type: 'object', properties: { ...Object.fromEntries(['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'generateName'].map((name) => [name, { type: 'string' }])), ...Object.fromEntries(['labels', 'annotations'].map((name) => [name, { type: 'object', additionalProperties: { type: 'string' } }])), finalizers: { type: 'array', items: { type: 'string' } } } };
  return {
    openapi: '3.0.0', info: { title: 'Kubernetes', version: VERSION.gitVersion }, paths: Object.fromEntries(paths.flat()),
    components: { schemas: { [metaRef]: meta, ...Object.fromEntries(here.map((kind) => [names(kind), schemaOf(kind)])) } },
  };
}

/** The answer to a question whether the caller may do something: whoever has the token may do everything. */
export function allow(body: unknown): object {
  return { kind: 'SelfSubjectAccessReview', apiVersion: REVIEWS, metadata: {}, spec: fieldsOf(at(body, 'spec')), status: { allowed: true } };
}

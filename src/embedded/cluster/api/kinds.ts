import type { Crd, PrinterColumn } from './prowjobCrd.js';
import { at, isFields } from './object.js';
import type { Schema } from './schema.js';
import type { Named } from './status.js';

/** A kind of object that the API serves. */
export interface Kind extends Named {
  readonly group: string;
  readonly version: string;
  readonly singular: string;
  readonly plural: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly access: 'all' | 'read';
  /** Whether status is written apart. */
  readonly status: boolean;
  /** Which rule names follow. */
  readonly names: 'label' | 'subdomain';
  /** What is known of a built-in kind's fields beside metadata; undefined: nothing. */
  readonly fields: Schema | undefined;
  /** A custom resource's schema and columns; built-in kinds have none. */
  readonly custom: { readonly schema: Schema; readonly columns: readonly PrinterColumn[] } | undefined;
}

const core = { group: '', version: 'v1', shortNames: [], categories: [], namespaced: true, access: 'all', status: false, names: 'subdomain', fields: undefined, custom: undefined } as const;
const anything = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const only = (...names: readonly string[]): Schema => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, anything])) });

export const namespaces: Kind = { ...core, plural: 'namespaces', singular: 'namespace', kind: 'Namespace', shortNames: ['ns'], namespaced: false, status: true, names: 'label' };
export const pods: Kind = { ...core, plural: 'pods', singular: 'pod', kind: 'Pod', shortNames: ['po'], categories: ['all'], status: true };
export const configMaps: Kind = { ...core, plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', shortNames: ['cm'], fields: only('data', 'binaryData', 'immutable') };
export const secrets: Kind = { ...core, plural: 'secrets', singular: 'secret', kind: 'Secret', fields: only('data', 'stringData', 'type', 'immutable') };
export const events: Kind = { ...core, plural: 'events', singular: 'event', kind: 'Event', shortNames: ['ev'] };
export const nodes: Kind = { ...core, plural: 'nodes', singular: 'node', kind: 'Node', shortNames: ['no'], namespaced: false, status: true };
export const definitions: Kind = {
  ...core, group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions', singular: 'customresourcedefinition', kind: 'CustomResourceDefinition', shortNames: ['crd', 'crds'], categories: ['api-extensions'], namespaced: false, access: 'read',
};

/** Pods, whose spec the definition of ProwJob describes as well; fields that it leaves open, pods leave open. */
function podsBy(prowjob: Schema): Kind {
  const spec = at(prowjob, 'properties', 'spec', 'properties', 'pod_spec');
  return { ...pods, fields: { type: 'object', properties: { spec: isFields(spec) ? spec : anything, status: anything } } };
}

/** Everything that is served, ProwJobs by their definition. ProwJobs have no status subresource, as upstream's have none. */
export function allKinds({ schema, columns, shortNames }: Pick<Crd, 'schema' | 'columns' | 'shortNames'>): readonly Kind[] {
  const prowjobs: Kind = { ...core, group: 'prow.k8s.io', plural: 'prowjobs', singular: 'prowjob', kind: 'ProwJob', shortNames, custom: { schema, columns } };
  return [namespaces, nodes, podsBy(schema), configMaps, secrets, events, prowjobs, definitions];
}

/** `v1`, `prow.k8s.io/v1`. */
export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group ? `${group}/${version}` : version;
}

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { fieldList } from '../../../src/config/kube/normalize.js';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

const crd = parse(readFileSync(new URL('../../../helm/crds/prowjob.yaml', import.meta.url), 'utf8')) as { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } };
const spec = crd.spec.versions[0].schema.openAPIV3Schema.properties?.['spec']?.properties ?? {};

/** What the API server would drop or refuse of a type that the configuration takes. */
function differences(type: string, schema: Schema | undefined, path: string): readonly string[] {
  const kind = type.replace(/[*!]$/, '');
  if (schema === undefined) return [`${path}: the resource has no such field`];
  const inner = kind.slice(1, -1);
  if (kind.startsWith('[')) return schema.type === 'array' ? differences(inner, schema.items, `${path}[]`) : [`${path}: no list`];
  if (kind.startsWith('{')) return schema.type === 'object' ? differences(inner, schema.additionalProperties, `${path}{}`) : [`${path}: no map`];
  const fields = fieldList(kind);
  if (fields === undefined) {
    const wanted = ({ string: ['string'], number: ['integer', 'number'], boolean: ['boolean'], quantity: ['integer', 'string'] } as Record<string, string[]>)[kind] ?? [];
    const has = schema.anyOf ? schema.anyOf.map((one) => one.type) : [schema.type];
    return kind === 'any' || has.some((one) => wanted.includes(one ?? '')) ? [] : [`${path}: ${String(has)} instead of ${kind}`];
  }
  return fields.flatMap(({ name, type: of }) => differences(of, schema.properties?.[name], `${path}.${name}`));
}

// Upstream's schema says nothing of what such an object's metadata holds, so all of it is pruned there, and here.
const PRUNED = /^pod_spec\.volumes\[\]\.ephemeral\.volumeClaimTemplate\.metadata\./;

test.each([
  ['PodSpec', 'pod_spec'], ['DecorationConfig', 'decoration_config'], ['Refs', 'refs'], ['[Refs]', 'extra_refs'], ['ReporterConfig', 'reporter_config'],
  ['RerunAuthConfig', 'rerun_auth_config'], ['ProwJobDefaults', 'prowjob_defaults'], ['JenkinsSpec', 'jenkins_spec'], ['TektonSpec', 'tekton_pipeline_run_spec'],
])('the resource keeps all that the configuration knows of %s', (type, field) => {
  expect(differences(type, spec[field], field).filter((one) => !PRUNED.test(one))).toEqual([]);
});

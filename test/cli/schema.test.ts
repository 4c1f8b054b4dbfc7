import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaCommand } from '../../src/cli/schema.js';
import { UsageError } from '../../src/cli/flags.js';
import { fieldList } from '../../src/config/kube/normalize.js';
import { PROW_TEXTS } from '../../src/config/kube/prowTexts.js';
import { PROW_TYPES } from '../../src/config/kube/prowTypes.js';
import { readYaml } from '../../src/config/yaml/source.js';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const ajv = new Ajv2020({ strict: false, allErrors: true });

async function validator(kind: string) {
  const out: string[] = [];
  expect(await schemaCommand([kind], { print: (line) => { out.push(line); } })).toBe(0);
  const validate = ajv.compile(JSON.parse(out.join('\n')) as object);
  return (text: string, file = 'x.yaml'): readonly string[] => {
    validate(readYaml(file, text, [])?.value ?? {});
    return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`);
  };
}

test.each<[kind: string, text: string]>([
  ['config', 'log_level: debug\ntide: {sync_period: 2m, queries: [{orgs: [o], labels: }]}\npresubmits: {o/r: [{name: a}]}\nprow_ignored: [1]'],
  ['jobs', 'periodics: [{name: a, interval: 1h, labels: {n: 1}, spec: {containers: [{}]}}]'],
  ['jobs', 'presubmits: {o/r: [{name: a, decoration_config: {timeout: 3600000000000, utility_images: , gcs_configuration: {bucket: b}}, spec: {containers: [{env: [{name: X, value: 1}], resources: {limits: {cpu: 1, memory: 2Gi}}, livenessProbe: {httpGet: {port: 80}}}], volumes: [{name: v, emptyDir: {}}]}}]}'],
  ['in-repo', 'presubmits: [{name: a, spec: {containers: [{image: i}]}}]'],
  ['config', 'plank: {default_decoration_config_entries: [{repo: o, config: {gcs_configuration: {bucket: b}, resources: {sidecar: {requests: {cpu: 100m}}}}}]}\ndeck: {spyglass: {lenses: [{lens: {name: x, config: {any: [1]}}}]}}\nin_repo_config: {enabled: {o: }, allowed_clusters: {"*": }}\ntide: {merge_method: {o: merge, p: {r: squash, s: {main: rebase}}}}'],
  ['plugins', 'plugins: {o: {plugins: [hold]}, p: }\nlgtm: [{repos: [o]}]\nsize: {s: 1}'],
  ['owners', 'approvers: [a]\noptions: {no_parent_owners: true}\nfilters: {".*": {labels: [l]}}'],
])('%s takes what the loader takes', async (kind, text) => expect((await validator(kind))(text)).toEqual([]));

test.each<[kind: string, text: string, says: string]>([
  ['config', 'plonk: {}', ': must NOT have additional properties {"additionalProperty":"plonk"}'],
  ['config', 'tide: {queries: {}}', '/tide/queries: must be array,null'],
  ['config', 'presubmits: {o/r: [{always: true}]}', '/presubmits/o~1r/0: must NOT have additional properties'],
  ['jobs', 'tide: {}', ': must NOT have additional properties'],
  ['jobs', 'periodics: [{spec: {containers: [{imag: x}]}}]', '/periodics/0/spec/containers/0: must NOT have additional properties {"additionalProperty":"imag"}'],
  ['jobs', 'periodics: [{spec: {containers: {}}}]', '/periodics/0/spec/containers: must be array,null'],
  ['jobs', 'presets: [{env: [{vale: x}]}]', '/presets/0/env/0: must NOT have additional properties {"additionalProperty":"vale"}'],
  ['in-repo', 'periodics: []', ': must NOT have additional properties {"additionalProperty":"periodics"}'],
  ['config', 'plank: {default_decoration_configs: {"*": {timout: 1h}}}', '/plank/default_decoration_configs/*: must NOT have additional properties {"additionalProperty":"timout"}'],
  ['config', 'deck: {spyglass: {lens: []}}', '/deck/spyglass: must NOT have additional properties {"additionalProperty":"lens"}'],
  ['plugins', 'approve: [{issue_required: often}]', '/approve/0/issue_required: must be boolean,null'],
  ['owners', 'approver: [a]', ': must NOT have additional properties'],
])('%s refuses %s', async (kind, text, says) => expect((await validator(kind))(text)).toEqual([expect.stringContaining(says)]));

test('what a text must look like is said', async () => {
  const out: string[] = [];
  await schemaCommand(['config'], { print: (line) => { out.push(line); } });
  const schema = JSON.parse(out.join('\n')) as { properties: { tide: { properties: { sync_period: unknown } } } };
  expect(schema.properties.tide.properties.sync_period).toEqual({
    description: 'How often everything is looked at anew, whatever happened. A duration such as 1h30m or 90s.', type: ['string', 'number', 'boolean', 'null'],
  });
});

/** Paths of the properties that nothing is said about. */
function silent(schema: unknown, path: string): readonly string[] {
  const { properties, items, additionalProperties, anyOf } = Object(schema) as Readonly<Record<string, unknown>>;
  const own = Object.entries(Object(properties ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, below]) => [
    ...((below as { description?: string }).description === undefined ? [`${path}.${key}`] : []), ...silent(below, `${path}.${key}`),
  ]);
  return [...own, ...[items, additionalProperties, ...(Array.isArray(anyOf) ? anyOf : [])].flatMap((below) => (typeof below === 'object' ? silent(below, `${path}[]`) : []))];
}

test.each(['config', 'jobs', 'in-repo', 'plugins', 'owners'])('every key of %s is explained, and so is every field of what it holds', async (kind) => {
  const out: string[] = [];
  await schemaCommand([kind], { print: (line) => { out.push(line); } });
  const schema = JSON.parse(out.join('\n')) as Readonly<{ $defs?: Readonly<Record<string, unknown>> }>;
  expect([...silent(schema, kind), ...Object.entries(schema.$defs ?? {}).flatMap(([type, below]) => silent(below, type))]).toEqual([]);
});

test('the fields of our own objects are explained in our own words, and no other ones', () => {
  const explained = Object.entries(PROW_TEXTS).map(([type, texts]) => [type, Object.keys(texts).sort()]);
  expect(explained).toEqual(Object.keys(PROW_TYPES).map((type) => [type, fieldList(type)?.map(({ name }) => name).sort()]));
});

test.each([[[]], [['nope']], [['config', 'jobs']], [['constructor']]])('%p is a usage error', async (args) => {
  await expect(schemaCommand(args, { print: () => {} })).rejects.toThrow(UsageError);
});

describe('real configurations', () => {
  if (!existsSync(`${data}kubernetes`)) {
    test.skip(`the configurations of public installations are not here (${data}), none is compared`, () => undefined);
    return;
  }
  test.each([
    ['config', ['kubernetes/config/prow/config.yaml', 'istio/config.yaml']],
    ['plugins', ['kubernetes/config/prow/plugins.yaml', 'istio/plugins.yaml']],
    ['jobs', readdirSync(`${data}istio/jobs`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml')).slice(0, 20).map((name) => join('istio/jobs', name))],
    ['jobs', readdirSync(`${data}kubernetes/config/jobs/kubernetes`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml')).slice(0, 15).map((name) => join('kubernetes/config/jobs/kubernetes', name))],
  ])('%s describes them', async (kind, files) => {
    const validate = await validator(kind);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect({ file, errors: validate(readFileSync(data + file, 'utf8'), file) }).toEqual({ file, errors: [] });
  });
});

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaCommand } from '../../src/cli/schema.js';
import { UsageError } from '../../src/cli/flags.js';
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
  ['plugins', 'plugins: {o: {plugins: [hold]}, p: }\nlgtm: [{repos: [o]}]\nsize: {s: 1}'],
  ['owners', 'approvers: [a]\noptions: {no_parent_owners: true}\nfilters: {".*": {labels: [l]}}'],
])('%s takes what the loader takes', async (kind, text) => expect((await validator(kind))(text)).toEqual([]));

test.each<[kind: string, text: string, says: string]>([
  ['config', 'plonk: {}', ': must NOT have additional properties {"additionalProperty":"plonk"}'],
  ['config', 'tide: {queries: {}}', '/tide/queries: must be array,null'],
  ['config', 'presubmits: {o/r: [{always: true}]}', '/presubmits/o~1r/0: must NOT have additional properties'],
  ['jobs', 'tide: {}', ': must NOT have additional properties'],
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
  ])('%s describes them', async (kind, files) => {
    const validate = await validator(kind);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect({ file, errors: validate(readFileSync(data + file, 'utf8'), file) }).toEqual({ file, errors: [] });
  });
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { z } from 'zod';
import { bugOptionsByBranch, bugOptionsFor } from '../../../src/config/plugins/bugOptions.js';
import { configMapFor } from '../../../src/config/plugins/configMaps.js';
import { approveFor, blockadesFor, dcoFor, externalPluginsFor, milestoneFor, milestoneTeamFor, projectRightsFor, sizesOf } from '../../../src/config/plugins/entries.js';
import { requiredLabelsFor, restrictedLabelsFor, sigMentions } from '../../../src/config/plugins/labelLookup.js';
import { isAdored, isPreservedBranch, managedColumnsFor, mayLinkJira } from '../../../src/config/plugins/matching.js';
import { PluginsConfig } from '../../../src/config/plugins/schema.js';
import { readYaml } from '../../../src/config/yaml/source.js';
import { FULL } from './full.js';
import { plugins, readPlugins } from './read.js';

const value = readYaml('full.yaml', FULL, [])?.value;
const repo = { org: 'org', name: 'repo', branch: 'main' };

type Json = z.core.JSONSchema.BaseSchema;
const isSchema = (schema: unknown): schema is Json => typeof schema === 'object' && schema !== null && !Array.isArray(schema);

/** The keys of a schema that a value does not set anywhere. */
function unset(schema: Json, values: readonly unknown[], path: string): readonly string[] {
  const inside = values.flatMap((one): readonly Readonly<Record<string, unknown>>[] => (typeof one === 'object' && one !== null && !Array.isArray(one) ? [one as Readonly<Record<string, unknown>>] : []));
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
      const found = inside.flatMap((one) => (Object.hasOwn(one, key) ? [one[key]] : []));
      if (!isSchema(part) || part.deprecated === true) return [];
      return found.length === 0 ? [`${path}.${key}`] : unset(part, found, `${path}.${key}`);
    }),
    ...(isSchema(schema.additionalProperties) ? unset(schema.additionalProperties, inside.flatMap((one) => Object.values(one)), `${path}.*`) : []),
    ...(isSchema(schema.items) ? unset(schema.items, values.flatMap((one) => (Array.isArray(one) ? (one as readonly unknown[]) : [])), `${path}[]`) : []),
  ];
}

test('a file that sets every key is read without a word', () => {
  const missing = unset(z.toJSONSchema(PluginsConfig, { io: 'input', unrepresentable: 'any' }), [value], '');
  expect(missing.filter((path) => !path.startsWith('.rifle.'))).toEqual([]);
  expect(readPlugins(FULL)).toMatchObject({ errors: [], warnings: [] });
});

test('every key takes the place of its default', () => {
  const [full, empty] = [plugins(FULL), plugins('')];
  expect(Object.keys(empty).filter((key) => JSON.stringify(full[key as keyof PluginsConfig]) === JSON.stringify(empty[key as keyof PluginsConfig]))).toEqual([]);
});

/** The value with something else at one place, which a number chooses. */
function changed(of: unknown, at: { left: number }, put: unknown): unknown {
  if (at.left-- === 0) return put;
  if (Array.isArray(of)) return of.map((one: unknown) => changed(one, at, put));
  if (typeof of !== 'object' || of === null) return of;
  return Object.fromEntries(Object.entries(of).map(([key, one]) => [key, changed(one, at, put)]));
}

test('whatever stands at a place: it is refused with a place, or every look-up answers', () => {
  const junk = fc.oneof(fc.constantFrom(null, '', '(', '*', '**/', 'org', 'org/repo', 'a/b/c', -1, 0, 1.5, true, [], {}, [null], [''], ['('], [[]], [{}], { '': null }, { constructor: {} }, { '*': {} }, { org: [] }, { 'org/repo': {} }), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(fc.property(fc.nat({ max: 420 }), junk, (left, put) => {
    const { config, errors, warnings } = readPlugins(stringify(changed(value, { left }, put)));
    for (const line of [...errors, ...warnings]) expect(line).toMatch(/^plugins\.yaml:[1-9]\d*:[1-9]\d*: \S/);
    expect(config === undefined).toBe(errors.length > 0);
    if (!config) return;
    approveFor(config, repo);
    blockadesFor(config, repo);
    bugOptionsFor(config.bugzilla, repo);
    bugOptionsByBranch(config.bugzilla, repo);
    configMapFor(config.config_updater, 'a/b.yaml');
    dcoFor(config, repo);
    externalPluginsFor(config, repo, 'push');
    isAdored(config, { login: 'ann', body: 'merged' });
    isPreservedBranch(config, repo, 'main');
    managedColumnsFor(config, { org: 'org', state: 'open', labels: ['x'] });
    mayLinkJira(config, 'abc-1');
    milestoneFor(config, repo);
    milestoneTeamFor(config, repo);
    projectRightsFor(config, repo);
    requiredLabelsFor(config, { ...repo, kind: 'pull' });
    restrictedLabelsFor(config, repo);
    sigMentions(config, '@org/sig-x');
    sizesOf(config);
  }), { numRuns: 100 });
});

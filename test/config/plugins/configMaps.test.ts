import { expect, test } from '@jest/globals';
import { configMapFor, configMapName, globMatches, isZipped, keyFor, mayUpdate } from '../../../src/config/plugins/configMaps.js';
import { ConfigMapSpec, targetsOf } from '../../../src/config/plugins/configUpdater.js';
import { plugins } from './read.js';

test.each<[glob: string, file: string, want: boolean]>([
  ['prow/config.yaml', 'prow/config.yaml', true], ['prow/config.yaml', 'prow/configXyaml', false], ['prow/config.yaml', 'a/prow/config.yaml', false],
  ['prow/*.{yaml,yml}', 'prow/config.yaml', true], ['prow/*.{yaml,yml}', 'prow/binary.yml', true], ['prow/*.{yaml,yml}', 'prow/a.json', false], ['prow/*.{yaml,yml}', 'prow/x/a.yml', false],
  ['a.{yaml,yml}', 'a.yaml', false], ['a.{yaml,yml}', 'a.{yaml,yml}', true],
  ['dir/subdir/**/*.yaml', 'dir/subdir/x.yaml', true], ['dir/subdir/**/*.yaml', 'dir/subdir/a/b.yaml', true], ['dir/subdir/**/*.yaml', 'dir/subdirs/b.yaml', false],
  ['**/OWNERS', 'OWNERS', true], ['**/OWNERS', 'a/b/OWNERS', true], ['**/OWNERS', 'a/bOWNERS', false],
  ['dir/**', 'dir/a', true], ['dir/**', 'dir/a/b', false], ['*', '.hidden', true], ['*', 'a/b', false],
  ['a?/*', 'a?/x', true], ['a?/*', 'ab/x', false], ['[ab]/*.y', '[ab]/x.y', true], ['[ab]/*.y', 'a/x.y', false], ['$HOME/*', '$HOME/x', true], ['(a|b)/*', 'a/x', false],
  ['./a/*', 'a/x', true], ['a//*', 'a/x', true], ['a/**/', 'a/x', true], ['a/**/', 'a/x/b', false], ['{a/*', '{a/x', true], ['é/*', 'é/ü\n', true], ['Dir/*', 'dir/x', false],
])('%s and %s: %s', (glob, file, want) => expect(globMatches(glob, file)).toBe(want));

test('the most specific pattern counts', () => {
  const { config_updater: section } = plugins(`
config_updater:
  maps:
    '**/*.yaml': {name: all}
    jobs/**/*.yaml: {name: jobs}
    jobs/a/*.yaml: {name: a}
    jobs/a/x.yaml: {name: x}
    jobs/b/*-1.yaml: {name: first}
    jobs/b/1-*.yaml: {name: second}
`);
  const nameFor = (file: string) => configMapFor(section, file)?.spec.name;
  expect(['x.yaml', 'jobs/x.yaml', 'jobs/a/y.yaml', 'jobs/a/x.yaml', 'jobs/b/1-1.yaml', 'x.json'].map(nameFor)).toEqual(['all', 'jobs', 'a', 'x', 'first', undefined]);
});

test.each<{ name: string; text: string; repo?: string; want: boolean }>([
  { name: 'no list', text: '{}', want: true },
  { name: 'denied', text: '{denied_repos: [o/r]}', want: false },
  { name: 'denied organisation', text: '{denied_repos: [o]}', want: false },
  { name: 'another one denied', text: '{denied_repos: [o/x, p]}', want: true },
  { name: 'allowed', text: '{allowed_repos: [o/r]}', want: true },
  { name: 'allowed organisation', text: '{allowed_repos: [o]}', want: true },
  { name: 'another one allowed', text: '{allowed_repos: [o/x]}', want: false },
  { name: 'organisation allowed, repository denied', text: '{allowed_repos: [o], denied_repos: [o/r]}', want: false },
  { name: 'a tool, and somebody allowed', text: '{allowed_repos: [o]}', repo: '', want: false },
  { name: 'a tool, and somebody denied', text: '{denied_repos: [o]}', repo: '', want: true },
])('who may update a ConfigMap: $name', ({ text, repo = 'o/r', want }) => {
  const spec = plugins(`config_updater: {maps: {a: ${text}}}`).config_updater.maps['a'];
  expect(spec && mayUpdate(spec, repo === '' ? undefined : { org: 'o', name: 'r' })).toBe(want);
});

test('groups stand for their clusters, and nothing else of an entry is lost', () => {
  const { config_updater: section } = plugins(`
config_updater:
  cluster_groups:
    one: {clusters: [a, b], namespaces: [x, w]}
    two: {clusters: [b], namespaces: [w, z]}
    empty: {}
  maps:
    f: {name: f, cluster_groups: [one, two], use_full_path_as_key: true, allowed_repos: [o]}
    g: {name: g, clusters: {c: [q, ""]}}
    h: {name: h}
    i: {name: i, cluster_groups: [empty]}
`);
  const shown = Object.values(section.maps).map((spec) => targetsOf(section, spec).map(({ cluster, namespace }) => `${cluster}/${namespace}`));
  expect(shown).toEqual([['a/x', 'a/w', 'b/x', 'b/w', 'b/z'], ['c/q', 'c/'], ['default/'], []]);
  expect(section.maps['f']).toMatchObject({ use_full_path_as_key: true, allowed_repos: ['o'] });
});

test('keys', () => {
  const spec = (more: object) => ConfigMapSpec.parse({ name: 'n', ...more });
  expect([spec({}), spec({ use_full_path_as_key: true }), spec({ key: 'k', use_full_path_as_key: true })].map((one) => keyFor(one, 'a/b/c.yaml'))).toEqual(['c.yaml', 'a-b-c.yaml', 'k']);
});

test('a key stays in its partition', () => {
  const spec = ConfigMapSpec.parse({ partitioned_names: ['first', 'second'] });
  expect(['even.yaml', 'fejta.yaml', 'added.yaml'].map((key) => configMapName(spec, key))).toEqual(['first', 'second', 'second']);
  expect(configMapName(ConfigMapSpec.parse({ name: 'n' }), 'even.yaml')).toBe('n');
});

test('an entry says whether it is compressed, else the section', () => {
  const gzip = [true, false].flatMap((section) => [undefined, true, false].map((own) => isZipped({ gzip: section }, { gzip: own })));
  expect(gzip).toEqual([true, true, false, false, true, false]);
});

import { expect, test } from '@jest/globals';
import { formatFinding, noFindings } from '../../../src/config/findings.js';
import { decodePlugins, validatePlugins } from '../../../src/config/plugins/load.js';
import { mergePlugins } from '../../../src/config/plugins/merge.js';
import type { PluginsConfig } from '../../../src/config/plugins/schema.js';
import { readYaml, type Source } from '../../../src/config/yaml/source.js';

/** A file with others merged into it, in their order. */
function merged(...texts: readonly string[]): Readonly<{ config: PluginsConfig | undefined; errors: readonly string[] }> {
  const findings = noFindings();
  let config: PluginsConfig | undefined;
  const sources: Source[] = [];
  for (const [at, text] of texts.entries()) {
    const source = readYaml(`${at}.yaml`, text, findings.errors);
    const more = source && decodePlugins(source, findings)?.value;
    config = more && config ? mergePlugins(config, more, source, findings) : more;
    if (source) sources.push(source);
  }
  if (config) validatePlugins(config, sources, findings);
  return { config, errors: findings.errors.map(formatFinding) };
}

test.each<{ name: string; texts: readonly string[]; want: object }>([
  { name: 'maps of plugins are united', texts: ['plugins: {o: {plugins: [a]}}\nexternal_plugins: {o: [{name: x}]}', 'plugins: {o/r: {plugins: [b]}}\nexternal_plugins: {o/r: [{name: z}]}'], want: {
    plugins: { o: { plugins: ['a'] }, 'o/r': { plugins: ['b'] } }, external_plugins: { o: [{ name: 'x' }], 'o/r': [{ name: 'z' }] },
  } },
  { name: 'lists are appended', texts: ['approve: [{repos: [a]}]\nwelcome: [{repos: [a]}]', 'lgtm: [{repos: [b]}]\ntriggers: [{repos: [b]}]', 'approve: [{repos: [c]}]\nwelcome: [{repos: [c]}]'], want: {
    approve: [{ repos: ['a'] }, { repos: ['c'] }], welcome: [{ repos: ['a'] }, { repos: ['c'] }], lgtm: [{ repos: ['b'] }], triggers: [{ repos: ['b'] }],
  } },
  { name: 'the main file keeps what may not be merged', texts: ['size: {s: 1}\nlabel: {additional_labels: [x]}\nsigmention: {regexp: (a)}', 'plugins: {o: {plugins: [a]}}\nsigmention: {}'], want: { size: { s: 1 }, label: { additional_labels: ['x'] }, sigmention: { regexp: '(a)' } } },
  { name: 'restricted labels add up', texts: ['label: {restricted_labels: {o: [{label: a}]}}', 'label: {restricted_labels: {o: [{label: b}], o/r: [{label: a}]}}'], want: {
    label: { restricted_labels: { o: [{ label: 'a' }, { label: 'b' }], 'o/r': [{ label: 'a' }] } },
  } },
  { name: 'levels of bugzilla come from anywhere', texts: ['bugzilla: {orgs: {o: {repos: {r: {branches: {main: {is_open: true}}}}}}}', 'bugzilla: {default: {main: {}}, orgs: {o: {default: {main: {}}}}}', 'bugzilla: {orgs: {o: {repos: {x: {}}}, p: {}}}'], want: {
    bugzilla: { default: { main: {} }, orgs: { o: { default: { main: {} }, repos: { r: { branches: { main: { is_open: true } } }, x: { branches: {} } } }, p: { repos: {} } } },
  } },
])('$name', ({ texts, want }) => {
  const { config, errors } = merged(...texts);
  expect(errors).toEqual([]);
  expect(config).toMatchObject(want);
});

test.each<{ name: string; texts: readonly string[]; want: readonly string[] }>([
  { name: 'what is for the main file', texts: ['', 'size:\n  s: 1\nlabel:\n  additional_labels: [x]\nowners:\n  skip_collaborators: [o]\n'], want: [
    '1.yaml:5:1: owners: may not stand in a supplemental file', '1.yaml:1:1: size: may not stand in a supplemental file', '1.yaml:4:3: label.additional_labels: may not stand in a supplemental file',
  ] },
  { name: 'a default that is spelt out', texts: ['blunderbuss: {request_count: 3}', 'Blunderbuss:\n  request_count: 2\nsize: {s: 0}\ncat:\nhelp: {}\n'], want: ['1.yaml:1:1: blunderbuss: may not stand in a supplemental file'] },
  { name: 'plugins twice', texts: ['plugins: {o: {plugins: [a]}}', 'plugins:\n  o:\n    plugins: [b]\n', 'plugins:\n  o:\n'], want: [
    '1.yaml:2:3: plugins.o: is set in another file already', '2.yaml:2:3: plugins.o: is set in another file already',
  ] },
  { name: 'external plugins twice', texts: ['external_plugins: {o: [{name: a}]}', 'external_plugins:\n  o: []\n'], want: ['1.yaml:2:3: external_plugins.o: is set in another file already'] },
  { name: 'a restricted label twice', texts: ['label: {restricted_labels: {o: [{label: a}]}}', 'label:\n  restricted_labels:\n    o:\n    - label: b\n    - label: a\n'], want: [
    '1.yaml:5:14: label.restricted_labels.o[1].label: a is restricted for "o" in another file already',
  ] },
  {
    name: 'levels of bugzilla twice', texts: ['bugzilla: {default: {}, orgs: {o: {default: {}, repos: {r: {}}}}}', 'bugzilla:\n  default: {}\n  orgs:\n    o:\n      default: {}\n      repos:\n        r: {}\n'],
    want: ['1.yaml:2:3: bugzilla.default: is set in another file already', '1.yaml:5:7: bugzilla.orgs.o.default: is set in another file already', '1.yaml:7:9: bugzilla.orgs.o.repos.r: is set in another file already'],
  },
  { name: 'a repository in entries of two files', texts: ['approve:\n- repos: [a]\n', 'approve:\n- repos: [b]\n- repos: [c, a]\n'], want: ['1.yaml:3:14: approve[1].repos[1]: a is in approve[0] of 0.yaml already'] },
  { name: 'a plugin of an organisation again', texts: ['plugins:\n  o:\n    plugins: [a]\n', 'plugins:\n  o/r:\n    plugins: [a]\n'], want: ['1.yaml:3:5: plugins["o/r"]: enabled for o already: a'] },
])('$name is refused', ({ texts, want }) => expect(merged(...texts).errors).toEqual(want));

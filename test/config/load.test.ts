import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../src/core/errors.js';
import { formatFinding } from '../../src/config/findings.js';
import { configFromText, loadConfig } from '../../src/config/load.js';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** A folder with files that is gone at the end of the scope. */
async function folder(files: Readonly<Record<string, string | Buffer>>) {
  const path = await mkdtemp(join(tmpdir(), 'config-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const job = (name: string) => `presubmits: {org/repo: [{name: ${name}, always_run: true, spec: {containers: [{}]}}]}\n`;
const repo = { org: 'org', name: 'repo' };

/** The problems that a load ends with; paths are shortened to the file's name. */
async function problems(load: () => unknown): Promise<readonly string[]> {
  try {
    await load();
  } catch (err) {
    if (err instanceof ConfigError) return err.problems.map((problem) => problem.replace(/^\S*\//, ''));
    throw err;
  }
  return [];
}

test('jobs come from config.yaml first, then from the folder in lexical order; the rules about names hold', async () => {
  await using files = await folder({
    'config.yaml': job('zero'),
    'jobs/b/b.yml': job('three'),
    'jobs/a.yaml': job('one'),
    'jobs/a.yaml.d/c.yaml': job('two'),
    'jobs/.hidden/d.yaml': job('hidden'),
    'jobs/..data/e.yaml': job('never'),
    'jobs/readme.md': 'nothing',
    'jobs/zipped.yaml': gzipSync(job('zipped')),
    'jobs/ignored/.prowignore': '# comment\n*\n!kept.yaml\n',
    'jobs/ignored/broken.yaml': '[',
    'jobs/ignored/kept.yaml': job('kept'),
  });
  await symlink(join(files.path, 'jobs', 'b'), join(files.path, 'jobs', 'folder.yaml'));
  const { snapshot, warnings } = await loadConfig({ configPath: join(files.path, 'config.yaml'), jobConfigPath: join(files.path, 'jobs') });
  expect(snapshot.presubmits(repo).map(({ name }) => name)).toEqual(['zero', 'hidden', 'one', 'two', 'three', 'kept', 'zipped']);
  expect(warnings).toEqual([]);
  expect(snapshot.presubmits(repo)[1]?.source).toBe(join(files.path, 'jobs/.hidden/d.yaml'));
});

test('all faults of all files are reported together, each with its place', async () => {
  await using files = await folder({
    'config.yaml': 'tide:\n  sync_period: 5\nlog_level: loud\n',
    'jobs/a.yaml': 'presubmits:\n  org/repo:\n  - name: a\n    always_run: often\n',
    'jobs/b.yaml': 'presubmits: [\n',
    'jobs/x/a.yaml': '',
    'plugins.yaml': 'plugins:\n  org: {plugins: [hold]}\n  org/repo: {plugins: [hold]}\n',
  });
  const found = await problems(() => loadConfig({ configPath: join(files.path, 'config.yaml'), jobConfigPath: join(files.path, 'jobs'), pluginConfigPath: join(files.path, 'plugins.yaml') }));
  expect(found).toEqual([
    expect.stringMatching(/^config\.yaml:2:16: tide\.sync_period: expected a duration like 1h30m or 90s, found "5"$/),
    expect.stringMatching(/^config\.yaml:3:12: log_level: expected one of /),
    expect.stringMatching(/^a\.yaml:1:1: expected base names to be unique/),
    expect.stringMatching(/^a\.yaml:4:17: presubmits\["org\/repo"\]\[0\]\.always_run: expected boolean, found string$/),
    expect.stringMatching(/^b\.yaml:\d+:\d+: /),
    'plugins.yaml:3:13: plugins["org/repo"]: enabled for org already: hold', 'a.yaml:3:5: presubmits["org/repo"][0]: a: the agent kubernetes needs a spec',
  ]);
});

test('a file that is not there is an error, not a crash', async () => {
  expect(await problems(() => loadConfig({ configPath: '/nowhere/config.yaml', jobConfigPath: '/nowhere/jobs' }))).toEqual([
    expect.stringContaining('config.yaml:1:1: cannot be read'), expect.stringContaining('jobs:1:1: cannot be read'),
  ]);
});

test.each<[string, string, RegExp]>([
  ['a name with a space', 'presubmits: {o/r: [{name: "a b", spec: {containers: [{}]}}]}', /name: a b: expected a name/],
  ['no spec', 'presubmits: {o/r: [{name: a}]}', /a: the agent kubernetes needs a spec/],
  ['a spec for jenkins', 'presubmits: {o/r: [{name: a, agent: jenkins, spec: {containers: [{}]}}]}', /spec: a: a pod spec needs the agent kubernetes/],
  ['another namespace', 'presubmits: {o/r: [{name: a, namespace: x, spec: {containers: [{}]}}]}', /namespace: a: expected pod_namespace/],
  ['a trigger alone', 'presubmits: {o/r: [{name: a, trigger: x, spec: {containers: [{}]}}]}', /trigger: a: needs a rerun_command/],
  ['a rerun command that its trigger misses', 'presubmits: {o/r: [{name: a, trigger: x, rerun_command: z, spec: {containers: [{}]}}]}', /rerun_command: a: "z" does not match/],
  ['always_run with run_if_changed', 'presubmits: {o/r: [{name: a, always_run: true, run_if_changed: x, spec: {containers: [{}]}}]}', /run_if_changed: a: excludes always_run/],
  ['both change matchers', 'postsubmits: {o/r: [{name: a, skip_if_only_changed: x, run_if_changed: x, spec: {containers: [{}]}}]}', /skip_if_only_changed: a: excludes run_if_changed/],
  ['one name twice', 'presubmits: {o/r: [{name: a, spec: {containers: [{}]}}, {name: a, spec: {containers: [{}]}}]}', /^jobs.yaml:1:\d+: presubmits\["o\/r"\]\[1\]\.name: the job a is there twice/],
  ['one context twice', 'presubmits: {o/r: [{name: a, context: c, spec: {containers: [{}]}}, {name: b, context: c, spec: {containers: [{}]}}]}', /\[1\]\.context: the jobs a and b report the same context c/],
  ['a reserved label', 'presubmits: {o/r: [{name: a, labels: {created-by-prow: x}, spec: {containers: [{}]}}]}', /labels\.created-by-prow: a: the label created-by-prow is reserved/],
  ['a label value that is too long', `presubmits: {o/r: [{name: a, labels: {x: ${'y'.repeat(64)}}, spec: {containers: [{}]}}]}`, /labels\.x: a: not the value of a label/],
  ['a queue that is not there', 'presubmits: {o/r: [{name: a, job_queue_name: q, spec: {containers: [{}]}}]}', /job_queue_name: a: expected a queue/],
  ['a periodic without a time', 'periodics: [{name: a, spec: {containers: [{}]}}]', /a: expected one of cron, interval and minimum_interval, found none/],
  ['a periodic with two times', 'periodics: [{name: a, cron: "@daily", interval: 1h, spec: {containers: [{}]}}]', /found cron and interval/],
  ['an interval that is none', 'periodics: [{name: a, interval: daily, spec: {containers: [{}]}}]', /interval: a: expected a duration like 1h30m, found "daily"/],
  ['a preset that clashes', 'presets: [{env: [{name: X}]}]\npresubmits: {o/r: [{name: a, spec: {containers: [{env: [{name: X}]}]}}]}', /spec: a: a preset adds the environment variable "X"/],
  ['one preset label twice', 'presets: [{labels: {a: b}}, {labels: {a: b}}]', /presets\[1\]\.labels\.a: expected each label of a preset once/],
  ['a bad branch expression', 'presubmits: {o/r: [{name: a, branches: ["("], spec: {containers: [{}]}}]}', /branches\[0\]: expected an RE2 expression/],
])('a job with a fault is refused: %s', async (_, jobs, want) => expect(await problems(() => configFromText({ jobs }))).toEqual([expect.stringMatching(want)]));

test('one name on branches that do not meet is fine', () => {
  const jobs = 'presubmits: {org/repo: [{name: a, branches: [main], spec: {containers: [{}]}}, {name: a, branches: [release], spec: {containers: [{}]}}]}';
  expect(configFromText({ jobs }).snapshot.presubmits(repo)).toHaveLength(2);
});

test('defaults of jobs: config.yaml, decoration entries in order, presets', () => {
  const { snapshot } = configFromText({
    config: `
pod_namespace: pods
decorate_all_jobs: true
plank:
  default_decoration_config_entries:
  - config: {timeout: 2h, utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}, gcs_configuration: {bucket: b, path_strategy: explicit}, gcs_credentials_secret: s}
  - {repo: org, cluster: other, config: {gcs_credentials_secret: ""}}
  - {repo: elsewhere, config: {timeout: 9h}}
presets:
- {labels: {p: "1"}, env: [{name: A, value: x}], volumes: [{name: v}], volumeMounts: [{name: v, mountPath: /v}]}
`,
    jobs: `
presubmits:
  org/repo:
  - {name: a, cluster: other, labels: {p: "1"}, decoration_config: {timeout: 90m, gcs_configuration: {bucket: own}}, spec: {containers: [{image: i, command: [x]}]}}
  - {name: b, decorate: false, spec: {containers: [{image: i}]}}
`,
  });
  const [a, b] = snapshot.presubmits(repo);
  expect(a).toMatchObject({
    agent: 'kubernetes', namespace: 'pods', context: 'a', decorate: true, rerun_command: '/test a',
    decoration_config: { timeout: '1h30m0s', gcs_configuration: { bucket: 'own', path_strategy: 'explicit' }, gcs_credentials_secret: '' },
    spec: { containers: [{ image: 'i', command: ['x'], env: [{ name: 'A', value: 'x' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] }], volumes: [{ name: 'v' }] },
  });
  expect(b).toMatchObject({ cluster: 'default', decorate: false });
  expect(b?.decoration_config).toBeUndefined();
});

test('supplemental files add, and may not set twice or anything else', async () => {
  await using files = await folder({
    'config.yaml': 'tide: {queries: [{orgs: [a]}], merge_method: {a: squash}}\nbranch-protection: {orgs: {a: {protect: true}}}\n',
    'good/x_prowconfig.yaml': 'tide: {queries: [{orgs: [b]}], merge_method: {b: rebase}}\nbranch-protection: {orgs: {a: {repos: {r: {protect: false}}}}}\n',
    'bad/y_prowconfig.yaml': 'log_level: debug\ntide: {sync_period: 5m, merge_method: {a: merge}}\nbranch-protection: {orgs: {a: {protect: true}}}\n',
    'plugins.yaml': 'plugins: {a: {plugins: [hold]}}\n',
    'good/x_pluginconfig.yaml': 'plugins: {b: {plugins: [lgtm]}}\nlgtm: [{repos: [b]}]\n',
    'bad/y_pluginconfig.yaml': 'plugins: {a: {plugins: [lgtm]}}\nsize: {s: 1}\n',
  });
  const at = (name: string) => join(files.path, name);
  const main = { configPath: at('config.yaml'), pluginConfigPath: at('plugins.yaml') };
  const { snapshot } = await loadConfig({ ...main, supplementalProwConfigDirs: [at('good')], supplementalPluginConfigDirs: [at('good')] });
  expect(snapshot.prow.tide).toMatchObject({ queries: [{ orgs: ['a', 'b'] }], merge_method: { a: 'squash', b: 'rebase' } });
  expect(snapshot.prow['branch-protection'].orgs).toMatchObject({ a: { protect: true, repos: { r: { protect: false } } } });
  expect([...snapshot.enabled]).toEqual([['a', ['hold']], ['b', ['lgtm']]]);
  expect(snapshot.plugins.lgtm).toHaveLength(1);
  const bad = await problems(() => loadConfig({ ...main, supplementalProwConfigDirs: [at('bad')], supplementalPluginConfigDirs: [at('bad')] }));
  expect(bad).toEqual([
    expect.stringMatching(/^y_prowconfig\.yaml:1:1: log_level: may not stand/),
    expect.stringMatching(/^y_prowconfig\.yaml:2:\d+: tide\.sync_period: may not stand/),
    expect.stringMatching(/branch-protection\.orgs\.a: the policy of this level is set in another file already/),
    expect.stringMatching(/tide\.merge_method\.a: is set in another file already/),
    expect.stringMatching(/^y_pluginconfig\.yaml:2:1: size: may not stand/),
    expect.stringMatching(/plugins\.a: is set in another file already/),
  ]);
});

describe('real configurations', () => {
  if (!existsSync(`${data}kubernetes`)) {
    test.skip(`the configurations of public installations are not here (${data}), none is loaded`, () => undefined);
    return;
  }
  test.each([
    { name: 'kubernetes', files: ['kubernetes/config/prow/config.yaml', 'kubernetes/config/jobs', 'kubernetes/config/prow/plugins.yaml'], of: { org: 'kubernetes', name: 'kubernetes' }, plugin: 'trigger' },
    { name: 'istio', files: ['istio/config.yaml', 'istio/jobs', 'istio/plugins.yaml'], of: { org: 'istio', name: 'proxy' }, plugin: 'trigger' },
  ])('$name loads without an error and without an unknown key', async ({ files: [config = '', jobs = '', plugins = ''], of, plugin }) => {
    const { snapshot, warnings } = await loadConfig({ configPath: data + config, jobConfigPath: data + jobs, pluginConfigPath: data + plugins });
    expect(warnings.map(formatFinding).filter((text) => text.includes('unknown key'))).toEqual([]);
    expect(snapshot.presubmits(of).length).toBeGreaterThan(10);
    expect(snapshot.pluginsFor(of)).toContain(plugin);
    expect(snapshot.prow.tide.queries.length).toBeGreaterThan(0);
  });
});

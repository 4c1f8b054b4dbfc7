import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../src/core/errors.js';
import { configFromText } from '../../src/config/load.js';

const texts = {
  config: `
prowjob_namespace: jobs
log_level: info
tide:
  sync_period: 1m
  merge_method: {org: squash, other: {repo: {"release-.*": rebase}}}
  queries: [{orgs: [org], labels: [lgtm], missingLabels: [hold]}]
  context_options: {orgs: {org: {required-contexts: [a]}}}
plank: {default_decoration_config_entries: [{config: &d {timeout: 2h, utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}, gcs_configuration: {bucket: b, path_strategy: explicit}}}, {repo: org, config: {<<: *d}}]}
branch-protection: {orgs: {org: {protect: true}}}
`,
  jobs: `
presets: [{labels: {p: "1"}, env: [{name: A, value: x}]}]
presubmits:
  org/repo:
  - {name: a, always_run: true, decorate: true, labels: {p: "1"}, branches: ["^main$"], spec: {containers: [{image: i, command: [x], env: [{name: E}], volumeMounts: [{name: v, mountPath: /v}], resources: {requests: {cpu: 1}}}], volumes: [{name: v}]}}
postsubmits: {org/repo: [{name: b, run_if_changed: "[.]go$", spec: {containers: [{image: i}]}}]}
periodics: [{name: c, cron: "0 5 * * 1-5", spec: {containers: [{image: i}]}}]
`,
  plugins: `
plugins: {org: {plugins: [hold, lgtm], excluded_repos: [x]}}
approve: [{repos: [org], issue_required: true}]
triggers: [{repos: [org/repo], trusted_apps: [bot]}]
`,
};

const junk = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('\n', ': ', '- ', '[', '{', '*d', '&d ', '~', 'yes', '0x', '<<: ', '\t', '\u0000', '!!binary x', '|\n', '"', '__proto__: ', 'constructor: ', '[['.repeat(500), '{a: '.repeat(500)));

test('a file with a hole, junk or an end too early is refused with a place, or loads; nothing else is thrown', () => {
  const file = fc.constantFrom('config', 'jobs', 'plugins');
  fc.assert(fc.property(file, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 12 }), junk, (key, where, cut, added) => {
    const text = texts[key as keyof typeof texts];
    const at = Math.floor(where * text.length);
    try {
      configFromText({ ...texts, [key]: text.slice(0, at) + added + text.slice(at + cut) });
    } catch (err) {
      expect(err).toBeInstanceOf(ConfigError);
      const { problems } = err as ConfigError;
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(problem).toMatch(/^(config|jobs|plugins)\.yaml:[1-9]\d*:[1-9]\d*: \S/);
    }
  }), { numRuns: 300 });
});

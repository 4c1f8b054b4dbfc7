import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { allowedClusters, inRepoEnabled } from '../../../src/config/jobs/inRepo.js';
import { configFromText, loadConfig } from '../../../src/config/load.js';
import { reportTemplateFor } from '../../../src/config/prow/controller.js';
import { browserPrefixFor, checksBuckets, knownBuckets, rerunAuthFor } from '../../../src/config/prow/deckLookup.js';
import { prowSectionFaults } from '../../../src/config/prow/sections.js';
import { parseSelector, selects } from '../../../src/config/prow/selector.js';
import { slackReporterFor } from '../../../src/config/prow/slack.js';

const prow = (config: string) => configFromText({ config }).snapshot.prow;
const at = (org: string, name: string) => ({ org, name });
const refs = (org: string, repo: string) => ({ org, repo });
const HOUR = 3_600_000;

test('an empty file means what upstream takes it for', () => {
  expect(prow('')).toMatchObject({
    prowjob_namespace: 'default', pod_namespace: 'default', log_level: 'info', decorate_all_jobs: false, default_job_timeout: 24 * HOUR, status_error_link: 'https://github.com/kubernetes/test-infra/issues', config_version_sha: '',
    deck: { tide_update_period: 10_000, default_rerun_auth_configs: [], spyglass: { size_limit: 100_000_000, gcs_browser_prefixes: { '*': '' }, gcs_browser_prefixes_by_bucket: { '*': '' }, lenses: [] } },
    sinker: { resync_period: HOUR, max_prowjob_age: 168 * HOUR, max_pod_age: 24 * HOUR, terminated_pod_ttl: 24 * HOUR, exclude_clusters: [] },
    plank: { max_goroutines: 20, max_revivals: 3, pod_pending_timeout: HOUR / 6, pod_running_timeout: 48 * HOUR, pod_unscheduled_timeout: HOUR / 12, report_templates: {}, max_concurrency: 0 },
    github: { link_url: 'https://github.com' }, github_reporter: { job_types_to_report: ['presubmit', 'postsubmit'] }, in_repo_config: { enabled: {}, allowed_clusters: { '*': ['default'] } },
    gerrit: { ratelimit: 5, tick_interval: 60_000 }, moonraker: { client_timeout: HOUR / 6 }, push_gateway: { interval: 60_000, serve_metrics: false, endpoint: '' }, managed_webhooks: { auto_accept_invitation: false, respect_legacy_global_token: false, org_repo_config: {} },
    tide: { sync_period: 60_000, status_update_period: 60_000, max_goroutines: 20, queries: [] }, slack_reporter_configs: {}, jenkins_operators: [], pubsub_triggers: [], gangway: { allowed_api_clients: [] }, scheduler: { enabled: false }, pipeline: { allow_concurrent_postsubmit_jobs: false },
  });
});

test('zero and empty values mean the same as none where upstream has it so', () => {
  expect(prow('log_level: ""\ngithub_reporter: {job_types_to_report: []}\ndeck: {spyglass: {size_limit: 0}}\ngerrit: {ratelimit: 0}\nplank: {max_goroutines: 0, max_revivals: 0}\nsinker: {max_pod_age: 1h}')).toMatchObject({
    log_level: 'info', github_reporter: { job_types_to_report: ['presubmit', 'postsubmit'] }, deck: { spyglass: { size_limit: 100_000_000 } }, gerrit: { ratelimit: 5 }, plank: { max_goroutines: 20, max_revivals: 0 }, sinker: { terminated_pod_ttl: HOUR },
  });
});

test('the template of a report: repository, organisation, everything; a job without refs has the last', () => {
  const { plank } = prow('plank: {report_templates: {o/r: repo, o: org, "*": all}}');
  expect([refs('o', 'r'), refs('o', 'x'), refs('p', 'r'), undefined].map((one) => reportTemplateFor(plank, one))).toEqual(['repo', 'org', 'all', 'all']);
  expect(reportTemplateFor(prow('plank: {report_template: old}').plank, refs('o', 'r'))).toBe('old');
  expect(reportTemplateFor(prow('plank: {report_templates: {o: org}}').plank, undefined)).toBeUndefined();
});

test('who is told in Slack: the closest key, whole', () => {
  const { slack_reporter_configs: reporters } = prow('slack_reporter_configs: {"*": {channel: all}, o: {channel: org, report_template: "{{.Spec.Job}}"}, o/r: {channel: repo, report: false, job_states_to_report: [failure]}}');
  expect(slackReporterFor(reporters, refs('o', 'r'))).toEqual({ channel: 'repo', report: false, job_states_to_report: ['failure'], job_types_to_report: [], host: '', report_template: expect.stringMatching(/^Job {{\.Spec\.Job}} of type/) });
  expect(slackReporterFor(reporters, refs('o', 'x'))).toMatchObject({ channel: 'org', report_template: '{{.Spec.Job}}' });
  expect(slackReporterFor(reporters, undefined)?.channel).toBe('all');
  expect(slackReporterFor({}, refs('o', 'r'))).toBeUndefined();
});

test('who may run a job again: the last entry that matches, however wide it is', () => {
  const { deck } = prow('deck: {default_rerun_auth_configs: [{repo: o/r, rerun_auth_configs: {github_users: [narrow]}}, {repo: o, cluster: c, rerun_auth_configs: {github_users: [wide]}}, {repo: p}]}');
  expect([rerunAuthFor(deck, 'o/r', 'default')?.github_users, rerunAuthFor(deck, 'o/r', 'c')?.github_users, rerunAuthFor(deck, 'p/r', 'c'), rerunAuthFor(deck, 'q/r', 'c')]).toEqual([['narrow'], ['wide'], undefined, undefined]);
  const old = prow('deck: {rerun_auth_configs: {o/r: {allow_anyone: true}, "*": {github_users: [a]}, o: {github_users: [b]}, "": {github_users: [c]}}}').deck;
  expect(old.default_rerun_auth_configs.map(({ repo }) => repo)).toEqual(['', '*', 'o', 'o/r']);
  expect([rerunAuthFor(old, 'o/r', 'c')?.allow_anyone, rerunAuthFor(old, 'o/x', 'c')?.github_users, rerunAuthFor(old, 'x/y', 'c')?.github_users]).toEqual([true, ['b'], ['a']]);
});

test('the browser for artifacts: repository, organisation, bucket, everything', () => {
  const { spyglass } = prow('deck: {spyglass: {gcs_browser_prefixes: {o/r: repo, o: org, "*": ""}, gcs_browser_prefixes_by_bucket: {b: bucket, "*": all}}}').deck;
  expect([[at('o', 'r'), 'b'], [at('o', 'x'), 'b'], [at('p', 'x'), 'b'], [undefined, 'b'], [at('p', 'x'), 'c']].map(([repo, bucket]) => browserPrefixFor(spyglass, repo as ReturnType<typeof at> | undefined, String(bucket)))).toEqual(['repo', 'org', 'bucket', 'bucket', 'all']);
  expect(browserPrefixFor(prow('deck: {spyglass: {gcs_browser_prefix: p}}').deck.spyglass, at('o', 'r'), 'b')).toBe('p');
  expect(browserPrefixFor(prow('').deck.spyglass, undefined, 'b')).toBe('');
});

test('old viewers become lenses under their present names, sorted', () => {
  const { spyglass } = prow('deck: {spyglass: {lenses: [{lens: {name: own, config: {a: [1]}}, required_files: [x]}], viewers: {started.json: [metadata-viewer], log.txt: [build-log-viewer, other]}}}').deck;
  expect(spyglass.lenses.map(({ lens, required_files: files }) => [lens.name, files])).toEqual([['own', ['x']], ['buildlog', ['log.txt']], ['metadata', ['started.json']], ['other', ['log.txt']]]);
  expect(spyglass.lenses[0]?.lens.config).toEqual({ a: [1] });
});

test('known buckets: of the defaults, of jobs, and those that are named', () => {
  const decoration = (bucket: string) => `{utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}, gcs_configuration: {bucket: ${bucket}, path_strategy: explicit}}`;
  const { snapshot } = configFromText({
    config: `plank: {default_decoration_config_entries: [{config: ${decoration('gs://default')}}]}\ndeck: {skip_storage_path_validation: false, additional_allowed_buckets: [s3://more, plain]}`,
    jobs: `periodics: [{name: a, interval: 1h, decorate: true, decoration_config: {gcs_configuration: {bucket: s3://job}}, spec: {containers: [{command: [x]}]}}]\npresubmits: {o/r: [{name: b, spec: {containers: [{}]}}]}`,
  });
  expect([...knownBuckets(snapshot)].sort()).toEqual(['default', 'job', 'more', 'plain']);
  expect([checksBuckets(snapshot.prow.deck), checksBuckets(prow('').deck), checksBuckets(prow('deck: {skip_storage_path_validation: true}').deck)]).toEqual([true, false, false]);
});

test('queries of Tide that ask for the same become one; those of other tenants stay apart', () => {
  const { tide } = prow(`tide:
  queries:
  - {orgs: [o], excludedRepos: [o/x], labels: [b, a]}
  - {repos: [p/r], labels: [a, b]}
  - {repos: [q/r], labels: [a, b]}
  - {orgs: [z], author: me}
prowjob_default_entries: [{repo: q, config: {tenant_id: other}}]`);
  expect(tide.queries).toMatchObject([
    { author: 'me', orgs: ['z'] },
    { labels: ['a', 'b'], orgs: ['o'], repos: ['p/r'], excludedRepos: ['o/x'] },
    { labels: ['a', 'b'], orgs: [], repos: ['q/r'] },
  ]);
});

test('subscriptions become triggers that may use every cluster', () => {
  expect(prow('pubsub_subscriptions: {p: [a, b]}').pubsub_triggers).toEqual([{ project: 'p', topics: ['a', 'b'], allowed_clusters: ['*'], max_outstanding_messages: 10 }]);
  expect(prow('pubsub_triggers: [{project: p}, {project: q, max_outstanding_messages: 3}]').pubsub_triggers.map((one) => one.max_outstanding_messages)).toEqual([10, 3]);
});

test('clusters for jobs of repositories: levels add up, "*" has a default that an empty list takes away', () => {
  const clusters = (section: string, name = 'r') => [...allowedClusters(prow(`in_repo_config: {allowed_clusters: ${section}}`), at('o', name))].sort();
  expect([clusters('{}'), clusters('{o: [a], o/r: [b]}'), clusters('{"*": []}'), clusters('{"*": , o: [a]}'), clusters('{"*": [c], o: [a]}', 'x')]).toEqual([['default'], ['a', 'b', 'default'], [], ['a', 'default'], ['a', 'c']]);
  const enabled = (section: string) => inRepoEnabled(prow(`in_repo_config: {enabled: ${section}}`), at('o', 'r'));
  expect([enabled('{}'), enabled('{"*": true}'), enabled('{"*": true, o: false}'), enabled('{o: false, o/r: true}'), enabled('{o/r: , o: true}')]).toEqual([false, true, false, true, true]);
});

test('a secret may not be from the future', () => {
  const config = prow('managed_webhooks: {org_repo_config: {o: {token_created_after: 2026-01-01T01:00:00+01:00}, p: {}}}');
  expect(prowSectionFaults(config, Date.UTC(2026, 0, 1))).toEqual([]);
  expect(prowSectionFaults(config, Date.UTC(2025, 11, 31, 23))).toEqual([[['managed_webhooks', 'org_repo_config', 'o', 'token_created_after'], 'expected a time that has passed, found 2026-01-01T01:00:00+01:00']]);
});

test('a file VERSION beside config.yaml says which commit it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'version-'));
  try {
    await writeFile(join(folder, 'config.yaml'), 'config_version_sha: own');
    const load = async () => (await loadConfig({ configPath: join(folder, 'config.yaml') })).snapshot;
    const before = await load();
    await writeFile(join(folder, 'VERSION'), 'abc\n');
    const after = await load();
    expect([before.prow.config_version_sha, after.prow.config_version_sha]).toEqual(['own', 'abc\n']);
    expect(after.revision).not.toBe(before.revision);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each<[selector: string, yes: readonly Readonly<Record<string, string>>[], no: readonly Readonly<Record<string, string>>[]]>([
  ['', [{}, { a: 'b' }], []], ['a', [{ a: '' }], [{}]], ['!a', [{}], [{ a: 'b' }]], ['a=b', [{ a: 'b' }], [{ a: 'c' }, {}]], ['a == b', [{ a: 'b' }], [{ a: 'c' }]], ['a!=b', [{ a: 'c' }, {}], [{ a: 'b' }]],
  ['a in (b, c)', [{ a: 'c' }], [{ a: 'd' }, {}]], ['a notin (b,c)', [{ a: 'd' }, {}], [{ a: 'b' }]], ['prow.k8s.io/type=x,!b', [{ 'prow.k8s.io/type': 'x' }], [{ 'prow.k8s.io/type': 'x', b: '' }]], ['a=', [{ a: '' }], [{ a: 'b' }]],
  ['n>1', [{ n: '2' }], [{ n: '1' }, {}, { n: 'x' }]], ['n < 1', [{ n: '-2' }], [{ n: '1' }]], ['constructor', [], [{}]],
])('the selector %p', (selector, yes, no) => {
  const parsed = parseSelector(selector);
  expect([yes.map((labels) => selects(parsed, labels)), no.map((labels) => selects(parsed, labels))]).toEqual([yes.map(() => true), no.map(() => false)]);
});

test.each(['a b', 'a,', ',a', 'a in b', 'a=(b)', '-a', 'a=-b', 'a in (b', 'n>x', '!', `${'x'.repeat(64)}`])('%p is no selector', (selector) => { expect(() => parseSelector(selector)).toThrow(/expected|not the/); });

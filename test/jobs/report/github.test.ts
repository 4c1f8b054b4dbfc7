import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createCensor } from '../../../src/adapters/censor.js';
import { createGates } from '../../../src/adapters/gates.js';
import { createGitHub } from '../../../src/adapters/github/client.js';
import { createIntents } from '../../../src/adapters/intents.js';
import { configFromText } from '../../../src/config/load.js';
import { silentLog } from '../../../src/core/ports/log.js';
import { noMetrics } from '../../../src/core/ports/metrics.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { startGitHub, type EmbeddedGitHub } from '../../../src/embedded/github/server.js';
import { baseShaIn } from '../../../src/core/baseSha.js';
import { CHECK_NOTE, githubReporter } from '../../../src/jobs/report/github.js';
import { report } from '../../../src/jobs/report/reporter.js';
import { countingMetrics } from '../../adapters/github/fake.js';
import { testRedis, type TestRedis } from '../../support/redis.js';
import { fakeCluster } from '../fakeCluster.js';
import { appKey } from '../../support/appKey.js';

const slug = 'acme/site';
const repo = { org: 'acme', name: 'site' };
const { signal } = new AbortController();
const BASE = 'b'.repeat(40);
let hub: EmbeddedGitHub;
let redis: TestRedis;

beforeAll(async () => {
  redis = testRedis();
  hub = await startGitHub({ ...appKey(), manifest: parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8')) as object });
  hub.world.org('acme', { admins: ['ada'], members: [] });
  await hub.world.repo({ owner: 'acme', name: 'site', files: { 'README.md': 'hi\n' } });
  hub.world.install('acme');
});
afterAll(async () => {
  await hub.stop();
  await redis[Symbol.asyncDispose]();
});

interface Options { readonly config?: string; readonly plugins?: string; readonly excerpt?: string; readonly fail?: (call: string) => boolean }

/** A pull request of its own, the reporter and a place for ProwJobs. */
async function stage({ config = '', plugins = '', excerpt = '', fail = () => false }: Options = {}) {
  const ada = hub.world.as('ada');
  const branch = `b-${randomUUID()}`;
  const sha = await ada.push(slug, { branch, files: { [`${branch}.txt`]: 'x\n' } });
  const { number } = await ada.openPull(slug, { title: 'T', body: '', head: branch });
  const github = createGitHub({
    endpoints: [hub.url], graphqlEndpoint: hub.graphqlUrl, auth: { kind: 'app', appId: String(hub.appId), privateKey: () => hub.appKey }, userAgent: 'prow-test', retry: { maxRetries: 2, initialDelayMs: 5, maxSleepMs: 5_000, requestTimeoutMs: 5_000 },
    mode: 'live', redis: redis.redis, prefix: redis.prefix, clock: { now: Date.now }, log: silentLog, metrics: countingMetrics(), censor: createCensor(), enabled: () => [],
  });
  const { snapshot } = configFromText({ config, plugins });
  const cluster = fakeCluster({ now: Date.now, trouble: (what) => (fail(what) ? 'before' : undefined) });
  const reporter = githubReporter({
    config: () => snapshot, checks: github.checks, github: github.forPlugin('report'), identity: (options) => github.identity(options), intents: createIntents({ redis: redis.redis, prefix: `${redis.prefix}:${branch}`, uuid: randomUUID }), gates: createGates(redis),
    index: cluster.index, excerpt: async () => excerpt, agent: '', log: silentLog,
  });
  const tell = (name: string) => report({ reporter: reporter.name, name }, { jobs: cluster.store, reporters: [reporter], metrics: noMetrics, clock: { now: Date.now }, log: silentLog, signal });
  const jobOf = (name: string, status: Partial<ProwJob['status']>, spec: Record<string, unknown> = {}): ProwJob => ({
    apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels: { 'prow.k8s.io/is-optional': 'false' } },
    spec: { type: 'presubmit', agent: 'kubernetes', job: name, context: name, report: true, rerun_command: `/test ${name}`, refs: { org: 'acme', repo: 'site', base_ref: 'main', base_sha: BASE, pulls: [{ number, author: 'ada', sha }] }, ...spec },
    status: { state: 'triggered', startTime: new Date().toISOString(), ...status },
  });
  const put = (name: string, status: Partial<ProwJob['status']>, spec?: Record<string, unknown>): void => {
    const old = cluster.jobs.get(name);
    cluster.put(old ? { ...old, status: { ...old.status, ...status } } : jobOf(name, status, spec));
  };
  const checks = () => hub.world.find(slug).checkRuns.filter((run) => run.sha === sha);
  const statuses = () => hub.world.find(slug).statuses.filter((one) => one.sha === sha);
  const comments = async () => (await github.forPlugin('test').comments({ ...repo, number }, { signal })).map(({ body }) => body);
  return { github, tell, put, jobs: cluster.jobs, checks, statuses, comments, sha, number };
}

const DONE = { completionTime: new Date().toISOString() };

test('a job is one check run from its start to its end, with the lines that say what failed', async () => {
  const s = await stage({ excerpt: '```\nassertion failed\n```' });
  s.put('unit', {});
  await s.tell('unit');
  expect(s.checks()).toMatchObject([{ name: 'unit', status: 'queued', externalId: 'unit' }]);
  s.put('unit', { state: 'pending', description: 'Job triggered.', url: 'https://prow.example/view/1' });
  await s.tell('unit');
  expect(s.checks()).toMatchObject([{ status: 'in_progress', detailsUrl: 'https://prow.example/view/1' }]);
  s.put('unit', { state: 'failure', description: 'Job failed.', ...DONE });
  await s.tell('unit');
  const [run] = s.checks();
  expect(run).toMatchObject({ status: 'completed', conclusion: 'failure', output: { summary: expect.stringContaining('assertion failed') } });
  expect(baseShaIn(run?.output.title ?? '')).toBe(BASE);
  expect(s.jobs.get('unit')).toMatchObject({ status: { prev_report_states: { 'github-reporter': 'failure' } }, metadata: { annotations: { [CHECK_NOTE]: String(run?.id) } } });
  expect(await s.comments()).toEqual([expect.stringContaining('unit | ')]);
});

test.each(['find', 'replace'])('whatever is lost while a state is reported (%s), there is one check run', async (call) => {
  let broken = true;
  const s = await stage({ fail: (what) => broken && what === call && (call === 'replace' || s.checks().length > 0) });
  s.put('unit', {});
  await expect(s.tell('unit')).rejects.toThrow('did not arrive');
  broken = false;
  await s.tell('unit');
  expect(s.checks()).toHaveLength(1);
});

test('a head that has a status of that name goes on with it', async () => {
  const s = await stage();
  await hub.world.as('ada').setStatus(slug, s.sha, { context: 'unit', state: 'pending' });
  s.put('unit', { state: 'success', description: 'Job succeeded.', url: 'https://prow.example/view/1', ...DONE });
  await s.tell('unit');
  expect(s.checks()).toEqual([]);
  expect(s.statuses().at(-1)).toMatchObject({ context: 'unit', state: 'success', targetUrl: 'https://prow.example/view/1' });
  expect(baseShaIn(s.statuses().at(-1)?.description ?? '')).toBe(BASE);
});

test('statuses where the configuration wants them', async () => {
  const s = await stage({ config: 'github_reporter: {report_as: {acme: status}}' });
  s.put('unit', { state: 'error', description: 'No.', ...DONE });
  await s.tell('unit');
  expect([s.checks(), s.statuses().map(({ state }) => state)]).toEqual([[], ['error']]);
});

test.each<{ name: string; status: Partial<ProwJob['status']>; spec?: Record<string, unknown> }>([
  { name: 'no report wanted', status: { state: 'success', ...DONE }, spec: { report: false } },
  { name: 'a batch', status: { state: 'success', ...DONE }, spec: { type: 'batch' } },
  { name: 'a periodic', status: { state: 'success', ...DONE }, spec: { type: 'periodic' } },
  { name: 'told already', status: { state: 'success', ...DONE, prev_report_states: { 'github-reporter': 'success' } } },
  { name: 'superseded', status: { state: 'aborted', prev_report_states: { 'github-reporter': 'aborted' } } },
])('nothing is told: $name', async ({ status, spec }) => {
  const s = await stage();
  s.put('unit', status, spec);
  await s.tell('unit');
  expect([s.checks(), s.statuses(), await s.comments()]).toEqual([[], [], []]);
});

test('a commit that GitHub does not know counts as told', async () => {
  const s = await stage();
  const refs = { org: 'acme', repo: 'site', base_ref: 'main', pulls: [{ number: s.number, author: 'ada', sha: 'c'.repeat(40) }] };
  s.put('unit', { state: 'success', ...DONE }, { refs });
  await s.tell('unit');
  expect(s.jobs.get('unit')?.status['prev_report_states']).toEqual({ 'github-reporter': 'success' });
});

test('one comment lists what failed until it has passed', async () => {
  const s = await stage();
  for (const name of ['a', 'b']) s.put(name, { state: 'failure', url: `https://prow.example/${name}`, ...DONE });
  await Promise.all([s.tell('a'), s.tell('b')]);
  const [comment, ...more] = await s.comments();
  expect(more).toEqual([]);
  expect(comment).toMatch(/^a \| /m);
  expect(comment).toMatch(/^b \| /m);
  s.put('again', { state: 'success', ...DONE }, { context: 'a' });
  await s.tell('again');
  expect((await s.comments()).map((body) => /^[ab](?= \|)/gm.exec(body)?.[0])).toEqual(['b']);
  s.put('last', { state: 'success', ...DONE }, { context: 'b' });
  await s.tell('last');
  expect(await s.comments()).toEqual([]);
});

test('in upstream’s style a new failure is a new comment, so that the author is told', async () => {
  const s = await stage({ plugins: 'comment_style: upstream', config: 'plank: {report_templates: {"*": "see {{.Spec.Refs.Repo}}"}}' });
  s.put('a', { state: 'failure', ...DONE });
  await s.tell('a');
  const ids = async () => (await s.github.forPlugin('test').comments({ ...repo, number: s.number }, { signal })).map(({ id }) => id);
  const [first] = await ids();
  s.put('b', { state: 'failure', ...DONE });
  await s.tell('b');
  expect(await ids()).toEqual([expect.any(Number)]);
  expect(await ids()).not.toContain(first);
  expect(await s.comments()).toEqual([expect.stringContaining('see site')]);
});

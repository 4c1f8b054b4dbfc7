import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findHelm } from '../../scripts/helm.mjs';
import { POD_VERBS } from '../../src/adapters/kube/access.js';
import { readSettings, type Settings } from '../../src/cli/settings.js';
import { watchFiles } from '../../src/assembly/config.js';
import { silentLog } from '../../src/core/ports/log.js';
import { problemsOf, selected } from './checks.js';
import { CHART, lint, notes, render, type Manifest, type Release, type Values } from './render.js';
import { VALUE_SETS, type ValueSet } from './sets.js';
import { startOf, workload, workloads } from './workloads.js';

const found = findHelm();
const dir = mkdtempSync(join(tmpdir(), 'prow-chart-'));
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });
let count = 0;

if (found === undefined) {
  test('the chart', () => {
    process.stderr.write('• skipped: tests of the chart, because helm is not installed (`npm run helm` has Go build it)\n');
    expect(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')).toContain('name: prow');
  });
} else {
  describe('the chart', () => { chartTests(found); });
}

function chartTests(helm: string): void {
  const made = (values: Values, release?: Release): readonly Manifest[] => {
    const rendered = render(helm, values, release);
    if (rendered.kind === 'refused') throw new Error(rendered.why);
    return rendered.objects;
  };
  const settingsOf = (objects: readonly Manifest[], role: 'web' | 'worker'): Settings => {
    const { args, env } = startOf(workload(objects, `-${role}`), objects, join(dir, String(++count)));
    expect(args[0]).toBe('serve');
    return readSettings(args.slice(1), env);
  };
  const named = (name: string): ValueSet => {
    const set = VALUE_SETS.find((one) => one.name === name);
    if (!set) throw new Error(name);
    return set;
  };

  describe.each(VALUE_SETS)('$name', ({ values, given }) => {
    let objects: readonly Manifest[] = [];
    beforeAll(() => { objects = made(values); });
    test('passes helm lint', () => {
      expect(lint(helm, values)).toMatchObject({ code: 0 });
    });
    test('makes objects that fit together', () => {
      expect(problemsOf(objects, given)).toEqual([]);
    });
    test.each(['web', 'worker'] as const)('gives the %s flags that Prow takes', (role) => {
      const settings = settingsOf(objects, role);
      expect(settings).toMatchObject({ role, port: 8888, metricsPort: 9090, health: { port: 8081, asked: true }, adminPort: 8889, idle: [] });
      expect(settings.redisUrl).toMatch(/^rediss?:\/\//);
      expect(settings.stateDir).toMatch(/\/var\/lib\/prow$/);
    });
  });

  test('what the values say arrives in the settings', () => {
    expect(settingsOf(made({}), 'web')).toMatchObject({ redisUrl: 'redis://:letters-and-1-digit@prow-redis:6379', gracePeriodMs: 180_000, mode: 'act', github: { auth: { kind: 'app', appId: '42' } }, jobs: { inCluster: 'use', slack: { tokenFile: undefined, signingSecretFile: undefined } } });
    expect(settingsOf(made(named('a Redis by its address').values), 'worker')).toMatchObject({ redisUrl: 'redis://redis.example.com:6379/2', redisPrefix: 'ci' });
    expect(settingsOf(made(named('a Redis by a Secret').values), 'worker')).toMatchObject({ redisUrl: 'rediss://:secret@redis.example.com:6380', mode: 'dry', logLevel: 'debug' });
    expect(settingsOf(made(named('a configuration from a repository').values), 'worker').configRepo).toMatchObject({ repo: { org: 'acme', name: 'infra' }, branch: 'main', configPath: 'ci/config.yaml', pluginConfigPath: 'ci/plugins.yaml', jobConfigPath: 'ci/jobs' });
    const aside = settingsOf(made(named('Tide and Deck beside upstream').values), 'web');
    expect([...aside.components]).toEqual(['tide', 'deck']);
    expect(settingsOf(made(named('chat-ops alone').values), 'worker')).toMatchObject({ jobs: { inCluster: 'ignore' }, github: { auth: { appId: '1234567' } } });
    expect(settingsOf(made(named('a token and an Enterprise server').values), 'web').github).toMatchObject({ host: 'ghe.example.com', endpoints: ['https://ghe.example.com/api/v3'], auth: { kind: 'token' } });
    const [more, moreWork] = (['web', 'worker'] as const).map((role) => settingsOf(made(named('Slack, build clusters, and whatever else').values), role));
    expect(more).toMatchObject({ host: '::', inRepoCacheSize: 500, gracePeriodMs: 60_000, jobs: { kubeconfigSuffix: '.yaml' }, enabled: { orgs: ['acme'] } });
    expect(readFileSync(more?.jobs.slack.signingSecretFile ?? '', 'utf8')).toBe('signing of slack');
    expect(readFileSync(moreWork?.jobs.slack.tokenFile ?? '', 'utf8')).toBe('token of slack');
    expect(moreWork?.jobs.slack.signingSecretFile).toBeUndefined();
    expect(readFileSync(moreWork?.jobs.clouds?.gcsCredentialsFile ?? '', 'utf8')).toBe('gcs.json of buckets');
    expect(moreWork?.jobs.clouds?.azureCredentialsFile).toBeUndefined();
    expect(settingsOf(made(named('published, closed off, scaled').values), 'worker').queues).toEqual(['event', 'plugin']);
  });

  test.each(['nothing said', 'a configuration in the values'])('Prow loads the configuration of: %s', async (name) => {
    const { values } = named(name);
    await using files = await watchFiles(settingsOf(made(values), 'worker'), { log: silentLog });
    const { prow, enabled } = files.current();
    const { prowjob_namespace: namespace = 'default', plank } = (values['config'] ?? {}) as { prowjob_namespace?: string; plank?: { max_concurrency: number } };
    expect(prow).toMatchObject({ prowjob_namespace: namespace, plank: { max_concurrency: plank?.max_concurrency ?? 0 } });
    expect([...enabled.keys()]).toEqual(values['plugins'] === undefined ? [] : ['acme']);
  });

  type Rule = Readonly<{ apiGroups: readonly string[]; resources: readonly string[]; verbs: readonly string[] }>;
  const READ = ['get', 'list', 'watch'];
  const may = (objects: readonly Manifest[], role: string, resource: string): readonly string[] => objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name.includes(`-${role}-`)).flatMap((one) => (one['rules'] as readonly Rule[]).filter(({ resources }) => resources.includes(resource)).flatMap(({ verbs }) => verbs));
  test.each<{ name: string; components: readonly string[]; jobs: readonly string[]; pods: readonly string[] }>([
    { name: 'everything', components: [], jobs: [...READ, 'create', 'update', 'patch', 'delete'], pods: [...READ, 'create', 'patch', 'delete'] },
    { name: 'Deck', components: ['deck'], jobs: READ, pods: READ },
    { name: 'Tide', components: ['tide', 'hook'], jobs: [...READ, 'create', 'update', 'patch'], pods: READ },
    { name: 'sinker', components: ['sinker'], jobs: [...READ, 'create', 'update', 'patch', 'delete'], pods: [...READ, 'create', 'patch', 'delete'] },
  ])('may do in Kubernetes what it acts as: $name', ({ components, jobs, pods }) => {
    const objects = made({ components });
    expect(may(objects, 'worker', 'prowjobs')).toEqual(jobs);
    expect(may(objects, 'worker', 'pods')).toEqual(pods);
    expect(may(objects, 'web', 'prowjobs')).toEqual(READ);
    expect(may(objects, 'web', 'pods')).toEqual(READ);
    for (const role of ['web', 'worker']) for (const resource of ['secrets', 'configmaps', 'leases', 'nodes', '*']) expect(may(objects, role, resource)).toEqual([]);
    if (components.length === 0) expect(pods).toEqual(expect.arrayContaining([...POD_VERBS]));
  });

  test('roles lie where jobs and pods are; without a cluster there are none, and no token', () => {
    const places = made(named('a configuration in the values').values).filter(({ kind }) => kind === 'Role').map(({ metadata }) => [metadata.name, metadata.namespace]);
    expect(places).toEqual([['prow-web-prowjobs', 'prow-jobs'], ['prow-web-pods', 'test-pods'], ['prow-worker-prowjobs', 'prow-jobs'], ['prow-worker-pods', 'test-pods']]);
    const alone = made(named('chat-ops alone').values);
    expect(alone.filter(({ kind }) => kind.startsWith('Role'))).toEqual([]);
    expect(workloads(alone).map(({ spec }) => spec.template.spec.automountServiceAccountToken)).toEqual([false, false, false]);
    expect(workload(made({}), '-redis').spec.template.spec.automountServiceAccountToken).toBe(false);
  });

  test('nobody but the web takes webhook secrets and signing secrets, and pages alone are published', () => {
    const objects = made(named('Slack, build clusters, and whatever else').values);
    const secretsOf = (role: string) => workload(objects, role).spec.template.spec.volumes.flatMap(({ secret }) => (secret ? [secret.secretName, ...(secret.items ?? []).map(({ key }) => key)] : []));
    expect(secretsOf('-web')).toEqual(['github-token', 'cert', 'hmac-token', 'hmac', 'slack', 'token', 'signing', 'buckets', 'gcs.json', 's3.json', 'clusters-read']);
    expect(secretsOf('-worker')).toEqual(['github-token', 'cert', 'slack', 'token', 'buckets', 'gcs.json', 's3.json', 'clusters']);
    const services = made({}).filter(({ kind }) => kind === 'Service').map((one) => [one.metadata.name, (one['spec'] as { ports: readonly { port: number }[] }).ports.map(({ port }) => port), selected((one['spec'] as { selector: Record<string, string> }).selector, made({}))]);
    expect(services.sort()).toEqual([['prow-metrics', [9090], ['prow-web', 'prow-worker']], ['prow-redis', [6379], ['prow-redis']], ['prow-web', [8888], ['prow-web']]]);
  });

  test('names and namespaces that look like numbers stay texts', () => {
    const release = { name: '7', namespace: '42' };
    const objects = made({ github: { app: { existingSecret: '123' } }, webhook: { existingSecret: '1e3' }, podNamespace: '10', prowJobNamespace: '11', worker: { serviceAccount: { name: '5' } } }, release);
    expect(problemsOf(objects, ['123', '1e3'])).toEqual([]);
    expect(workloads(objects).map(({ metadata }) => metadata.name)).toEqual(['7-prow-web', '7-prow-worker', '7-prow-redis']);
  });

  test.each<{ values: Values; why: string }>([
    { values: { replicas: 3 }, why: "additional properties 'replicas' not allowed" },
    { values: { web: { replcas: 3 } }, why: "at '/web': additional properties 'replcas' not allowed" },
    { values: { worker: { autoscaling: { max: 3 } } }, why: "at '/worker/autoscaling'" },
    { values: { components: ['tied'] }, why: "at '/components/0'" },
    { values: { configRepo: 'https://github.com/acme/infra' }, why: "at '/configRepo'" },
    { values: { jobs: { shop: 'presubmits: {}' } }, why: "at '/jobs': additional properties 'shop' not allowed" },
    { values: { gracePeriodSeconds: '3m' }, why: "at '/gracePeriodSeconds'" },
    { values: { configRepo: 'acme/infra', plugins: { plugins: {} } }, why: 'configRepo and plugins exclude each other' },
    { values: { configRepoBranch: 'main' }, why: 'configRepoBranch and configRepoPaths need configRepo' },
    { values: { config: { log_level: 'info' }, configMaps: { config: { name: 'x' } } }, why: 'config and configMaps.config.name exclude each other' },
    { values: { config: { pod_namespace: 'a' }, podNamespace: 'b' }, why: "podNamespace is \"b\", but config.yaml's pod_namespace is \"a\"" },
    { values: { config: 'a: [' }, why: 'config: not YAML' },
    { values: { redis: { url: 'redis://:hunter2@redis:6379' } }, why: 'redis.url holds a user or a password' },
    { values: { redis: { url: 'redis://redis:6379', existingSecret: 'x' } }, why: 'redis.url and redis.existingSecret exclude each other' },
    { values: { webhook: { existingSecret: '' } }, why: 'webhook.existingSecret is missing: components has hook' },
    { values: { ingress: { enabled: true } }, why: 'ingress.hosts is empty' },
    { values: { web: { autoscaling: { enabled: true, minReplicas: 9 } } }, why: 'web.autoscaling.minReplicas is greater than maxReplicas' },
  ])('refuses: $why', ({ values, why }) => {
    expect(render(helm, values)).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
  });

  test('the notes say what to do next', () => {
    const said = (name: string): string => notes(helm, named(name).values);
    expect(said('nothing said')).toContain('kubectl -n prow port-forward deployment/prow-web 8889');
    expect(said('nothing said')).toContain('create secret generic github-token --from-literal=appid=APP_ID --from-file=cert=');
    expect(said('a token and an Enterprise server')).toContain('create secret generic bot --from-file=oauth=');
    expect(said('published, closed off, scaled')).toContain('https://prow.example.com/');
    expect(said('Tide and Deck beside upstream')).toContain('acting as tide, deck');
  });
}

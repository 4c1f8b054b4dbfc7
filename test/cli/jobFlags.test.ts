import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from '../../src/cli/flags.js';
import { IDLE_FLAGS, readSettings, SERVE_FLAGS, type Settings } from '../../src/cli/settings.js';

const dir = mkdtempSync(join(tmpdir(), 'prow-flags-'));
const file = (name: string) => { const path = join(dir, name); writeFileSync(path, 'x'); return path; };
const [config, plugins, hmac, key, slack] = ['config.yaml', 'plugins.yaml', 'hmac', 'key.pem', 'slack'].map(file) as [string, string, string, string, string];
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });
const read = (...args: readonly string[]): Settings => readSettings([`--config-path=${config}`, `--plugin-config=${plugins}`, `--hmac-secret-file=${hmac}`, '--github-app-id=1', `--github-app-private-key-path=${key}`, ...args], {});

const IDLE = 'no effect';
test.each<{ component: string; args: readonly string[]; want: object | typeof IDLE }>([
  { component: 'plank', args: ['--dry-run=true'], want: { mode: 'dry' } },
  { component: 'plank', args: ['--tot-url=http://tot'], want: IDLE },
  { component: 'plank', args: ['--label-selector=a=b'], want: IDLE },
  { component: 'plank', args: ['--enable-controller=plank', '--enable-controller=scheduler'], want: IDLE },
  { component: 'plank', args: [`--kubeconfig=${config}`], want: { kubeconfig: config } },
  { component: 'plank', args: ['--no-in-cluster-config'], want: { jobs: { inCluster: 'ignore' } } },
  { component: 'plank', args: [`--projected-token-file=${key}`], want: { jobs: { projectedTokenFile: key } } },
  { component: 'plank', args: [`--kubeconfig-dir=${dir}`, '--kubeconfig-suffix=.yaml'], want: { jobs: { kubeconfigDir: dir, kubeconfigSuffix: '.yaml' } } },
  { component: 'sinker', args: ['--run-once'], want: IDLE },
  { component: 'sinker', args: ['--dry-run=false'], want: { mode: 'act' } },
  { component: 'horologium', args: ['--timeout-listing-prowjobs=60s'], want: IDLE },
  ...['github', 'gerrit', 'slack', 'blob-storage', 'kubernetes-blob-storage', 'resultstore'].map((reporter) => ({ component: 'crier', args: [`--${reporter}-workers=5`], want: IDLE } as const)),
  { component: 'crier', args: ['--report-agent=kubernetes'], want: { jobs: { reportAgent: 'kubernetes' } } },
  { component: 'crier', args: ['--kubernetes-report-fraction=0.5'], want: IDLE },
  { component: 'crier', args: [`--cookiefile=${key}`], want: IDLE },
  { component: 'crier', args: ['--resultstore-artifacts-dir-only'], want: IDLE },
  { component: 'crier', args: [`--slack-token-file=${slack}`, `--additional-slack-token-files=other=${slack}`], want: { jobs: { slack: { tokenFile: slack, more: new Map([['other', slack]]) } } } },
  { component: 'crier', args: ['--github-enabled-org=a', '--github-disabled-org=b', '--github-enabled-repo=a/c', '--github-disabled-repo=a/d'], want: { enabled: { orgs: ['a'], notOrgs: ['b'], repos: ['a/c'], notRepos: ['a/d'] } } },
  { component: 'crier', args: [], want: { jobs: { pubsub: 'off' } } },
  { component: 'crier', args: ['--pubsub-workers=5'], want: { jobs: { pubsub: 'report' } } },
  { component: 'status-reconciler', args: [], want: { jobs: { statuses: { uri: undefined, onError: 'stop', noNewJobs: [], nothing: [] } } } },
  { component: 'status-reconciler', args: ['--status-path=gs://bucket/status-reconciler-status'], want: { jobs: { statuses: { uri: 'gs://bucket/status-reconciler-status' } } } },
  { component: 'status-reconciler', args: ['--status-path=/var/status'], want: { jobs: { statuses: { uri: 'file:///var/status' } } } },
  { component: 'status-reconciler', args: ['--continue-on-error=true'], want: { jobs: { statuses: { onError: 'go on' } } } },
  { component: 'status-reconciler', args: ['--denylist=a', '--denylist=b/c', '--denylist-all=d'], want: { jobs: { statuses: { noNewJobs: ['a', 'b/c'], nothing: ['d'] } } } },
])('$component: $args', ({ args, want }) => {
  const settings = read(...args);
  const names = [...new Set(args.map((arg) => arg.replace(/^--/, '').split('=')[0] ?? ''))];
  if (want === IDLE) expect(settings.idle).toEqual(names);
  else expect({ idle: settings.idle, settings }).toMatchObject({ idle: [], settings: want });
});

test.each([
  ['--status-path=gs://bucket', '--status-path: "gs://bucket" is not /FOLDER/FILE, gs://BUCKET/FILE or s3://BUCKET/FILE'],
  ['--denylist=a/b/c', '--denylist: "a/b/c" is not ORG or ORG/REPO'],
  ['--denylist-all=a/', '--denylist-all: "a/" is not ORG or ORG/REPO'],
])('%s is refused', (arg, says) => {
  expect(() => read(arg)).toThrow(UsageError);
  expect(() => read(arg)).toThrow(says);
});

test('a flag either acts or is said to have no effect', () => {
  expect(Object.keys(SERVE_FLAGS).filter((name) => name in IDLE_FLAGS)).toEqual([]);
  for (const { about } of Object.values(IDLE_FLAGS)) expect(about).toMatch(/^No effect/);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { CHECKCONFIG_FLAGS } from '../../src/cli/checkconfigOptions.js';
import { parseFlags, type FlagTable } from '../../src/cli/flags.js';
import { MKPJ_FLAGS } from '../../src/cli/mkpj.js';
import { MKPOD_FLAGS } from '../../src/cli/mkpod.js';

const CONFIG = ['config-path', 'job-config-path', 'supplemental-prow-config-dir', 'supplemental-prow-configs-filename-suffix', 'supplemental-prow-configs-filename'];
const READING = ['in-repo-config-cache-size', 'cache-dir-base', 'moonraker-address'];
const PLUGINS = ['plugin-config', 'supplemental-plugin-config-dir', 'supplemental-plugin-configs-filename-suffix'];
const ACCOUNT = ['github-endpoint', 'github-token-path'];
const APP = ['github-app-id', 'github-app-private-key-path'];
const GITHUB = [
  'github-host', 'github-graphql-endpoint', 'github-hourly-tokens', 'github-allowed-burst', 'github-throttle-org', 'github-client.request-timeout', 'github-client.max-retries', 'github-client.max-404-retries',
  'github-client.backoff-timeout', 'github-client.initial-delay', 'git-signing-key-path',
];
const KUBERNETES = ['kubeconfig-dir', 'kubeconfig-suffix', 'projected-token-file', 'no-in-cluster-config'];
const STORAGE = ['gcs-credentials-file', 's3-credentials-file'];

/** Flags of config 4.1, 6.1 and 9.5 and tools 3.1: those that act, and those that only must not stop a script. */
const TOOLS: readonly (readonly [tool: string, table: FlagTable, acting: readonly string[], idle: readonly string[]])[] = [
  ['checkconfig', CHECKCONFIG_FLAGS, [
    ...CONFIG, ...PLUGINS, ...ACCOUNT, ...APP, 'warnings', 'exclude-warning', 'include-default-warnings', 'expensive-checks', 'strict', 'required-job-annotations', 'prow-yaml-repo-name', 'prow-yaml-path',
  ], [...GITHUB, ...STORAGE, ...READING]],
  ['mkpj', MKPJ_FLAGS, [...CONFIG, ...ACCOUNT, 'job', 'base-ref', 'base-sha', 'pull-number', 'pull-sha', 'pull-author', 'pull-head-ref', 'trigger-job', 'fail-with-job', 'kubeconfig'], [...APP, ...GITHUB, ...KUBERNETES, ...READING]],
  ['mkpod', MKPOD_FLAGS, ['prow-job', 'build-id', 'local', 'out-dir'], []],
];
const VALUES = { string: 'x', list: 'x', bool: 'true', int: '1', duration: '1m' } as const;
const IDLE = /without effect/;

test.each(TOOLS.flatMap(([tool, table, acting, idle]) => [...acting.map((flag) => ({ tool, flag, table, acts: true })), ...idle.map((flag) => ({ tool, flag, table, acts: false }))]))('$tool takes --$flag', ({ flag, table, acts }) => {
  const spec = table[flag];
  const value = VALUES[spec?.kind ?? 'string'];
  expect(parseFlags([`--${flag}=${value}`], table, {}).values.get(flag)).toEqual([value]);
  expect(IDLE.test(spec?.about ?? '')).toBe(!acts);
});

const root = mkdtempSync(join(tmpdir(), 'prow-tool-flags-'));
afterAll(() => { rmSync(root, { recursive: true, force: true }); });
const file = (name: string, text: string) => { const path = join(root, name); writeFileSync(path, text); return path; };
const good = file('good.yaml', 'periodics: [{name: a, interval: 1h, spec: {containers: [{image: x}]}}]\n');
const bad = file('bad.yaml', 'sinker: {max_pod_age: 5}\n');
const odd = file('odd.yaml', 'plonk: 1\n');
const job = file('job.yaml', 'metadata: {name: id}\nspec: {type: periodic, agent: kubernetes, job: j, pod_spec: {containers: [{image: x}]}}\nstatus: {build_id: "1"}\n');
const prow = fileURLToPath(new URL('../../bin/prow', import.meta.url));

test.each<{ args: readonly string[]; code: number; says: string }>([
  { args: ['checkconfig', `--config-path=${good}`, '--exclude-warning=non-decorated-jobs'], code: 0, says: 'the configuration is fine' },
  { args: ['checkconfig', `--config-path=${bad}`], code: 1, says: `${bad}:1:23: sinker.max_pod_age: expected a duration` },
  { args: ['checkconfig', `--config-path=${odd}`], code: 0, says: `${odd}:1:1: plonk: unknown key` },
  { args: ['checkconfig', `--config-path=${odd}`, '--strict'], code: 1, says: `${odd}:1:1: plonk: unknown key` },
  { args: ['checkconfig'], code: 1, says: '--config-path is missing' },
  { args: ['checkconfig', `--config-path=${good}`, '--warnings=nope'], code: 1, says: 'there is no warning "nope"' },
  { args: ['checkconfig', '--nope'], code: 2, says: 'unknown flag --nope' },
  { args: ['checkconfig', '--help'], code: 0, says: '--exclude-warning' },
  { args: ['mkpj', `--config-path=${good}`, '--job=a', '--github-app-id=1', '--cache-dir-base=x'], code: 0, says: 'kind: ProwJob' },
  { args: ['mkpj', `--config-path=${good}`, '--job=b'], code: 1, says: 'b' },
  { args: ['mkpj', `--config-path=${bad}`, '--job=a'], code: 1, says: 'sinker.max_pod_age' },
  { args: ['mkpj', `--config-path=${good}`], code: 2, says: '--job' },
  { args: ['mkpod', `--prow-job=${job}`], code: 0, says: 'kind: Pod' },
  { args: ['mkpod', `--prow-job=${job}`, '--out-dir=x'], code: 2, says: '--out-dir is only for --local' },
  { args: ['mkpod', `--prow-job=${good}`], code: 1, says: 'is not a ProwJob' },
  { args: ['mkpod'], code: 2, says: '--prow-job is missing' },
])('prow $args ends with $code', ({ args, code, says }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [prow, ...args], { encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: code, said: expect.stringContaining(says) });
});

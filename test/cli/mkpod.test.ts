import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { UsageError } from '../../src/cli/flags.js';
import { mkpod } from '../../src/cli/mkpod.js';
import { snowflake } from '../../src/jobs/buildId.js';
import { everyJob } from '../../src/jobs/pod/all.js';
import { podOf } from '../../src/jobs/pod/build.js';

const decoration = '{ utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }, gcs_configuration: { bucket: b, path_strategy: explicit }, gcs_credentials_secret: g }';
const plain = 'apiVersion: prow.k8s.io/v1\nkind: ProwJob\nmetadata: { name: id, labels: { a: b } }\nspec: { type: periodic, agent: kubernetes, job: j, pod_spec: { containers: [{ image: x }] } }\nstatus: { state: triggered, build_id: "9" }\n';
const full = `metadata: { name: id }\nspec: { type: periodic, agent: kubernetes, job: j, decoration_config: ${decoration}, pod_spec: { containers: [{ image: x, command: [y] }], volumes: [{ name: keep, secret: { secretName: s } }, { name: none, secret: { secretName: s } }, { name: dir, configMap: { name: c } }] } }\n`;

interface Printed { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: { readonly volumes?: unknown; readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[] } }

async function run(args: readonly string[], text = plain, answers: readonly string[] = []) {
  const out: string[] = [];
  const warnings: string[] = [];
  const left = [...answers];
  const code = await mkpod(args, {
    print: (line) => { out.push(line); }, warn: (line) => { warnings.push(line); }, ask: async () => left.shift() ?? '', read: async () => text,
    makeTempDir: async (prefix) => `/tmp/${prefix}XYZ`, now: () => 1_700_000_000_000, pods: { podOf, everyJob, snowflake },
  });
  return { code, out, warnings, pod: (args.includes('--all') ? {} : parse(out.join('\n'))) as Printed };
}
const buildId = (pod: Printed) => pod.spec.containers[0]?.env.find(({ name }) => name === 'BUILD_ID')?.value;

test('a ProwJob from standard input becomes a pod that no cleaner takes for its own', async () => {
  const { code, pod, warnings } = await run(['--prow-job=-']);
  expect(code).toBe(0);
  expect(pod).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'id', labels: { a: 'b', 'prow.k8s.io/build-id': '9' } } });
  expect(pod.metadata.labels).not.toHaveProperty('created-by-prow');
  expect([buildId(pod), warnings]).toEqual(['9', []]);
});

test.each([
  { args: ['--build-id=5'], want: '5', warned: 0 },
  { args: ['--build-id=SnowFlake'], want: snowflake(1_700_000_000_000), warned: 0 },
  { args: [], want: undefined, warned: 1 },
])('the build id with $args', async ({ args, want, warned }) => {
  const { pod, warnings } = await run(['--prow-job=-', ...args], plain.replace(', build_id: "9"', ''));
  expect([buildId(pod), warnings.length]).toEqual([want, warned]);
});

test('a local run asks for each volume that a laptop does not have', async () => {
  const { pod } = await run(['--prow-job=f', '--local', '--out-dir=/out', '--build-id=5'], full, ['', 'Empty', '/here']);
  expect(pod.spec.volumes).toEqual(expect.arrayContaining([{ name: 'keep', secret: { secretName: 's' } }, { name: 'none', emptyDir: {} }, { name: 'dir', hostPath: { path: '/here' } }, { name: 'output', hostPath: { path: '/out/5', type: '' } }]));
  expect((await run(['--prow-job=f', '--local', '--build-id=5'], full)).pod.spec.volumes).toContainEqual({ name: 'output', hostPath: { path: '/tmp/prowjob-out-j-5XYZ', type: '' } });
});

test.each([
  { args: [], text: plain, want: '--prow-job is missing' },
  { args: ['--prow-job=f', '--out-dir=/x'], text: plain, want: '--out-dir is only for --local' },
  { args: ['--all', '--prow-job=f'], text: plain, want: '--all excludes' },
  { args: ['--prow-job=f'], text: 'a: [', want: 'f is not a ProwJob: line ' },
  { args: ['--prow-job=f'], text: 'kind: Pod', want: 'its kind is "Pod"' },
  { args: ['--prow-job=-'], text: 'spec: { type: periodic, job: j }', want: 'standard input is not a ProwJob: expected metadata.name' },
  { args: ['--prow-job=f'], text: 'metadata: { name: x }\nspec: { type: periodic, job: j }', want: 'has no pod_spec' },
])('refuses: $want', async ({ args, text, want }) => {
  await expect(run(args, text)).rejects.toThrow(want);
});

test('a wrong flag is a usage error', async () => {
  await expect(run(['--all', '--nope'])).rejects.toThrow(UsageError);
});

test('--all prints a line for every job, presubmits by repository first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mkpod-'));
  try {
    const container = 'spec: { containers: [{ image: x }] }';
    writeFileSync(join(folder, 'config.yaml'), `
periodics: [{ name: often, interval: 1h, ${container} }]
postsubmits: { o/a: [{ name: post, ${container} }] }
presubmits: { o/b: [{ name: two, ${container} }], o/a: [{ name: one, ${container} }, { name: piped, agent: tekton-pipeline, pipeline_run_spec: {} }] }
`);
    const { out } = await run(['--all', '--config-path', join(folder, 'config.yaml'), '--base-ref=dev']);
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type, repo, index, name }) => [type, repo, index, name])).toEqual([
      ['presubmit', 'o/a', 0, 'one'], ['presubmit', 'o/a', 1, 'piped'], ['presubmit', 'o/b', 0, 'two'], ['postsubmit', 'o/a', 0, 'post'], ['periodic', undefined, 0, 'often'],
    ]);
    expect(lines[0]).toMatchObject({ source: join(folder, 'config.yaml'), prowjob: { spec: { refs: { base_ref: 'dev', base_sha: 'a'.repeat(40) } }, status: { build_id: '1700000000000000000' } }, pod: { metadata: { name: '00000000-0000-4000-8000-000000000000' } } });
    expect(lines[1]).not.toHaveProperty('pod');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

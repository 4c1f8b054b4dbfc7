import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { testCluster, type TestCluster } from './support/cluster.js';
import { podOver, podRuns, scriptPod } from './support/pods.js';

const there = spawnSync('kubectl', ['version', '--client']).error === undefined;
if (!there) process.stderr.write('kubectl is not installed (Debian: apt-get install kubernetes-client): its stories are left out\n');
/** A story that needs kubectl passes where there is none. */
const story = (name: string, run: () => Promise<void>): void => { test(name, async () => { if (there) await run(); }); };

let cluster: TestCluster;
beforeAll(async () => { cluster = await testCluster(); });
afterAll(() => cluster[Symbol.asyncDispose]());

interface Said { readonly code: number | null; readonly out: string; readonly err: string }
function kubectl(args: readonly string[], input = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', [`--kubeconfig=${cluster.kubeconfigPath}`, `--cache-dir=${join(cluster.dir, 'kubectl')}`, '--request-timeout=30s', ...args], { timeout: 60_000 });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => { out += part.toString(); });
    child.stderr.on('data', (part: Buffer) => { err += part.toString(); });
    child.once('error', reject).once('close', (code) => { resolve({ code, out, err }); });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
const job = (name: string, state: string) => JSON.stringify({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels: { 'prow.k8s.io/type': 'presubmit' } }, spec: { type: 'presubmit', job: 'unit', agent: 'kubernetes', refs: { org: 'o', repo: 'r', pulls: [{ number: 5, author: 'a', sha: 's' }, { number: 6, author: 'a', sha: 't' }] } }, status: { state, build_id: '77', startTime: new Date().toISOString() } });

story('kubectl prints pods and ProwJobs as it does elsewhere', async () => {
  expect(await kubectl(['create', '-f', '-'], job('pj', 'triggered'))).toMatchObject({ code: 0, out: 'prowjob.prow.k8s.io/pj created\n' });
  const { out } = await kubectl(['get', 'prowjobs', '-l', 'prow.k8s.io/type=presubmit']);
  const [head, row] = out.split('\n');
  expect(head?.split(/\s+/)).toEqual(['NAME', 'JOB', 'BUILDID', 'TYPE', 'ORG', 'REPO', 'PULLS', 'STARTTIME', 'COMPLETIONTIME', 'STATE']);
  expect(row?.split(/\s+/)).toEqual(['pj', 'unit', '77', 'presubmit', 'o', 'r', '5,6', expect.stringMatching(/^\d+s$/), 'triggered']);
  await kubectl(['create', '-f', '-'], JSON.stringify(scriptPod('shown', 'echo hello; exit 3')));
  await podOver(cluster, 'shown');
  const pods = await kubectl(['get', 'pods', '-A', '-o', 'wide']);
  expect(pods.out).toMatch(/^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/);
  expect(pods.out).toMatch(/default +shown +0\/1 +Error +0 +\d+s +127\.0\.0\.1 +prow/);
  expect((await kubectl(['get', 'pod', 'shown', '-o', 'yaml'])).out).toContain('exitCode: 3');
});

story('kubectl describes a pod with its events and follows its log', async () => {
  await kubectl(['create', '-f', '-'], JSON.stringify(scriptPod('told', `until [ -e ${join(cluster.dir, 'go')} ]; do sleep 0.05; done; echo went`)));
  await podRuns(cluster, 'told');
  const log = kubectl(['logs', '-f', 'told']);
  await eventually('the events', async () => (await kubectl(['get', 'events', '--field-selector=involvedObject.name=told'])).out.includes('Started'));
  await writeFile(join(cluster.dir, 'go'), '');
  expect(await log).toMatchObject({ code: 0, out: 'went\n' });
  expect(await kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/told', '--timeout=20s'])).toMatchObject({ code: 0 });
  const { out } = await kubectl(['describe', 'pod', 'told']);
  expect(out).toMatch(/Reason: +Completed/);
  expect(out).toMatch(/Normal +Scheduled .*default-scheduler +Successfully assigned default\/told to prow/);
  expect(out).toMatch(/Normal +Started .*kubelet +Started container test/);
  expect(await kubectl(['delete', 'pod', 'told'])).toMatchObject({ code: 0, out: 'pod "told" deleted\n' });
  expect(await kubectl(['get', 'pod', 'told'])).toMatchObject({ code: 1, err: 'Error from server (NotFound): pods "told" not found\n' });
});

story('kubectl creates, applies, labels, patches and watches', async () => {
  expect(await kubectl(['create', 'configmap', 'typed', '--from-literal=a=b'])).toMatchObject({ code: 0 });
  expect(await kubectl(['create', 'secret', 'generic', 'typed', '--from-literal=a=geheim'])).toMatchObject({ code: 0 });
  expect((await kubectl(['get', 'configmap/typed', 'secret/typed', '-o', 'jsonpath={.items[*].data.a}'])).out).toBe('b Z2VoZWlt');
  const manifest = (value: string) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: value } });
  expect((await kubectl(['apply', '-f', '-'], manifest('1'))).out).toBe('configmap/applied created\n');
  const watching = kubectl(['get', 'configmap', 'applied', '--watch', '--output-watch-events', '-o', 'custom-columns=T:.type,V:.object.data.a', '--request-timeout=4s']);
  expect((await kubectl(['apply', '-f', '-'], manifest('1'))).out).toBe('configmap/applied unchanged\n');
  expect((await kubectl(['apply', '-f', '-'], manifest('2'))).out).toBe('configmap/applied configured\n');
  expect((await kubectl(['label', 'configmap', 'applied', 'x=y'])).code).toBe(0);
  expect((await kubectl(['get', 'configmap', '-l', 'x in (y,z)', '-o', 'name'])).out).toBe('configmap/applied\n');
  await kubectl(['patch', 'configmap', 'applied', '--type=json', '-p', '[{"op":"replace","path":"/data/a","value":"3"}]']);
  expect((await watching).out.replace(/ +/g, ' ')).toMatch(/^T V\nADDED 1\n(?:MODIFIED 2\n)+MODIFIED 3\n/);
  expect((await kubectl(['get', 'configmap', 'applied', '-o', 'jsonpath={.data.a}'])).out).toBe('3');
});

story('kubectl is told what is wrong, by place', async () => {
  expect(await kubectl(['create', '-f', '-'], job('pj2', 'done'))).toMatchObject({ code: 1, err: expect.stringContaining('status.state: Unsupported value: "done"') });
  const unknown = await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'x' }, spec: { type: 'periodic', job: 'j', jobb: 1 } }));
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('unknown field "spec.jobb"') });
  expect(await kubectl(['apply', '--server-side', '-f', '-'], job('x', 'triggered'))).toMatchObject({ code: 1, err: expect.stringContaining('server-side apply is not supported') });
  expect((await kubectl(['explain', 'prowjob.spec.refs'])).out).toMatch(/base_sha\s+<string>/);
  expect((await kubectl(['auth', 'can-i', 'create', 'pods'])).out).toBe('yes\n');
});

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { startDemoCluster } from '../../src/demo/cluster.js';
import { eventually, testRedis } from '../support/redis.js';
import { outsider } from '../world/outsider.js';

const root = new URL('../..', import.meta.url).pathname;

interface Thing {
  readonly metadata: Readonly<{ name: string; uid: string; labels: Readonly<Record<string, string>> }>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<{ state?: string; phase?: string; build_id?: string; description?: string; completionTime?: string; pod_name?: string }>;
}

/** The cluster of a demo, and a worker process that runs its jobs and throws away what is old. */
async function startSystem(dir: string) {
  const cluster = await startDemoCluster(dir);
  const redis = testRedis();
  const file = (name: string, text: string): string => { writeFileSync(join(dir, name), text, { mode: 0o600 }); return join(dir, name); };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const flags = {
    'config-path': file('config.yaml', 'sinker: {resync_period: 1s}\n'), 'plugin-config': file('plugins.yaml', 'plugins: {}\n'), 'hmac-secret-file': file('hmac', 'secret\n'), 'github-endpoint': 'http://127.0.0.1:1', 'github-graphql-endpoint': 'http://127.0.0.1:1/graphql', 'github-host': 'http://127.0.0.1:1',
    'github-app-id': '1', 'github-app-private-key-path': file('key.pem', privateKey), 'metrics-port': '0', 'health-port': '-1', 'redis-url': redis.url, 'redis-prefix': redis.prefix, 'state-dir': join(dir, 'state'), role: 'worker', components: 'plank,sinker', kubeconfig: cluster.kubeconfigPath,
  };
  const worker = spawn(process.execPath, [join(root, 'bin', 'prow'), 'serve', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)], { stdio: 'ignore', env: { PATH: process.env.PATH, HOME: dir } });
  const gone = new Promise<void>((resolve) => { worker.once('close', () => { resolve(); }); });
  return {
    kubeconfig: cluster.kubeconfigPath,
    async [Symbol.asyncDispose]() {
      worker.kill('SIGKILL');
      await gone;
      await cluster[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A `kubectl` that goes on, and what it has printed. */
function begin(kubeconfig: string, args: readonly string[], input = '') {
  const child = spawn('kubectl', ['--kubeconfig', kubeconfig, ...args], { stdio: ['pipe', 'pipe', 'pipe'], timeout: 120_000 });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => { said.out += data.toString(); });
  child.stderr.on('data', (data: Buffer) => { said.err += data.toString(); });
  child.stdin.end(input);
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => { if (code === 0) resolve(said.out); else reject(new Error(`kubectl ${args.join(' ')}: ${said.err || said.out}`)); });
  });
  ended.catch(() => undefined);
  return { said, ended };
}

test('kubectl shows, follows and deletes jobs and pods of a running system, as upstream’s users expect', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-kubectl-'));
  try {
    await using system = await startSystem(dir);
    const kubectl = (...args: readonly string[]): Promise<string> => begin(system.kubeconfig, args).ended;
    if (!(await kubectl('version', '--client').then(() => true, (error: NodeJS.ErrnoException) => error.code !== 'ENOENT'))) {
      process.stderr.write('• skipped: kubectl is not installed (Debian: apt-get install kubernetes-client)\n');
      return;
    }
    const gate = (name: string): string => join(dir, `${name}-may-end`);
    /** Creates a job that prints a line, waits to be let go, and prints another; SIGTERM means nothing to it. */
    const create = async (name: string): Promise<void> => {
      const script = `trap '' TERM; echo ${name} begins; while [ ! -e ${gate(name)} ]; do sleep 0.05; done; echo ${name} ends`;
      const job = { apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name, labels: { 'created-by-prow': 'true' } }, spec: { type: 'periodic', agent: 'kubernetes', cluster: 'default', job: name, pod_spec: { containers: [{ image: 'alpine', name: 'test', command: ['sh', '-c', script] }] } }, status: { state: 'triggered', startTime: new Date().toISOString() } };
      expect(await begin(system.kubeconfig, ['create', '-f', '-'], JSON.stringify(job)).ended).toBe(`prowjob.prow.k8s.io/${name} created\n`);
    };
    const yaml = async (kind: string, name: string): Promise<Thing | undefined> => kubectl('get', kind, name, '-o', 'yaml').then((text) => parse(text) as Thing, () => undefined);
    // What is waited for is looked at without kubectl, which takes long to start.
    using them = outsider(system.kubeconfig);
    const runs = async (name: string): Promise<void> => { await create(name); await eventually(`${name} to run`, async () => (await them.pod(name))?.status?.phase === 'Running', 60_000); };
    await runs('told');
    await runs('forgotten');

    // A ProwJob that is deleted leaves its pod to the collection of what belongs to nobody.
    expect(await kubectl('delete', 'prowjob', 'forgotten')).toMatch(/^prowjob.prow.k8s.io "forgotten" deleted/);
    expect((await yaml('pod', 'forgotten'))?.status.phase).toBe('Running');

    const all = await kubectl('get', 'prowjobs,pods', '-A');
    expect(all).toMatch(/^NAMESPACE +NAME +JOB +BUILDID +TYPE +ORG +REPO +PULLS +STARTTIME +COMPLETIONTIME +STATE\s*$/m);
    expect(all).toMatch(/^default +prowjob.prow.k8s.io\/told +told +\d+ +periodic .*pending\s*$/m);
    expect(all).toMatch(/^default +pod\/told +1\/1 +Running +0 /m);
    expect(all).not.toContain('prowjob.prow.k8s.io/forgotten');
    expect(await yaml('prowjob', 'told')).toMatchObject({ spec: { job: 'told', type: 'periodic' }, status: { state: 'pending', pod_name: 'told', build_id: expect.stringMatching(/^\d+$/) } });
    expect(await yaml('pod', 'told')).toMatchObject({ metadata: { labels: { 'created-by-prow': 'true', 'prow.k8s.io/id': 'told', 'prow.k8s.io/job': 'told' } } });
    expect(await kubectl('describe', 'prowjob', 'told')).toMatch(/^Name: +told\n[^]*Status:\n[^]*State: +pending/);
    expect(await kubectl('describe', 'pod', 'told')).toMatch(/^Name: +told\n[^]*Image: +alpine[^]*State: +Running/);

    // A log is followed to its end.
    const log = begin(system.kubeconfig, ['logs', '-f', 'told']);
    await eventually('its beginning', () => log.said.out === 'told begins\n', 30_000);
    writeFileSync(gate('told'), '');
    expect(await log.ended).toBe('told begins\ntold ends\n');
    await eventually('its end', async () => (await them.job('told'))?.status.state === 'success');
    expect(await kubectl('get', 'prowjob', 'told')).toMatch(/^told .*success\s*$/m);
    expect(await kubectl('get', 'pod', 'told')).toMatch(/^told +0\/1 +Completed +0 /m);

    // A pod that somebody is deleting is the job's end; its state names the reason.
    await runs('stopped');
    await kubectl('delete', 'pod', 'stopped', '--wait=false', '--grace-period=3');
    await eventually('the job to end', async () => (await them.job('stopped'))?.status.completionTime !== undefined);
    expect(await yaml('prowjob', 'stopped')).toMatchObject({ status: { state: 'error', description: 'The pod was deleted unexpectedly.' } });
    // One that is gone at once is made again, with a build of its own.
    await runs('lost');
    const [job, pod] = [await yaml('prowjob', 'lost'), await yaml('pod', 'lost')];
    await kubectl('delete', 'pod', 'lost', '--force', '--grace-period=0');
    await eventually('another pod', async () => { const now = await them.pod('lost'); return now?.status?.phase === 'Running' && now.metadata.uid !== pod?.metadata.uid; });
    const again = await yaml('prowjob', 'lost');
    expect(again?.status.state).toBe('pending');
    expect(again?.status.build_id).not.toBe(job?.status.build_id);
    expect((await yaml('pod', 'lost'))?.metadata.labels['prow.k8s.io/build-id']).toBe(again?.status.build_id);
    writeFileSync(gate('lost'), '');
    await eventually('its end', async () => (await them.job('lost'))?.status.state === 'success');
    await runs('ended');
    // Whoever asks for an abort gets it, pod and all.
    await kubectl('patch', 'prowjob', 'ended', '--type=merge', '-p', '{"status":{"state":"aborted","description":"Aborted by hand."}}');
    await eventually('the abort', async () => (await them.job('ended'))?.status.completionTime !== undefined);
    expect(await yaml('prowjob', 'ended')).toMatchObject({ status: { state: 'aborted', description: 'Aborted by hand.' } });
    writeFileSync(gate('ended'), '');
    await eventually('its pod to go', async () => (await them.pod('ended')) === undefined, 60_000);

    writeFileSync(gate('forgotten'), '');
    await eventually('the forgotten pod to be collected', async () => (await them.pod('forgotten')) === undefined, 90_000);
    expect((await kubectl('get', 'pods', '-o', 'name')).split('\n').filter((line) => line !== '').sort()).toEqual(['pod/lost', 'pod/told']);
    await kubectl('delete', 'prowjobs', '--all');
    expect(await kubectl('get', 'prowjobs', '-A', '-o', 'name')).toBe('');
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
});

import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { core, pod, prowJob, prowJobs, type GetSuite, type Suite } from './suite.js';

/** What somebody types; resolves with what is printed, rejects with what is complained of. */
function kubectl({ under }: Suite, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', ['--kubeconfig', under.kubeconfig, '--request-timeout=20s', ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => { out += data.toString(); });
    child.stderr.on('data', (data: Buffer) => { err += data.toString(); });
    child.once('error', reject);
    child.once('close', (code) => { if (code === 0) resolve(out); else reject(new Error(`kubectl ${args.join(' ')}: ${err || out}`)); });
  });
}

const words = (line: string | undefined) => (line ?? '').trim().split(/\s{2,}/);

/** Debian's kubernetes-client, or any newer one. Where there is none, that is said. */
export function kubectlContract(get: GetSuite): void {
  describe('kubectl', () => {
    test('gets, describes and deletes', async () => {
      const suite = get();
      if (!(await kubectl(suite, 'version', '--client').then(() => true, (error: NodeJS.ErrnoException) => error.code !== 'ENOENT'))) {
        process.stderr.write('• skipped: kubectl is not installed (Debian: apt-get install kubernetes-client)\n');
        return;
      }
      const namespace = await suite.namespace();
      await suite.call('POST', prowJobs(namespace), prowJob('a', { labels: { on: '1' }, status: { state: 'pending', build_id: '123' } }));
      await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { schedulerName: 'nobody' } }));
      const [head, row] = (await kubectl(suite, '-n', namespace, 'get', 'prowjobs')).split('\n');
      expect(words(head)).toEqual(['NAME', 'JOB', 'BUILDID', 'TYPE', 'ORG', 'REPO', 'PULLS', 'STARTTIME', 'COMPLETIONTIME', 'STATE']);
      expect(words(row).slice(0, 7)).toEqual(['a', 'unit', '123', 'presubmit', 'org', 'repo', '7']);
      expect(words(row).at(-1)).toBe('pending');
      expect((await kubectl(suite, '-n', namespace, 'get', 'pj', '-l', 'on=1', '-o', 'name')).trim()).toBe('prowjob.prow.k8s.io/a');
      expect(JSON.parse(await kubectl(suite, '-n', namespace, 'get', 'pj', 'a', '-o', 'json'))).toMatchObject({ kind: 'ProwJob', spec: { job: 'unit' } });
      expect(await kubectl(suite, '-n', namespace, 'get', 'pods', '-o', 'wide')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE.*\np +0\/1 +Pending +0 /);
      expect(await kubectl(suite, '-n', namespace, 'describe', 'pod', 'p')).toMatch(/^Name: +p\n[^]*Image: +busybox/);
      expect(await kubectl(suite, '-n', namespace, 'describe', 'pj', 'a')).toMatch(/^Name: +a\n[^]*Job: +unit/);
      await kubectl(suite, '-n', namespace, 'label', 'pj', 'a', 'team=x');
      await kubectl(suite, '-n', namespace, 'patch', 'pj', 'a', '--type=merge', '-p', '{"status":{"state":"aborted"}}');
      expect(await suite.call('GET', prowJobs(namespace, 'a'))).toMatchObject({ metadata: { labels: { team: 'x' } }, status: { state: 'aborted' } });
      expect((await kubectl(suite, '-n', namespace, 'delete', 'pj', 'a')).trim()).toMatch(/^prowjob.prow.k8s.io "a" deleted/);
      await kubectl(suite, '-n', namespace, 'delete', 'pods', '--all');
      await expect(suite.call('GET', core(namespace, 'pods', 'p'))).rejects.toMatchObject({ status: 404 });
      await expect(kubectl(suite, '-n', namespace, 'get', 'pj', 'a')).rejects.toThrow('prowjobs.prow.k8s.io "a" not found');
      expect(await kubectl(suite, 'auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    });

    test('shows logs', async () => {
      const suite = get();
      if (suite.under.pods === 'keeps') return;
      const namespace = await suite.namespace();
      await suite.call('POST', core(namespace, 'pods'), pod('p', { spec: { containers: [{ name: 'test', image: 'x', command: ['sh', '-c', 'echo one; echo two >&2; exit 3'] }] } }));
      await eventually('the pod to end', async () => (await suite.call('GET', core(namespace, 'pods', 'p'))).status?.['phase'] === 'Failed');
      expect((await kubectl(suite, '-n', namespace, 'logs', 'p')).split('\n').sort()).toEqual(['', 'one', 'two']);
      expect(await kubectl(suite, '-n', namespace, 'get', 'pods')).toMatch(/p +0\/1 +Error +0 /);
    });
  });
}

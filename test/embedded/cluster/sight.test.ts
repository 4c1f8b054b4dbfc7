import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { layout, MOST_ENTRIES, probe, scriptOf, type Entry, type Sight } from '../../../src/embedded/cluster/kubelet/sandbox.js';
import { testCluster, type TestCluster } from './support/cluster.js';
import { createIn, createPod, logOf, phaseOf, podOver, scriptPod, stateOf } from './support/pods.js';

const probed = mkdtempSync(join(tmpdir(), 'probe-'));
const permitted = probe(probed) === 'namespace';
rmSync(probed, { recursive: true, force: true });
if (!permitted) process.stderr.write('this machine permits no mount namespaces: the stories that need them are left out\n');

describe.each<Sight>(['rewrite', 'namespace'])('with paths by %s', (sight) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await testCluster({ images: (image) => (image.endsWith('/echoer:v1') ? { command: ['sh', '-c', 'echo image "$@" "$PROW_MOUNTS"', '--'] } : undefined), pods: { sight } });
    await createIn(cluster, 'secrets', { metadata: { name: 's' }, stringData: { token: 'geheim', other: 'o' } });
    await createIn(cluster, 'configmaps', { metadata: { name: 'c' }, data: { 'a.txt': 'from a', KEY: 'value' } });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());
  /** A story that needs namespaces passes where there are none. */
  const each = (name: string, story: () => Promise<void>): void => { test(name, async () => { if (sight === 'rewrite' || permitted) await story(); }); };

  each('the environment is what the pod says, and nothing else', async () => {
    await createPod(cluster, scriptPod('env', 'env', { container: {
      envFrom: [{ configMapRef: { name: 'c' }, prefix: 'C_' }, { secretRef: { name: 'absent', optional: true } }],
      env: [
        { name: 'A', value: 'a' }, { name: 'B', value: '$(A)-$(NONE)-$$(A)' }, { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'token' } } }, { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }, { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } }, { name: 'NO', valueFrom: { configMapKeyRef: { name: 'c', key: 'x', optional: true } } },
      ],
      resources: { requests: { cpu: '250m' } },
    } }));
    await podOver(cluster, 'env');
    const env = Object.fromEntries((await logOf(cluster, 'env')).trim().split('\n').map((line) => line.split(/=(.*)/s, 2)));
    expect(env).toMatchObject({ A: 'a', B: 'a-$(NONE)-$(A)', S: 'geheim', NAME: 'env', NODE: 'prow', CPU: '250', C_KEY: 'value', HOSTNAME: 'env' });
    const known = ['A', 'B', 'S', 'NAME', 'NODE', 'CPU', 'C_KEY', 'C_a.txt', 'HOME', 'TMPDIR', 'PATH', 'HOSTNAME', 'PROW_CONTAINER', 'PWD', 'SHLVL', '_', 'OLDPWD'];
    expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
    expect(env.HOME).toContain(sight === 'namespace' ? '/prow-pod/home' : cluster.dir);
  });

  each('volumes are where the pod mounts them', async () => {
    await createPod(cluster, scriptPod('volumes', 'cat /etc/s/token /etc/c/deep/a /etc/down/name $OPTIONS_FILE; echo; ls /etc/all; echo x > /w/file; cat /sub/file; pwd', {
      container: {
        workingDir: '/w', env: [{ name: 'OPTIONS_FILE', value: '/etc/all/other' }],
        volumeMounts: [{ name: 's', mountPath: '/etc/s', readOnly: true }, { name: 'c', mountPath: '/etc/c' }, { name: 'd', mountPath: '/etc/down' }, { name: 'p', mountPath: '/etc/all' }, { name: 'w', mountPath: '/w', subPath: 'inner' }, { name: 'w', mountPath: '/sub', subPath: 'inner' }],
      },
      spec: { volumes: [
        { name: 's', secret: { secretName: 's', defaultMode: 0o400 } }, { name: 'c', configMap: { name: 'c', items: [{ key: 'a.txt', path: 'deep/a' }] } }, { name: 'd', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { name: 'p', projected: { sources: [{ secret: { name: 's', items: [{ key: 'other', path: 'other' }] } }, { configMap: { name: 'c' } }] } }, { name: 'w', emptyDir: {} },
      ] },
    }));
    expect(phaseOf(await podOver(cluster, 'volumes'))).toBe('Succeeded');
    expect(await logOf(cluster, 'volumes')).toMatch(sight === 'namespace' ? /^geheimfrom avolumeso\nKEY\na\.txt\nother\nx\n\/w\n$/ : /^geheimfrom avolumeso\nKEY\na\.txt\nother\nx\n\/.*\/inner\n$/);
  });

  each('images of ours have an entry point; others need a command that exists', async () => {
    await createPod(cluster, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ours' }, spec: { restartPolicy: 'Never', volumes: [{ name: 't', emptyDir: {} }], containers: [{ name: 'test', image: 'r.io/x/echoer:v1', args: ['/tools/a'], volumeMounts: [{ name: 't', mountPath: '/tools' }] }] } });
    await podOver(cluster, 'ours');
    // Whatever others see: what stands for an image is a program of this machine, which a mount could hide.
    expect(await logOf(cluster, 'ours')).toMatch(/^image (\/.*)\/a \{"\/tools":"\1"\}\n$/);
    await createPod(cluster, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'theirs' }, spec: { restartPolicy: 'Never', containers: [{ name: 'test', image: 'busybox' }] } });
    expect(stateOf(await podOver(cluster, 'theirs'))).toMatchObject({ terminated: { exitCode: 128, reason: 'StartError', message: expect.stringContaining('no images') } });
    await createPod(cluster, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'nowhere' }, spec: { restartPolicy: 'Never', containers: [{ name: 'test', image: 'x', command: ['/no/such/program'] }] } });
    expect(stateOf(await podOver(cluster, 'nowhere'))).toMatchObject({ terminated: { exitCode: 128, message: expect.stringContaining('/no/such/program') } });
  });

  each('a message of a container is read from where the pod says', async () => {
    await createPod(cluster, scriptPod('message', 'printf why > /told/message; exit 1', { container: { terminationMessagePath: '/told/message' } }));
    expect(stateOf(await podOver(cluster, 'message'))).toMatchObject({ terminated: { exitCode: 1, message: 'why' } });
  });
});

test('in a root of its own a container finds its mounts by paths that nobody told it, beside what the machine has', async () => {
  if (!permitted) return;
  await using cluster = await testCluster({ pods: { sight: 'namespace' } });
  await createPod(cluster, scriptPod('own', 'p=/lo; p="${p}gs"; echo there > $p/deep/x; cat /logs/deep/x; ls -d /usr /proc/self/ns/mnt /home/prow/go; touch /home/prow/go/file /prow-not-here 2>/dev/null; ls /home/prow', {
    container: { volumeMounts: [{ name: 'v', mountPath: '/logs' }, { name: 'w', mountPath: '/logs/deep' }, { name: 'w', mountPath: '/home/prow/go', subPath: 'go' }] }, spec: { volumes: [{ name: 'v', emptyDir: {} }, { name: 'w', emptyDir: {} }] },
  }));
  await podOver(cluster, 'own');
  expect(await logOf(cluster, 'own')).toBe('there\n/home/prow/go\n/proc/self/ns/mnt\n/usr\ngo\n');
});

test('in a root of its own a mount for reading cannot be written', async () => {
  if (!permitted) return;
  await using cluster = await testCluster({ pods: { sight: 'namespace' } });
  await createPod(cluster, scriptPod('reading', 'echo x > /w/x && cat /r/x; if echo y > /r/y; then echo written; fi 2>/dev/null; ls /w', {
    container: { volumeMounts: [{ name: 'v', mountPath: '/r', readOnly: true }, { name: 'v', mountPath: '/w' }] }, spec: { volumes: [{ name: 'v', emptyDir: {} }] },
  }));
  await podOver(cluster, 'reading');
  expect(await logOf(cluster, 'reading')).toBe('x\nx\n');
});

const tree: Readonly<Record<string, readonly Entry[]>> = {
  '/': [{ name: 'usr', kind: 'dir' }, { name: 'bin', kind: 'link' }, { name: 'home', kind: 'dir' }, { name: 'logs', kind: 'dir' }, { name: 'swap', kind: 'file' }],
  '/home': [{ name: 'ann', kind: 'dir' }, { name: 'prow', kind: 'dir' }],
  '/home/prow': [{ name: 'notes', kind: 'file' }],
};
test('folders on the way to a mount are taken apart, others shown as they are, and mounts come last, outer ones first', () => {
  const steps = layout([{ from: '/logs/a', to: '/v/a' }, { from: '/home/prow/go', to: '/v/go' }, { from: '/logs', to: '/v/logs' }], (dir) => tree[dir] ?? [], () => 'dir');
  expect(steps?.map((step) => `${step.kind} ${step.path}${step.kind === 'bind' && step.from !== step.path ? ` < ${step.from}` : ''}`)).toEqual([
    'dir /', 'bind /usr', 'link /bin', 'bind /swap', 'dir /home', 'bind /home/ann', 'dir /home/prow', 'bind /home/prow/notes', 'bind /logs < /v/logs', 'bind /logs/a < /v/a', 'bind /home/prow/go < /v/go',
  ]);
  expect(layout([{ from: '/home/x', to: '/v' }], (dir) => (dir === '/home' ? Array.from({ length: MOST_ENTRIES + 1 }, (_, n) => ({ name: `u${n}`, kind: 'dir' })) : []), () => 'dir')).toBeUndefined();
});

test('names with anything in them stay names', () => {
  expect(scriptOf([{ kind: 'bind', from: "/v/it's; rm", path: '/a b', type: 'dir' }], '/r')).toContain(`mkdir -p '/r/a b' && mount --rbind '/v/it'\\''s; rm' '/r/a b'`);
});

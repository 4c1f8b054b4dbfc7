// `npm run kube-assets`: makes a folder with `etcd` and `kube-apiserver`, against which the soak tier checks the Kubernetes adapter and the
// embedded cluster, and prints its path. etcd is the machine's or Debian's package; kube-apiserver is built by Go from its published
// modules (test/kube), once for each version of that folder. What it makes lies outside of the tree, in the user's cache.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { has, needCommand, root, run, say } from './setup.mjs';

const source = join(root, 'test', 'kube');
const FILES = ['go.mod', 'go.sum', 'main.go'];
const BUILD_MINUTES = 30;
const [, version = ''] = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8')) ?? [];
// What Kubernetes' own build writes into the binary: clients look at it.
const LDFLAGS = ['-s', '-w', `-X k8s.io/component-base/version.gitVersion=v${version}`, `-X k8s.io/component-base/version.gitMajor=${version.split('.')[0]}`, `-X k8s.io/component-base/version.gitMinor=${version.split('.')[1]}`].join(' ');

/** The folder where the binaries of this version of test/kube belong, whether they are there or not. */
export function assetsFolder() {
  if (process.env.KUBEBUILDER_ASSETS) return process.env.KUBEBUILDER_ASSETS;
  const hash = createHash('sha256');
  hash.update(LDFLAGS);
  for (const file of FILES) hash.update(readFileSync(join(source, file)));
  const { XDG_CACHE_HOME: home = '' } = process.env;
  const cache = isAbsolute(home) ? home : join(homedir(), '.cache');
  return join(cache, 'prow', 'kube-assets', hash.digest('hex').slice(0, 16));
}

/** Whether both binaries are in the folder. */
export function complete(folder) {
  return ['etcd', 'kube-apiserver'].every((name) => existsSync(join(folder, name)));
}

class Missing extends Error {}

function fail(text) {
  throw new Missing(text);
}

/** Puts a file in its place whole, so that nobody ever sees half of it. */
function place(from, to) {
  const half = `${to}.${process.pid}`;
  copyFileSync(from, half);
  chmodSync(half, 0o755);
  renameSync(half, to);
}

function findEtcd(work) {
  if (has('etcd')) return realpathSync(spawnSync('sh', ['-c', 'command -v etcd'], { encoding: 'utf8' }).stdout.trim());
  if (has('apt-get') && has('dpkg-deb')) {
    // Unpacked, not installed: the package would start a service.
    say('fetching etcd-server with the machine\'s package manager');
    const get = () => run('apt-get', ['download', '-q', 'etcd-server'], { cwd: work, stdio: 'ignore' }).code === 0;
    if (get() || (run('apt-get', ['update', '-q'], { stdio: 'ignore' }).code === 0 && get())) {
      const deb = readdirSync(work).find((name) => name.startsWith('etcd-server') && name.endsWith('.deb'));
      const unpacked = join(work, 'etcd');
      if (deb && run('dpkg-deb', ['-x', join(work, deb), unpacked]).code === 0) return join(unpacked, 'usr', 'bin', 'etcd');
    }
  }
  if (!has('apt-get') && needCommand('etcd', 'etcd')) return realpathSync(spawnSync('sh', ['-c', 'command -v etcd'], { encoding: 'utf8' }).stdout.trim());
  return fail('etcd is missing: install it with your package manager (Debian and Ubuntu: etcd-server), or name a folder with etcd and kube-apiserver in KUBEBUILDER_ASSETS');
}

function buildApiServer(to) {
  const found = has('go') ? spawnSync('go', ['env', 'GOVERSION'], { cwd: tmpdir(), encoding: 'utf8' }).stdout.trim() : '';
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(found) ?? []).map(Number);
  if (major < 1 || (major === 1 && minor < 26)) fail(`Go 1.26 or newer builds kube-apiserver; this is ${found || 'a machine without Go'}. Or name a folder with etcd and kube-apiserver in KUBEBUILDER_ASSETS`);
  say('building kube-apiserver (some minutes the first time)');
  const { code } = run('go', ['build', '-trimpath', '-buildvcs=false', `-ldflags=${LDFLAGS}`, '-o', to, '.'], {
    cwd: source,
    stdio: ['ignore', process.stderr, process.stderr],
    timeout: BUILD_MINUTES * 60_000,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
  });
  if (code !== 0) fail('kube-apiserver could not be built, see above');
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const folder = assetsFolder();
  if (!complete(folder)) {
    const work = mkdtempSync(join(tmpdir(), 'prow-kube-assets-'));
    try {
      mkdirSync(folder, { recursive: true });
      if (!existsSync(join(folder, 'etcd'))) place(findEtcd(work), join(folder, 'etcd'));
      if (!existsSync(join(folder, 'kube-apiserver'))) {
        buildApiServer(join(work, 'kube-apiserver'));
        place(join(work, 'kube-apiserver'), join(folder, 'kube-apiserver'));
      }
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.error(error.message);
      process.exitCode = 2;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  if (complete(folder)) console.log(folder);
}

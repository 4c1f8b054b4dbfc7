// `npm run storage-servers`: finds the servers against which the soak tier checks the storage of S3 and Google Cloud Storage and reports to
// Pub/Sub, or has Go build them into the folder where Go keeps programs, and prints their paths. (Azure's is a package of npm.) Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { goBin, goProblem } from './helm.mjs';
import { has, root, run, say } from './setup.mjs';

const FLAGS = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
const VERSITYGW = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const FAKE_GCS = 'github.com/fsouza/fake-gcs-server@v1.56.1';
/** How each is built; Pub/Sub's is a few lines of our own around Google's (test/pubsub). */
const SERVERS = {
  versitygw: { args: ['install', ...FLAGS, VERSITYGW], cwd: tmpdir(), goflags: '' },
  'fake-gcs-server': { args: ['install', ...FLAGS, FAKE_GCS], cwd: tmpdir(), goflags: '' },
  'prow-test-pubsub': { args: ['build', ...FLAGS, '-o', join(goBin(), 'prow-test-pubsub'), '.'], cwd: join(root, 'test', 'pubsub'), goflags: '-mod=readonly' },
};
const BUILD_MINUTES = 20;

/** The path of one of the servers on this machine; undefined when it has none. */
export function findServer(name) {
  if (has(name)) return spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  return [join(goBin(), name), join(homedir(), 'go', 'bin', name)].find((path) => existsSync(path));
}

/** Builds one where Go is; returns what is in the way, or undefined. */
function build(name) {
  const problem = goProblem();
  if (problem !== undefined) return problem;
  say(`building ${name} (a minute or two the first time)`);
  const { args, cwd, goflags } = SERVERS[name];
  const { code } = run('go', args, {
    cwd, stdio: ['ignore', process.stderr, process.stderr], timeout: BUILD_MINUTES * 60_000, env: { ...process.env, GOBIN: goBin(), GOFLAGS: goflags, CGO_ENABLED: '0' },
  });
  return code === 0 ? undefined : `${name} could not be built, see above`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  for (const name of Object.keys(SERVERS)) {
    const problem = findServer(name) === undefined ? build(name) : undefined;
    if (problem === undefined) console.log(findServer(name));
    else {
      console.error(`${problem}. Only the storage tests of the soak tier need it`);
      process.exitCode = 2;
    }
  }
}

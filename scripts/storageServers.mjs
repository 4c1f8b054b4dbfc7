// `npm run storage-servers`: finds the servers against which the soak tier checks the storage of S3 and Google Cloud Storage, or has Go build
// them into the folder where Go keeps programs, and prints their paths. (Azure's is a package of npm.) Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { goBin, goProblem } from './helm.mjs';
import { has, run, say } from './setup.mjs';

const SERVERS = { versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0', 'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1' };
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
  const { code } = run('go', ['install', '-trimpath', '-ldflags=-s -w', SERVERS[name]], {
    cwd: tmpdir(), stdio: ['ignore', process.stderr, process.stderr], timeout: BUILD_MINUTES * 60_000, env: { ...process.env, GOBIN: goBin(), GOFLAGS: '', CGO_ENABLED: '0' },
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

// `npm run helm`: finds Helm, with which the chart is installed and tested, or has Go build it into the folder where Go keeps programs,
// and prints its path. Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { has, run, say } from './setup.mjs';

const VERSION = 'v3.22.0';
const GO_NEEDED = [1, 26];
const BUILD_MINUTES = 20;

/** Where `go install` puts programs. */
export function goBin() {
  if (process.env.GOBIN) return process.env.GOBIN;
  return join((process.env.GOPATH ?? '').split(':')[0] || join(homedir(), 'go'), 'bin');
}

/** The path of Helm on this machine; undefined when it has none. */
export function findHelm() {
  if (has('helm')) return spawnSync('sh', ['-c', 'command -v helm'], { encoding: 'utf8' }).stdout.trim();
  return [join(goBin(), 'helm'), join(homedir(), 'go', 'bin', 'helm')].find((path) => existsSync(path));
}

/** Why this machine's Go builds nothing; undefined when it does. */
export function goProblem() {
  const found = has('go') ? spawnSync('go', ['env', 'GOVERSION'], { cwd: tmpdir(), encoding: 'utf8' }).stdout.trim() : '';
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(found) ?? []).map(Number);
  if (major < GO_NEEDED[0] || (major === GO_NEEDED[0] && minor < GO_NEEDED[1])) return `Go ${GO_NEEDED.join('.')} or newer builds it; this is ${found || 'a machine without Go'}`;
  return undefined;
}

/** Builds Helm where Go is; returns what is in the way, or undefined. */
function build() {
  const problem = goProblem();
  if (problem !== undefined) return problem;
  say(`building Helm ${VERSION} (some minutes the first time)`);
  const { code } = run('go', ['install', '-trimpath', '-ldflags=-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
    cwd: tmpdir(), stdio: ['ignore', process.stderr, process.stderr], timeout: BUILD_MINUTES * 60_000, env: { ...process.env, GOBIN: goBin(), GOFLAGS: '', CGO_ENABLED: '0' },
  });
  return code === 0 ? undefined : 'Helm could not be built, see above';
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const problem = findHelm() === undefined ? build() : undefined;
  if (problem === undefined) console.log(findHelm());
  else {
    console.error(`${problem}. Install it otherwise, or go without: only the tests of the chart need it`);
    process.exitCode = 2;
  }
}

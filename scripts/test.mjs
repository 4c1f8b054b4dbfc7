// `npm test`: all set-up, then lint, types, and the tests (unit, layers, story, contract, browser). `npm run test:soak`: the second tier.
// Ends with one line, "N passed, N failed".
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetsFolder, complete } from './kubeAssets.mjs';
import { findServer } from './storageServers.mjs';
import { has, needCommand, needDependencies, needGit, needNode, needRedis, run, say } from './setup.mjs';

const soak = process.argv.includes('--soak');
const only = process.argv.slice(2).filter((arg) => arg !== '--soak');
needNode();
needGit();
needRedis();
needDependencies();
if (!soak && !has('chromium') && !needCommand('chromium', 'chromium')) say('skipped: browser tests, because chromium is not installed (Debian: apt-get install chromium)');
// The soak tier checks the contract of Kubernetes with a real API server, where `npm run kube-assets` has made one; PROW_NEED_KUBE=1 says that it must.
if (soak && !complete(assetsFolder())) say(process.env.PROW_NEED_KUBE === '1' ? 'kube-apiserver is missing: run `npm run kube-assets`' : 'skipped: tests with kube-apiserver, because `npm run kube-assets` has not been run (needs Go 1.26)');
if (soak) for (const name of ['versitygw', 'fake-gcs-server', 'prow-test-pubsub']) if (findServer(name) === undefined) say(`skipped: tests with ${name}, because \`npm run storage-servers\` has not been run (needs Go 1.26)`);

let passed = 0;
let failed = 0;
function step(name, command, args) {
  say(name);
  const begun = Date.now();
  const { code } = run(command, args);
  say(`${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - begun) / 1000)} s`);
  if (code === 0) passed++;
  else failed++;
}

if (!soak && only.length === 0) {
  step('lint', process.execPath, [join('node_modules', 'eslint', 'bin', 'eslint.js'), '.']);
  step('types', process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']);
}
const dir = mkdtempSync(join(tmpdir(), 'prow-test-'));
const report = join(dir, 'jest.json');
say(soak ? 'soak tests' : 'tests');
const { code } = run(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js'), '--json', `--outputFile=${report}`, ...(soak ? ['--runInBand'] : []), ...only],
  { env: { ...process.env, ...(soak ? { PROW_TIER: 'soak' } : {}) }, stdio: ['ignore', 'ignore', 'inherit'] },
);
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (result.numPendingTests) say(`${result.numPendingTests} tests skipped, as said above`);
} else if (code !== 0) failed++;
rmSync(dir, { recursive: true, force: true });
if (code !== 0 && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

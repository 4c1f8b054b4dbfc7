// Plays the black-box scenarios (CONFORMANCE_DIR, or ../shared/conformance beside the checkout) against `prow serve`.
// Says so and passes where the folder is absent. At least 90 % of the scenarios must have the expected outcome.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { needDependencies, needGit, needNode, needRedis, root, say } from './setup.mjs';

const dir = resolve(process.env.CONFORMANCE_DIR ?? join(root, '..', 'shared', 'conformance'));
if (!existsSync(join(dir, 'check.mjs'))) {
  say(`skipped: the conformance scenarios, because there is no folder ${process.env.CONFORMANCE_DIR ? 'CONFORMANCE_DIR' : '../shared/conformance'}`);
  process.exit(0);
}
needNode();
needGit();
needRedis();
needDependencies();
const only = process.argv[2] ?? '^(approve|assign|blockade|blunderbuss|cla|dco|help|hold|inrepo|invalidcommitmsg|label|lgtm|lifecycle|merge-method-comment|mergecommitblocker|milestone|milestoneapplier|milestonestatus|override|owners-label|push|release-note|require-matching-label|retitle|rifle|size|skip|together|trigger|verify-owners|wip)/';
const flags = [
  '--config-path {config}', '--job-config-path {jobs}', '--plugin-config {plugins}', '--hmac-secret-file {hmac}', '--github-endpoint {github}', '--github-graphql-endpoint {graphql}',
  '--github-app-id {appId}', '--github-app-private-key-path {appKey}', '--kubeconfig {kubeconfig}', '--port {port}', '--metrics-port {metricsPort}', '--components hook', '--state-dir {dir}/state',
];
const done = spawnSync(process.execPath, [join(dir, 'check.mjs'), '--only', only, '--jobs', '2'], {
  cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OURS_CWD: root, OURS_CMD: `bin/prow serve ${flags.join(' ')}` },
});
process.stdout.write(done.stdout ?? '');
// The outcomes that differ are listed above by check.mjs itself; docs/differences.md says which are on purpose.
const [, same, all] = /(\d+) of (\d+) scenarios the same/.exec(done.stdout ?? '') ?? [];
if (all === undefined || Number(all) === 0) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const enough = Number(same) >= 0.9 * Number(all);
say(`conformance: ${same} of ${all} scenarios with upstream's outcome; at least 90 % are required`);
console.log(enough ? `${same} passed, 0 failed` : `${same} passed, ${Number(all) - Number(same)} failed`);
process.exit(enough ? 0 : 1);

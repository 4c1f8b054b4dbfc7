import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { commandOf, folder, git, origin, specOf, start, type Ended, type Folder } from './support/utilities.js';

/**
 * The containers of a decorated pod, one after the other as the kubelet runs them: init containers first, then the job's and the
 * sidecar together. Paths are already those of this machine.
 */
async function runPod(place: Folder, { refs, script, secrets = {}, decoration = {} }: { refs: object; script: string; secrets?: Readonly<Record<string, string>>; decoration?: object }): Promise<Readonly<Record<string, Ended>>> {
  const upload = { bucket: `file://${place.path('bucket')}`, path_strategy: 'explicit', dry_run: false };
  const [logs, tools, code] = ['logs', 'tools', 'code'].map((name) => place.path(name));
  const entry = { args: ['/bin/sh', '-c', script], container_name: 'test', process_log: `${logs}/process-log.txt`, marker_file: `${logs}/marker-file.txt`, metadata_file: `${logs}/artifacts/metadata.json` };
  for (const path of ['logs', 'tools', 'code', 'home', 'tmp', 'secrets']) await mkdir(place.path(path));
  for (const [name, value] of Object.entries(secrets)) await writeFile(place.path('secrets', name), value);
  const JOB_SPEC = specOf('presubmit', { refs, decoration_config: decoration });
  const env = { HOME: place.path('home'), TMPDIR: place.path('tmp'), PROW_MOUNTS: JSON.stringify({ '/logs': logs, '/tools': tools, '/home/prow/go': code, '/tmp': place.path('tmp') }) };
  const ended: Record<string, Ended> = {};
  const init = async (name: string, image: string, more: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<boolean> => {
    const how = await start([...commandOf(image), ...args], { env: { ...env, ...more } }).ended;
    ended[name] = how;
    return how.code === 0;
  };
  const ready = await init('clonerefs', 'clonerefs', { CLONEREFS_OPTIONS: JSON.stringify({ src_root: code, log: `${logs}/clone.json`, git_user_name: 'ci-robot', git_user_email: 'ci-robot@k8s.io', refs: [refs], github_api_endpoints: ['https://api.github.com'] }) })
    && (await init('initupload', 'initupload', { INITUPLOAD_OPTIONS: JSON.stringify({ ...upload, log: `${logs}/clone.json` }), JOB_SPEC }))
    && (await init('place-entrypoint', 'entrypoint', {}, ['--copy-mode-only']));
  if (!ready) return ended;
  const { PROW_MOUNTS: _none, ...user } = env;
  const [job, sidecar] = await Promise.all([
    start([`${tools}/entrypoint`], { cwd: `${code}/src/github.com/org/repo`, env: { ...user, JOB_SPEC, ARTIFACTS: `${logs}/artifacts`, ENTRYPOINT_OPTIONS: JSON.stringify({ timeout: 7.2e12, grace_period: 1.5e10, artifact_dir: `${logs}/artifacts`, ...entry }) } }).ended,
    start(commandOf('sidecar'), { env: { ...env, JOB_SPEC, SIDECAR_OPTIONS: JSON.stringify({ gcs_options: { items: [`${logs}/artifacts`], ...upload }, entries: [entry], censoring_options: { secret_directories: [place.path('secrets')] } }) } }).ended,
  ]);
  return { ...ended, test: job, sidecar };
}

const at = 'bucket/pr-logs/pull/org_repo/7/job/1234567890123456789';

test('a decorated pod leaves what a job leaves', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const head = await repo.commit('feature', { 'check.sh': 'echo checked $1 >&2\n' }, repo.base);
  const refs = { org: 'org', repo: 'repo', base_ref: 'main', base_sha: repo.base, pulls: [{ number: 7, author: 'a', sha: head }], clone_uri: repo.uri };
  const ended = await runPod(place, { refs, secrets: { token: 'sesame-open\n' }, script: 'sh check.sh sesame-open; mkdir $ARTIFACTS/junit; echo "<testsuite/>" > $ARTIFACTS/junit/junit.xml; echo "{\\"cluster\\": \\"a\\"}" > $ARTIFACTS/metadata.json; ls' });
  expect(Object.entries(ended).map(([name, { code }]) => [name, code])).toEqual([['clonerefs', 0], ['initupload', 0], ['place-entrypoint', 0], ['test', 0], ['sidecar', 0]]);
  expect(await place.tree('bucket')).toEqual([
    'pr-logs/directory/job/1234567890123456789.txt', 'pr-logs/directory/job/latest-build.txt',
    ...['artifacts/junit/junit.xml', 'artifacts/metadata.json', 'build-log.txt', 'clone-log.txt', 'clone-records.json', 'finished.json', 'sidecar-logs.json', 'started.json'].map((name) => `pr-logs/pull/org_repo/7/job/1234567890123456789/${name}`),
    'pr-logs/pull/org_repo/7/job/latest-build.txt',
  ]);
  const merged = await git(place.path('code/src/github.com/org/repo'), 'rev-parse', 'HEAD');
  expect(await place.json(`${at}/started.json`)).toEqual({ timestamp: expect.any(Number), pull: '7', repos: { 'org/repo': `main:${repo.base},7:${head}` }, 'repo-commit': merged, 'repo-version': merged });
  expect(await place.json(`${at}/finished.json`)).toEqual({ timestamp: expect.any(Number), passed: true, result: 'SUCCESS', metadata: { cluster: 'a' }, revision: head });
  expect(await place.text(`${at}/build-log.txt`)).toBe('checked XXXXXXXXXXX\nREADME.md\ncheck.sh\ndocs\n');
  expect(await place.json(`${at}/clone-records.json`)).toMatchObject([{ refs, final_sha: merged }]);
  expect(await place.text(`${at}/clone-log.txt`)).toContain(`# Final commit: ${merged}`);
  expect(await place.text('bucket/pr-logs/directory/job/1234567890123456789.txt')).toBe(`file://${place.path(at)}`);
});

test('a job that fails', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const head = await repo.commit('feature', { 'a.txt': 'a\n' }, repo.base);
  const ended = await runPod(place, { refs: { org: 'org', repo: 'repo', base_ref: 'main', pulls: [{ number: 7, author: 'a', sha: head, ref: 'feature' }], clone_uri: repo.uri }, script: 'echo no good; exit 3' });
  expect([ended.test?.code, ended.sidecar?.code]).toEqual([3, 0]);
  expect(await place.json(`${at}/finished.json`)).toMatchObject({ passed: false, result: 'FAILURE' });
  expect(await place.text(`${at}/build-log.txt`)).toMatch(/^no good\n.*"component":"entrypoint".*exit code 3/);
});

test('a pull request in conflict ends before the job, and its log tells', async () => {
  await using place = await folder();
  const repo = await origin(place, 'repo');
  const head = await repo.commit('feature', { 'README.md': 'mine\n' }, repo.base);
  const base = await repo.commit('main', { 'README.md': 'theirs\n' }, repo.base);
  const ended = await runPod(place, { refs: { org: 'org', repo: 'repo', base_ref: 'main', base_sha: base, pulls: [{ number: 7, author: 'a', sha: head }], clone_uri: repo.uri }, script: 'echo never' });
  expect(Object.entries(ended).map(([name, { code }]) => [name, code])).toEqual([['clonerefs', 0], ['initupload', 1]]);
  expect(await place.tree(at)).toEqual(['build-log.txt', 'clone-log.txt', 'clone-records.json', 'finished.json', 'started.json']);
  expect(await place.json(`${at}/finished.json`)).toMatchObject({ passed: false, result: 'FAILURE' });
  expect(await place.text(`${at}/build-log.txt`)).toContain('CONFLICT (content): Merge conflict in README.md');
  expect(await place.json(`${at}/started.json`)).toMatchObject({ 'repo-commit': head });
});

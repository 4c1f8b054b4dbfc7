import { access, readFile, stat } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { folder, start, startUtility, type Folder, type Process } from './support/utilities.js';

const NANOS = 1e9;
const optionsIn = (place: Folder, args: readonly string[], more: object = {}): object => ({
  timeout: 0, grace_period: 0, artifact_dir: place.path('artifacts'), args, container_name: 'test', process_log: place.path('process-log.txt'), marker_file: place.path('marker-file.txt'), metadata_file: place.path('artifacts/metadata.json'), ...more,
});
const run = (place: Folder, args: readonly string[], more: object = {}, env: Readonly<Record<string, string>> = {}): Process => startUtility('entrypoint', { options: optionsIn(place, args, more), env });
const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];
const alive = (pid: number): boolean => {
  try { return process.kill(pid, 0); } catch { return false; }
};
const says = (process: Process, text: string): Promise<true> => eventually(text, () => process.out().includes(text));

test.each<{ name: string; args: readonly string[]; more?: object; marker: string; code: number; log?: RegExp }>([
  { name: 'success', args: shell('echo fine'), marker: '0', code: 0, log: /^fine\n$/ },
  { name: 'its own code', args: shell('echo bad >&2; exit 12'), marker: '12', code: 12, log: /^bad\n/ },
  { name: 'ended by a signal', args: shell('kill -9 $$'), marker: '-1', code: 255, log: /ended by a signal/ },
  { name: 'an unknown program', args: ['no-such-program'], marker: '127', code: 127, log: /no-such-program: not found in PATH/ },
  { name: 'a program that may not run', args: ['/etc/passwd'], marker: '127', code: 127, log: /permission denied/ },
  { name: 'timeout', args: ['sleep', '60'], more: { timeout: 0.2 * NANOS }, marker: '127', code: 127, log: /"reason":"timeout".*timed out after 200ms/ },
  { name: 'timeout of one who does not listen', args: shell("trap '' INT; sleep 60 & wait; wait; wait"), more: { timeout: 0.2 * NANOS, grace_period: 0.2 * NANOS }, marker: '127', code: 127, log: /grace period of 200ms/ },
  { name: 'timeout, code passed on', args: shell("trap 'exit 3' INT; sleep 60 & wait"), more: { timeout: 0.2 * NANOS, propagate_error_code: true }, marker: '3', code: 3 },
  { name: 'failure that counts as none', args: shell('exit 4'), more: { always_zero: true }, marker: '4', code: 0 },
])('the end of a process: $name', async ({ args, more, marker, code, log }) => {
  await using place = await folder();
  const ended = await run(place, args, more).ended;
  expect(await place.text('marker-file.txt')).toBe(marker);
  expect(ended.code).toBe(code);
  const written = await place.text('process-log.txt');
  if (log) expect(written).toMatch(log);
  expect(ended.out).toBe(written);
  expect((await stat(place.path('marker-file.txt'))).mode & 0o777).toBe(0o777);
  expect((await stat(place.path('artifacts'))).isDirectory()).toBe(true);
  expect((await place.tree()).filter((name) => !name.endsWith('.alive'))).toEqual(['marker-file.txt', 'process-log.txt']);
});

test.each<{ signal: NodeJS.Signals; more?: object; script: string; marker: string }>([
  { signal: 'SIGTERM', script: "trap 'exit 3' INT; echo ready; sleep 60 & wait", marker: '130' },
  { signal: 'SIGINT', script: "trap 'exit 3' INT; echo ready; sleep 60 & wait", marker: '130' },
  { signal: 'SIGTERM', more: { propagate_error_code: true }, script: "trap 'exit 3' INT TERM; echo ready; sleep 60 & wait", marker: '3' },
  { signal: 'SIGTERM', more: { grace_period: 0.2 * NANOS }, script: "trap '' INT TERM; echo ready; while :; do sleep 60; done", marker: '130' },
])('$signal with $more is passed on: marker $marker', async ({ signal, more, script, marker }) => {
  await using place = await folder();
  const process = run(place, shell(script), more);
  await says(process, 'ready');
  process.kill(signal);
  expect((await process.ended).code).toBe(Number(marker));
  expect(await place.text('marker-file.txt')).toBe(marker);
  expect(await place.text('process-log.txt')).toContain(`got ${signal}`);
});

test('signals reach the whole group, and nobody stays behind', async () => {
  await using place = await folder();
  const process = run(place, shell("(trap 'echo inner interrupted; exit' INT; sleep 60 & wait) & echo pid $!; trap '' INT TERM; wait; wait"));
  await says(process, 'pid ');
  process.kill('SIGTERM');
  await process.ended;
  const pid = Number(/pid (\d+)/.exec(process.out())?.[1]);
  await eventually('the end of the inner process', () => !alive(pid));
});

test('a process left behind ends with the first one, and does not hold it up', async () => {
  await using place = await folder();
  const ended = await run(place, shell('sleep 600 & echo pid $!')).ended;
  expect(ended.code).toBe(0);
  const pid = Number(/pid (\d+)/.exec(ended.out)?.[1]);
  await eventually('the end of the process left behind', () => !alive(pid));
});

test('when entrypoint is killed its process dies as well', async () => {
  await using place = await folder();
  const process = run(place, shell('echo pid $$; sleep 600'));
  await says(process, 'pid ');
  process.kill('SIGKILL');
  await process.ended;
  const pid = Number(/pid (\d+)/.exec(process.out())?.[1]);
  await eventually('the end of the process', () => !alive(pid));
});

test('output keeps its order and can be opened by name', async () => {
  await using place = await folder();
  const lines = Array.from({ length: 200 }, (_, at) => `line ${String(at)}`);
  const ended = await run(place, shell('n=0; while [ $n -lt 200 ]; do if [ $((n % 2)) = 0 ]; then echo line $n; else echo line $n >&2; fi; n=$((n+1)); done; echo a > /dev/stdout; echo b | tee /dev/stderr')).ended;
  expect(ended.out).toBe(`${[...lines, 'a', 'b', 'b'].join('\n')}\n`);
  expect(await place.text('process-log.txt')).toBe(ended.out);
});

test.each<{ before: string; marker: string; ran: boolean }>([{ before: '0', marker: '0', ran: true }, { before: '1', marker: '1130', ran: false }, { before: 'x', marker: '127', ran: false }])('after a step with marker $before', async ({ before, marker, ran }) => {
  await using place = await folder();
  const process = run(place, shell('echo ran > artifacts.txt'), { previous_marker: place.path('before.txt'), args: ['/bin/sh', '-c', `echo ran > ${place.path('ran')}`] });
  await eventually('the log', () => access(place.path('process-log.txt')).then(() => true, () => undefined));
  expect(await access(place.path('marker-file.txt')).then(() => true, () => false)).toBe(false);
  await place.write('before.txt', before);
  await process.ended;
  expect(await place.text('marker-file.txt')).toBe(marker);
  expect(await access(place.path('ran')).then(() => true, () => false)).toBe(ran);
});

test.each<{ options: object; message: string }>([
  { options: { args: [], process_log: '/x', marker_file: '/y' }, message: 'args: no command to run' },
  { options: { args: ['a'], marker_file: '/y' }, message: 'ENTRYPOINT_OPTIONS: process_log: is missing' },
  { options: { args: ['a'], process_log: '/x', marker_file: 3 }, message: 'ENTRYPOINT_OPTIONS: marker_file: expected text, found 3' },
  { options: { args: ['a'], process_log: '/x', marker_file: '/y', propagate_error_code: true, always_zero: true }, message: 'propagate_error_code and always_zero exclude each other' },
  { options: { args: ['a'], process_log: '/x', marker_file: '/y', timeout: 'soon' }, message: 'timeout: expected a duration such as 1h30m' },
])('wrong options are one line: $message', async ({ options, message }) => {
  const { code, err } = await startUtility('entrypoint', { options }).ended;
  expect(code).toBe(1);
  expect(err).toContain(`entrypoint: ${message}`);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('the placed launcher runs in a container that has nothing, with flags as well', async () => {
  await using place = await folder();
  const placed = await startUtility('entrypoint', { args: ['--copy-mode-only'], env: { PROW_MOUNTS: JSON.stringify({ '/tools': place.path("it's tools") }) } }).ended;
  expect(placed).toMatchObject({ code: 0, err: '' });
  const launcher = place.path("it's tools", 'entrypoint');
  const ended = await start([launcher, `--process-log=${place.path('log.txt')}`, '--marker-file', place.path('marker.txt'), '--timeout=10s', '--', '/bin/sh', '-c', 'echo $NODE_OPTIONS; /usr/bin/env | /usr/bin/sort | /usr/bin/cut -d= -f1 | /usr/bin/tr "\\n" " "'], { env: { PATH: '/nowhere', NODE_OPTIONS: '--require /no/such/file.js' } }).ended;
  expect(ended.out).toBe('--require /no/such/file.js\nNODE_OPTIONS PATH PWD ');
  expect(await readFile(place.path('marker.txt'), 'utf8')).toBe('0');
});

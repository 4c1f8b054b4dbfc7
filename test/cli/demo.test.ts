import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planKills } from '../../src/cli/chaos.js';
import { readDemoOptions } from '../../src/cli/demo.js';
import { createNarrator } from '../../src/cli/narrator.js';
import { supervise, type Ended } from '../../src/cli/supervisor.js';
import { claimFolder, writeSecretly } from '../../src/demo/files.js';

let dir = '';
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'prow-demo-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

test('flags have defaults, and the environment of a real installation does not count', () => {
  expect(readDemoOptions([], { PORT: '80', STATE_DIR: '/srv' }, () => 0.5)).toMatchObject({ once: false, json: false, chaos: false, seed: 500_000, port: undefined, adminPort: undefined, latencyMs: 0 });
  expect(readDemoOptions(['--once', '--json', '--chaos', '--seed', '7', '--port=8000', '--latency', '50ms'], {}, () => 0)).toMatchObject({ once: true, json: true, chaos: true, seed: 7, port: 8_000, latencyMs: 50 });
});

test.each([['--port=70000', '--port: 70000 is no port'], ['--nope', 'unknown flag --nope'], ['story', 'unexpected argument "story"']])('%s is refused', (arg, message) => {
  expect(() => readDemoOptions([arg], {}, () => 0)).toThrow(message);
});

test('kills are distinct steps in order, the same for a seed', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 3, max: 20 }), (seed, steps) => {
    const plan = planKills({ seed, kills: 3, steps, withinMs: 1_000 });
    expect(plan).toEqual(planKills({ seed, kills: 3, steps, withinMs: 1_000 }));
    expect(new Set(plan.map(({ step }) => step)).size).toBe(3);
    expect(plan.map(({ step }) => step)).toEqual(plan.map(({ step }) => step).sort((a, b) => a - b));
    for (const { step, afterMs } of plan) expect(step >= 0 && step < steps && afterMs >= 0 && afterMs < 1_000).toBe(true);
  }));
});

test('what strangers write moves no cursor in the narration', () => {
  const lines: string[] = [];
  const narrator = createNarrator({ write: (line) => { lines.push(line); }, colours: false, now: () => 0 });
  narrator.act('nora', 'a\u001b[2Jb\nc');
  expect(lines).toEqual(['   0.0 s  nora  a [2Jb c']);
});

test('a folder that holds something else is left alone', () => {
  writeFileSync(join(dir, 'thesis.txt'), 'precious');
  expect(() => claimFolder(dir)).toThrow('holds something else');
  expect(readdirSync(dir)).toEqual(['thesis.txt']);
});

test('a folder of a former run is emptied, one of a run that goes on is not', () => {
  const state = join(dir, 'state');
  const release = claimFolder(state);
  mkdirSync(join(state, 'redis'));
  writeSecretly(state, { hmac: 'secret' });
  expect(statSync(join(state, 'hmac')).mode & 0o777).toBe(0o600);
  release();
  claimFolder(state);
  expect(readdirSync(state)).toEqual(['prow-demo']);
  writeFileSync(join(state, 'prow-demo'), `${process.ppid}\n`);
  expect(() => claimFolder(state)).toThrow(`process ${process.ppid} plays in`);
});

test('a process that dies is started again, and is gone after stop', async () => {
  const deaths: Ended[] = [];
  const logFile = join(dir, 'log');
  let died = (): void => {};
  const options = { name: 'one', command: process.execPath, args: ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'], env: {}, logFile, graceMs: 5_000, onDeath: (ended: Ended) => { deaths.push(ended); died(); } };
  const one = supervise(options);
  const first = one.pid;
  const death = new Promise<void>((resolve) => { died = resolve; });
  expect(one.kill()).toBe(true);
  await death;
  expect(deaths).toEqual([{ code: null, signal: 'SIGKILL' }]);
  while (one.pid === undefined) await new Promise((resolve) => { setImmediate(resolve); });
  expect(one.restarts).toBe(1);
  expect(one.pid).not.toBe(first);
  await one.stop();
  expect(one.pid).toBeUndefined();
  expect(one.kill()).toBe(false);
  expect(deaths).toHaveLength(1);
  expect(readFileSync(logFile, 'utf8')).toBeDefined();
});

test('stop also ends a process that waits to be started again', async () => {
  const ended = new Promise<void>((resolve) => {
    const one = supervise({ name: 'one', command: join(dir, 'missing'), args: [], env: {}, logFile: join(dir, 'log'), graceMs: 1_000, onDeath: () => { void one.stop().then(resolve); } });
  });
  await ended;
});

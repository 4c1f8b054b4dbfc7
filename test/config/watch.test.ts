import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../src/core/ports/log.js';
import { watchConfig, type Ticker } from '../../src/config/watch.js';

/** A ticker that ticks when it is told to. */
function handTicker() {
  let tick: () => Promise<void> = () => Promise.resolve();
  const state = { stopped: false };
  const every: Ticker = (call) => {
    tick = call;
    return { stop: () => { state.stopped = true; } };
  };
  return { every, state, tick: () => tick() };
}

async function temporary() {
  const path = await mkdtemp(join(tmpdir(), 'watch-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a change takes effect at the next tick; a broken version leaves the last good one in force and says why', async () => {
  await using folder = await temporary();
  const configPath = join(folder.path, 'config.yaml');
  await writeFile(configPath, 'tide: {blocker_label: one}\n');
  const ticker = handTicker();
  await using config = await watchConfig({ configPath }, { log: silentLog, every: ticker.every });
  const changes: string[] = [];
  config.onChange((now, before) => changes.push(`${before.prow.tide.blocker_label} -> ${now.prow.tide.blocker_label}`));
  const first = config.current();
  expect(first.prow.tide.blocker_label).toBe('one');

  await ticker.tick();
  expect(config.current()).toBe(first);

  await writeFile(configPath, 'tide: {blocker_label: [\n');
  await ticker.tick();
  expect(config.current()).toBe(first);
  expect(config.problem()).toMatch(/config\.yaml:\d+:\d+: /);
  expect(changes).toEqual([]);

  await writeFile(configPath, 'tide: {blocker_label: second}\n');
  await ticker.tick();
  expect(config.current().prow.tide.blocker_label).toBe('second');
  expect(config.problem()).toBeUndefined();
  expect(config.current().revision).not.toBe(first.revision);
  expect(changes).toEqual(['one -> second']);
  // Who started with the first one keeps it.
  expect(first.prow.tide.blocker_label).toBe('one');
});

test('files of the job folder are followed, too: added, removed, swapped by a link as a ConfigMap does', async () => {
  await using folder = await temporary();
  const at = (name: string) => join(folder.path, name);
  const job = (name: string) => `presubmits: {o/r: [{name: ${name}, spec: {containers: [{}]}}]}\n`;
  await writeFile(at('config.yaml'), '');
  await mkdir(at('jobs/..one'), { recursive: true });
  await mkdir(at('jobs/..two'));
  await writeFile(at('jobs/..one/a.yaml'), job('one'));
  await writeFile(at('jobs/..two/a.yaml'), job('two'));
  await symlink('..one', at('jobs/..data'));
  await symlink('..data/a.yaml', at('jobs/a.yaml'));
  const ticker = handTicker();
  await using config = await watchConfig({ configPath: at('config.yaml'), jobConfigPath: at('jobs') }, { log: silentLog, every: ticker.every });
  const names = () => config.current().presubmits({ org: 'o', name: 'r' }).map(({ name }) => name);
  expect(names()).toEqual(['one']);

  await symlink('..two', at('jobs/..new'));
  await rename(at('jobs/..new'), at('jobs/..data'));
  await ticker.tick();
  expect(names()).toEqual(['two']);

  await writeFile(at('jobs/b.yaml'), job('three'));
  await ticker.tick();
  expect(names()).toEqual(['two', 'three']);

  await rm(at('jobs/b.yaml'));
  await ticker.tick();
  expect(names()).toEqual(['two']);
});

test('the first load must succeed, and the end stops the ticker', async () => {
  await using folder = await temporary();
  const configPath = join(folder.path, 'config.yaml');
  await writeFile(configPath, '[');
  const ticker = handTicker();
  await expect(watchConfig({ configPath }, { log: silentLog, every: ticker.every })).rejects.toThrow(/config\.yaml:1:/);
  await writeFile(configPath, '');
  const config = await watchConfig({ configPath }, { log: silentLog, every: ticker.every });
  await config[Symbol.asyncDispose]();
  expect(ticker.state.stopped).toBe(true);
});

test('what changes while files are read shows at the next look; a listener that fails stops nobody', async () => {
  await using folder = await temporary();
  const at = (name: string) => join(folder.path, name);
  const job = (name: string) => `presubmits: {o/r: [{name: ${name}, spec: {containers: [{}]}}]}\n`;
  await mkdir(at('jobs'));
  await writeFile(at('config.yaml'), '');
  for (const name of ['a', 'b']) await writeFile(at(`jobs/${name}.yaml`), job(`${name}1`));
  let during: () => void = () => undefined;
  const readFile = (path: string): Buffer => {
    const bytes = readFileSync(path);
    if (path.endsWith('b.yaml')) during();
    return bytes;
  };
  const ticker = handTicker();
  await using config = await watchConfig({ configPath: at('config.yaml'), jobConfigPath: at('jobs') }, { log: silentLog, every: ticker.every, readFile, cacheDir: at('cache') });
  const names = () => config.current().presubmits({ org: 'o', name: 'r' }).map(({ name }) => name);
  const seen: string[][] = [];
  config.onChange(() => { throw new Error('a listener that fails'); });
  config.onChange(() => { seen.push(names()); });

  await writeFile(at('jobs/b.yaml'), job('b2'));
  during = () => {
    during = () => undefined;
    writeFileSync(at('jobs/a.yaml'), job('a2'));
    writeFileSync(at('jobs/b.yaml'), job('b3'));
  };
  await Promise.all([ticker.tick(), ticker.tick()]);
  expect(names()).toEqual(['a2', 'b3']);
  expect(seen).toEqual([['a1', 'b2'], ['a2', 'b3']]);
  expect(config.problem()).toBeUndefined();
});

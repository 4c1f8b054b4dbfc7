import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { secretFile } from '../../src/adapters/secrets.js';
import { silentLog, type Log } from '../../src/core/ports/log.js';

function setUp(text: string) {
  const dir = mkdtempSync(join(tmpdir(), 'prow-secret-'));
  const path = join(dir, 'token');
  writeFileSync(path, text);
  let now = 1_000_000;
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (_fields, message) => void errors.push(message) };
  let written = 0;
  return {
    path,
    errors,
    deps: { clock: { now: () => now }, log, parse: (content: string) => { if (content.includes('bad')) throw new Error('bad'); return content; } },
    pass: (ms: number) => void (now += ms),
    /** Writes with a time of its own. */
    write(content: string, at = ++written) {
      writeFileSync(path, content);
      utimesSync(path, at, at);
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}

test('a secret is trimmed, and read again once its file changed', () => {
  using world = setUp(' one\n');
  const secret = secretFile(world.path, world.deps);
  expect(secret.value()).toBe('one');
  world.write('two\n');
  expect(secret.value()).toBe('one');
  world.pass(1_000);
  expect(secret.value()).toBe('two');
});

test('content that cannot be read or parsed leaves the old value, is logged once, and mends', () => {
  using world = setUp('one');
  const secret = secretFile(world.path, world.deps);
  world.write('bad');
  world.pass(1_000);
  expect(secret.value()).toBe('one');
  rmSync(world.path);
  world.pass(1_000);
  expect(secret.value()).toBe('one');
  expect(world.errors).toHaveLength(1);
  expect(secret.broken()).toBe(true);
  world.write('three');
  world.pass(1_000);
  expect(secret.broken()).toBe(false);
  expect(secret.value()).toBe('three');
});

test('a file whose time never changes is read after 600 looks', () => {
  using world = setUp('one');
  world.write('one', 77);
  const secret = secretFile(world.path, world.deps);
  world.write('two', 77);
  for (let n = 0; n < 599; n++) {
    world.pass(1_000);
    expect(secret.value()).toBe('one');
  }
  world.pass(1_000);
  expect(secret.value()).toBe('two');
});

test('a link that is swapped, as mounted volumes are, is followed', () => {
  using world = setUp('one');
  const link = `${world.path}-link`;
  symlinkSync(world.path, link);
  const secret = secretFile(link, world.deps);
  const other = `${world.path}-other`;
  writeFileSync(other, 'two');
  utimesSync(other, 5, 5);
  symlinkSync(other, `${link}-new`);
  renameSync(`${link}-new`, link);
  world.pass(1_000);
  expect(secret.value()).toBe('two');
});

test('a secret that is missing at start is an error that names the file', () => {
  using world = setUp('one');
  expect(() => secretFile(`${world.path}-none`, world.deps)).toThrow(`${world.path}-none`);
});

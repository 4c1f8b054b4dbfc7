import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { localStorage } from '../../../src/adapters/storage/local.js';
import { createStorage } from '../../../src/adapters/storage/storage.js';
import type { Storage } from '../../../src/core/ports/storage.js';

const { signal } = new AbortController();
let dir: string;
let storage: Storage;
const at = (path: string): string => pathToFileURL(join(dir, 'root', path)).href;
const text = async (path: string, range: Readonly<{ start?: number; end?: number }> = {}): Promise<string | undefined> => {
  const bytes = await storage.read(at(path), { signal, ...range });
  return bytes && Buffer.from(bytes).toString('utf8');
};

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'prow-storage-')));
  mkdirSync(join(dir, 'root'));
  writeFileSync(join(dir, 'secret'), 'secret');
  storage = createStorage(new Map([['file', localStorage({ roots: [join(dir, 'root')] })]]));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what was written is read, whole and in parts', async () => {
  expect(await storage.write(at('a b/ü.txt'), 'hello world', { signal })).toBe('written');
  expect(await text('a b/ü.txt')).toBe('hello world');
  expect(await Promise.all([{ start: 6 }, { end: 5 }, { start: -3 }, { start: -99 }, { start: 3, end: 4 }, { start: 20 }].map((range) => text('a b/ü.txt', range)))).toEqual(['world', 'hello', 'rld', 'hello world', 'l', '']);
  expect(await storage.stat(at('a b/ü.txt'), { signal })).toMatchObject({ at: at('a b/ü.txt'), size: 11 });
});

test('what is not there', async () => {
  expect([await text('a'), await storage.stat(at('a'), { signal }), await storage.folder(at('a'), { signal })]).toEqual([undefined, undefined, { files: [], folders: [] }]);
});

test('a file is written over, or left where it may only be new', async () => {
  await storage.write(at('a'), '1', { signal });
  expect(await storage.write(at('a'), '2', { signal, ifAbsent: true })).toBe('existed');
  expect(await text('a')).toBe('1');
  await storage.write(at('a'), '3', { signal });
  expect(await text('a')).toBe('3');
  expect(readdirSync(join(dir, 'root'))).toEqual(['a']);
});

test('of many that write a file only if it is not there, one does', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => storage.write(at('x/a'), String(n), { signal, ifAbsent: true })));
  expect(answers.filter((one) => one === 'written')).toHaveLength(1);
  expect(await text('x/a')).toBe(String(answers.indexOf('written')));
});

test('lists are in order and leave out links', async () => {
  for (const path of ['b/2', 'b/1', 'a', 'b/c/3']) await storage.write(at(path), path, { signal });
  symlinkSync(join(dir, 'secret'), join(dir, 'root', 'b', 'link'));
  const found: string[] = [];
  for await (const file of storage.list(at(''), { signal })) found.push(file.at);
  expect(found).toEqual(['a', 'b/1', 'b/2', 'b/c/3'].map(at));
  expect(await storage.folder(at('b'), { signal })).toMatchObject({ files: [{ at: at('b/1') }, { at: at('b/2') }], folders: ['c'] });
});

test.each([
  { name: 'a path upwards', path: '../secret' }, { name: 'an encoded path upwards', path: '%2e%2e/secret' }, { name: 'a root beside ours', path: '../root2/x' },
])('nothing outside of the roots: $name', async ({ path }) => {
  await expect(storage.read(`${at('')}/${path}`, { signal })).rejects.toThrow('not in a folder of results');
  await expect(storage.write(`${at('')}/${path}`, 'x', { signal })).rejects.toThrow('not in a folder of results');
});

test('links lead nowhere', async () => {
  symlinkSync(join(dir, 'secret'), join(dir, 'root', 'link'));
  symlinkSync(dir, join(dir, 'root', 'folder'));
  expect(await text('link')).toBeUndefined();
  await expect(text('folder/secret')).rejects.toThrow('not in a folder of results');
  await expect(storage.write(at('folder/new'), 'x', { signal })).rejects.toThrow('not in a folder of results');
});

test('a provider that is not configured is named', async () => {
  await expect(storage.read('bucket/a', { signal })).rejects.toThrow('no storage serves gs:// here (file://)');
  await expect(storage.read('s3://bucket/a', { signal })).rejects.toThrow('s3://');
});

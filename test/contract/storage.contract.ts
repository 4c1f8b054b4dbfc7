import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Storage } from '../../src/core/ports/storage.js';

/** A storage that is empty, and an address of a folder in it, without a slash at its end. */
export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: Storage;
  readonly folder: string;
  /** An address of a file in a bucket that does not exist; undefined where there are no buckets. */
  readonly elsewhere?: string;
  /** More files than a page of a listing holds. */
  readonly many: number;
}

const { signal } = new AbortController();

/** What everything that keeps results of jobs does alike, whoever keeps it. */
export function storageContract(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(name, () => {
    let under: StorageUnderTest | undefined;
    const get = (): StorageUnderTest => {
      if (!under) throw new Error('the storage has not been opened');
      return under;
    };
    const at = (path: string): string => `${get().folder}/${path}`;
    const text = async (path: string, range: Readonly<{ start?: number; end?: number }> = {}): Promise<string | undefined> => {
      const bytes = await get().storage.read(at(path), { signal, ...range });
      return bytes && Buffer.from(bytes).toString('utf8');
    };
    const streamed = async (path: string, range: Readonly<{ start?: number; end?: number }> = {}): Promise<string> => {
      const parts: Uint8Array[] = [];
      for await (const part of get().storage.stream(at(path), { signal, ...range })) parts.push(part);
      return Buffer.concat(parts).toString('utf8');
    };
    beforeAll(async () => { under = await open(); }, 120_000);
    afterAll(async () => { await under?.[Symbol.asyncDispose](); }, 60_000);

    test('what was written is read, whole and in parts, at once and piece by piece', async () => {
      const { storage } = get();
      expect(await storage.write(at('parts/a b+c#d.txt'), 'hello wörld', { signal, contentType: 'text/plain; charset=utf-8' })).toBe('written');
      expect(await text('parts/a b+c#d.txt')).toBe('hello wörld');
      const ranges = [{ start: 6 }, { end: 5 }, { start: -3 }, { start: -99 }, { start: 3, end: 4 }, { start: 20 }, { start: 4, end: 2 }] as const;
      const want = ['wörld', 'hello', 'rld', 'hello wörld', 'l', '', ''];
      expect(await Promise.all(ranges.map((range) => text('parts/a b+c#d.txt', range)))).toEqual(want);
      expect(await Promise.all(ranges.map((range) => streamed('parts/a b+c#d.txt', range)))).toEqual(want);
      expect(await storage.stat(at('parts/a b+c#d.txt'), { signal })).toMatchObject({ at: at('parts/a b+c#d.txt'), size: 12 });
      expect(Math.abs(((await storage.stat(at('parts/a b+c#d.txt'), { signal }))?.updatedAt ?? 0) - Date.now())).toBeLessThan(600_000);
    });

    test('an empty file is one', async () => {
      await get().storage.write(at('empty'), '', { signal });
      expect([await text('empty'), await streamed('empty'), (await get().storage.stat(at('empty'), { signal }))?.size]).toEqual(['', '', 0]);
    });

    test('bytes stay as they are, also many of them', async () => {
      const bytes = Uint8Array.from({ length: 12 * 1024 * 1024 + 7 }, (_, n) => (n * 31 + (n >> 8)) & 255);
      await get().storage.write(at('large.bin'), bytes, { signal });
      const read = await get().storage.read(at('large.bin'), { signal });
      expect(read && Buffer.compare(Buffer.from(read), Buffer.from(bytes))).toBe(0);
      const end = await get().storage.read(at('large.bin'), { signal, start: -5 });
      expect([...(end ?? [])]).toEqual([...bytes.slice(-5)]);
    }, 60_000);

    test('a file is sent piece by piece, and appears when it is whole', async () => {
      const { storage } = get();
      const piece = Buffer.alloc(1_000_003, 'x');
      const seen: unknown[] = [];
      async function* pieces() {
        for (let n = 0; n < 13; n++) {
          if (n === 12) seen.push(await storage.stat(at('sent.bin'), { signal }));
          yield piece;
        }
        yield Buffer.from('end');
      }
      await storage.send(at('sent.bin'), pieces(), { signal, contentType: 'application/x-test' });
      expect(seen).toEqual([undefined]);
      expect([(await storage.stat(at('sent.bin'), { signal }))?.size, await text('sent.bin', { start: -4 })]).toEqual([13 * piece.length + 3, 'xend']);
      await storage.send(at('sent-empty'), Readable.from([]), { signal });
      expect(await text('sent-empty')).toBe('');
    }, 60_000);

    test('a compressed file is read unpacked, whole and in parts, with the size that readers see', async () => {
      const { storage } = get();
      const log = Array.from({ length: 200_000 }, (_, n) => `line ${n}\n`).join('');
      await storage.send(at('build-log.txt'), Readable.from([gzipSync(log)]), { signal, contentType: 'text/plain; charset=utf-8', encoding: 'gzip' });
      expect((await storage.stat(at('build-log.txt'), { signal }))?.size).toBe(log.length);
      expect(await text('build-log.txt')).toBe(log);
      const ranges = [{ start: -12 }, { start: 5, end: 13 }, { end: 6 }, { start: log.length }, { start: 1_000_000, end: 1_000_020 }] as const;
      const want = ranges.map(({ start, end }: { start?: number; end?: number }) => log.slice(start, end));
      expect(await Promise.all(ranges.map((range) => text('build-log.txt', range)))).toEqual(want);
      expect(await Promise.all(ranges.map((range) => streamed('build-log.txt', range)))).toEqual(want);
    });

    test('what cannot be read to its end is not stored', async () => {
      const { storage } = get();
      async function* broken() {
        yield Buffer.from('a beginning');
        await Promise.resolve();
        throw new Error('the disk is gone');
      }
      await expect(storage.send(at('broken'), broken(), { signal })).rejects.toThrow('the disk is gone');
      expect(await text('broken')).toBeUndefined();
    });

    test('what is not there', async () => {
      const { storage } = get();
      expect([await text('no'), await text('no', { start: -5 }), await storage.stat(at('no'), { signal }), await streamed('no'), await streamed('no', { end: 3 })]).toEqual([undefined, undefined, undefined, '', '']);
      expect(await storage.folder(at('no'), { signal })).toEqual({ files: [], folders: [] });
    });

    test('a bucket that is not there reads as empty and cannot be written', async () => {
      const { storage, elsewhere } = get();
      if (elsewhere === undefined) return;
      expect([await storage.read(elsewhere, { signal }), await storage.stat(elsewhere, { signal }), await storage.folder(elsewhere, { signal })]).toEqual([undefined, undefined, { files: [], folders: [] }]);
      await expect(storage.write(elsewhere, 'x', { signal })).rejects.toMatchObject({ name: 'RemoteError', service: 'storage', retry: 'never' });
    });

    test('a file is written over, or left where it may only be new', async () => {
      const { storage } = get();
      expect(await storage.write(at('over'), '1', { signal, ifAbsent: true })).toBe('written');
      expect(await storage.write(at('over'), '2', { signal, ifAbsent: true })).toBe('existed');
      expect(await text('over')).toBe('1');
      expect(await storage.write(at('over'), '3', { signal })).toBe('written');
      expect(await text('over')).toBe('3');
    });

    test('of many that write a file only if it is not there, one does', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => get().storage.write(at('race'), String(n), { signal, ifAbsent: true })));
      expect(answers.filter((one) => one === 'written')).toHaveLength(1);
      expect(await text('race')).toBe(String(answers.indexOf('written')));
    });

    test('lists go through all pages, in the order of names', async () => {
      const { storage, many } = get();
      const names = Array.from({ length: many }, (_, n) => `run/${String(n).padStart(5, '0')}/log`);
      for (let from = 0; from < names.length; from += 50) await Promise.all(names.slice(from, from + 50).map((path) => storage.write(at(`list/${path}`), 'x', { signal })));
      await storage.write(at('list/a'), 'xx', { signal });
      await storage.write(at('listing'), 'no part of the folder', { signal });
      const found: string[] = [];
      for await (const file of storage.list(at('list'), { signal })) found.push(file.at);
      expect(found).toEqual([at('list/a'), ...names.map((path) => at(`list/${path}`))]);
      const top = await storage.folder(at('list'), { signal });
      expect([top.files.map((file) => [file.at, file.size]), top.folders]).toEqual([[[at('list/a'), 2]], ['run']]);
      const { files, folders } = await storage.folder(`${at('list/run')}/`, { signal });
      expect([files, folders]).toEqual([[], names.map((path) => path.split('/')[1])]);
    }, 300_000);

    test('who gives up is not kept waiting', async () => {
      const reason = new Error('given up');
      await expect(get().storage.read(at('over'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await expect(get().storage.write(at('given-up'), 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(await text('given-up')).toBeUndefined();
    });

    test('what is no address of a file is a fault of whoever asks', async () => {
      await expect(get().storage.write(`${get().folder}/`, 'x', { signal })).rejects.toThrow();
    });
  });
}

import { expect, test } from '@jest/globals';
import { EVERY, indexLog, readLines } from '../../../src/web/jobs/logIndex.js';
import { jobOf } from './fake.js';
import { openStand } from './stand.js';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 7, 4_096, 1_000_000])('lines, places and failures are the same in pieces of %d bytes', async (size) => {
  const lines = Array.from({ length: 1_000 }, (_, n) => (n % 97 === 0 ? `ERROR: ${n} ü` : n % 101 === 0 ? `E0102 03:04:05.678] ${n} and not E0102 03:04:05.678]` : `line ${n} 漢字`));
  const text = lines.join('\n');
  const index = await indexLog(pieces(text, size));
  const failing = lines.flatMap((line, n) => (/ERROR|^E0/.test(line) ? [n] : []));
  expect([index.lines, index.bytes, index.failing, index.failures]).toEqual([1_000, Buffer.byteLength(text), failing, failing.length]);
  expect(index.offsets).toHaveLength(1_000 / EVERY);
  index.offsets.forEach((offset, n) => { expect(Buffer.from(text).subarray(offset).toString().split('\n')[0]).toBe(lines[n * EVERY]); });
  expect(await readLines(pieces(text, size), { skip: 123, wanted: 3 })).toEqual(lines.slice(123, 126));
  expect(await readLines(pieces(text, size), { skip: 998, wanted: 50 })).toEqual(lines.slice(998));
});

test.each([['', 0], ['a', 1], ['a\n', 1], ['\n\n', 2], ['a\nb', 2]])('%j has %d lines', async (text, lines) => {
  expect((await indexLog(pieces(text, 3))).lines).toBe(lines);
  expect(await readLines(pieces(text, 3), { skip: 0, wanted: 10 })).toHaveLength(lines);
});

test('a line without end is cut, and says so', async () => {
  const [line = ''] = await readLines(pieces('x'.repeat(3_000_000), 65_536), { skip: 0, wanted: 5 });
  expect(line).toMatch(/^x{8000} … \(2992000 bytes more\)$/);
  expect((await indexLog(pieces(`${'x'.repeat(3_000_000)}ERROR:\nERROR:`, 65_536))).failing).toEqual([0, 1]);
});

test('a long log is shown from its end, and any line by its number', async () => {
  using stand = openStand();
  const job = jobOf('unit', { state: 'failure' });
  stand.put(job);
  stand.store(job, 'build-log.txt', Array.from({ length: 5_000 }, (_, n) => (n === 1_233 ? 'panic: oh' : `line ${n + 1}`)).join('\n'));
  const ids = (text: string): readonly number[] => [...text.matchAll(/id="L(\d+)"/g)].map(([, n]) => Number(n));
  const end = (await stand.get('/job/unit')).text;
  expect([ids(end)[0], ids(end).at(-1), end.includes('&amp;line=1234#L1234')]).toEqual([4_501, 5_000, true]);
  const middle = (await stand.get('/job/unit?line=1234')).text;
  expect([ids(middle)[0], middle.includes('class="l hit" id="L1234"')]).toEqual([1_214, true]);
  const part = await stand.get('/parts/log?src=name/unit&where=before&from=4000&to=4500');
  expect([ids(part.text).length, ids(part.text)[0], part.headers.get('x-more')]).toEqual([500, 4_001, '/parts/log?src=name%2Funit&container=test&where=before&from=3500&to=4000']);
  expect(JSON.parse((await stand.get('/api/logs?src=name/unit&from=1232&to=1235')).text)).toMatchObject({ from: 1_232, lines: ['line 1233', 'panic: oh', 'line 1235'], total: 5_000, failing: [1_233] });
  for (const bad of ['from=-1&to=5', 'from=9&to=3', 'from=0&to=99999', 'from=x']) expect((await stand.get(`/api/logs?src=name/unit&${bad}`)).status).toBe(400);
});

test('followers of a running log share one stream, resume by number, and hear its end', async () => {
  using stand = openStand();
  const job = jobOf('unit', { state: 'pending' });
  stand.put(job);
  const log = stand.log('unit');
  log.write('one\ntwo\nth');
  const ended = new AbortController();
  const seen: unknown[] = [];
  const first = stand.pages.live.lines(job, 'test', { after: 0, signal: ended.signal });
  seen.push((await first.next()).value);
  const second = stand.pages.live.lines(job, 'test', { after: 1, signal: ended.signal });
  seen.push((await second.next()).value);
  log.write('ree\npanic\n');
  stand.put(jobOf('unit', { version: 2 }));
  log.end();
  for await (const news of first) seen.push(news);
  const line = (html: string, failing = false) => ({ html, failing });
  expect(seen).toEqual([
    { kind: 'lines', from: 0, lines: [line('one'), line('two')] }, { kind: 'lines', from: 1, lines: [line('two')] },
    { kind: 'lines', from: 2, lines: [line('three'), line('panic', true)] }, { kind: 'end' },
  ]);
  ended.abort();
  await second.return();
});

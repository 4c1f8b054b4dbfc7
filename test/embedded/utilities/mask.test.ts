import { expect, test } from '@jest/globals';
import { createFinder, findRanges, maskStream, maskText } from '../../../src/embedded/utilities/mask.js';
import { formsOf } from '../../../src/embedded/utilities/secrets.js';

const buffers = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text));

test.each<[string, readonly string[], string]>([
  ['a secret here', ['secret'], 'a XXXXXX here'], ['abcdefghi', ['abcdef', 'defghi'], 'XXXXXXXXX'], ['aaaa', ['aa'], 'XXXX'], ['aaa', ['aa'], 'XXX'], ['ünï', ['ï'], 'ünXX'], ['nothing', ['x'], 'nothing'],
])('%s without %j', (text, forms, want) => { expect(maskText(text, buffers(...forms))).toBe(want); });

test('however bytes are cut into pieces, the same is masked', async () => {
  let seed = Number(process.env.SEED ?? Date.now() % 1e6);
  const said = `seed ${String(seed)}`;
  const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  for (let round = 0; round < 200; round++) {
    const text = Buffer.from(Array.from({ length: random(60) }, () => 'abc'[random(3)]).join(''));
    const forms = Array.from({ length: 1 + random(3) }, () => Buffer.from(Array.from({ length: 1 + random(6) }, () => 'abc'[random(3)]).join('')));
    const pieces: Buffer[] = [];
    for (let at = 0; at < text.length;) { const end = at + 1 + random(8); pieces.push(text.subarray(at, end)); at = end; }
    const stream = async function* (): AsyncGenerator<Buffer, void> { yield* pieces; };
    let found = false;
    const out: Buffer[] = [];
    for await (const piece of maskStream(stream(), forms, () => { found = true; })) out.push(Buffer.from(piece));
    const want = maskText(text.toString(), forms);
    expect([said, Buffer.concat(out).toString()]).toEqual([said, want]);
    expect(found).toBe(findRanges(text, forms).length > 0);
    const finder = createFinder(forms);
    const copy = Buffer.from(text);
    for (const piece of pieces) for (const { start, end } of finder.push(piece)) copy.fill('X', start, end);
    expect([said, copy.toString()]).toEqual([said, want]);
  }
});

test.each<[string, number, readonly string[]]>([
  [' hush"now\n', 0, ['hush"now', Buffer.from(' hush"now\n').toString('base64'), Buffer.from('hush"now').toString('base64'), 'hush\\"now', 'hush%22now']],
  ['  \n', 0, []], ['True', 0, []], ['abc', 4, []], ['abcd', 4, ['abcd', 'YWJjZA==']],
])('the forms of %j, %d at least', (value, minimum, want) => {
  expect([...new Set(formsOf(Buffer.from(value), minimum).map(String))]).toEqual(want);
});

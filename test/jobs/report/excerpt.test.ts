import { expect, test } from '@jest/globals';
import { codeBlock, failingLines } from '../../../src/jobs/report/excerpt.js';

const many = (n: number): string => Array.from({ length: n }, (_, k) => `line ${k}`).join('\n');

test.each<{ name: string; log: string; want: readonly string[] }>([
  { name: 'nothing', log: '', want: [] },
  { name: 'a short log', log: 'a\nb\n\n', want: ['a', 'b'] },
  { name: 'CRLF and colours', log: 'a\r\n\u001b[31mFAIL\u001b[0m b\r\n', want: ['a', 'FAIL b'] },
  { name: 'around what failed', log: `${many(10)}\nERROR: x\n${many(10)}`, want: ['line 7', 'line 8', 'line 9', 'ERROR: x', 'line 0', 'line 1', 'line 2'] },
  { name: 'two failures', log: `panic here\n${many(10)}\n--- FAIL: x\nz`, want: ['panic here', 'line 0', 'line 1', 'line 2', '…', 'line 7', 'line 8', 'line 9', '--- FAIL: x', 'z'] },
])('$name', ({ log, want }) => expect(failingLines(log)).toEqual(want));

test('no failure: the last lines; a long line is cut; many failures: the last ones', () => {
  expect(failingLines(many(100))).toEqual(many(100).split('\n').slice(-20));
  expect(failingLines('x'.repeat(500))[0]).toHaveLength(401);
  const all = failingLines(Array.from({ length: 500 }, (_, n) => `ERROR: ${n}`).join('\n'));
  expect([all.length <= 40, all.at(-1)]).toEqual([true, 'ERROR: 499']);
});

test.each([{ lines: ['a'], want: '```text\na\n```' }, { lines: ['```', '````x'], want: '`````text\n```\n````x\n`````' }, { lines: [], want: '' }])('a block that nothing ends: $lines', ({ lines, want }) => expect(codeBlock(lines)).toBe(want));

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { baseShaIn } from '../../../src/core/baseSha.js';
import { shortened, statusDescription } from '../../../src/core/statusText.js';
import { failureComment, failureRow, formerRows, nextRows, REPORT_MARKER } from '../../../src/jobs/report/failures.js';

const SHA = 'a'.repeat(40);

test('a description has room for the base commit, and Tide reads it back', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
    const said = statusDescription(text.replaceAll('BaseSHA', ''), SHA);
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(140);
    expect(baseShaIn(said)).toBe(SHA);
    expect(Buffer.from(said).toString()).toBe(said);
  }));
});

test.each([
  { text: 'Job succeeded.', limit: 140, want: 'Job succeeded.' },
  { text: 'x'.repeat(50) + 'y'.repeat(50), limit: 25, want: `${'x'.repeat(10)} ... ${'y'.repeat(10)}` },
  { text: 'ä'.repeat(20), limit: 16, want: 'ää ... ää' },
])('shortened to $limit bytes: $text', ({ text, limit, want }) => expect(shortened(text, limit)).toBe(want));

test.each([
  { text: `Fine. BaseSHA:${SHA}`, want: SHA }, { text: `Fine. Basesha:${SHA}`, want: SHA }, { text: `Fine. BaseSHA:${SHA.slice(1)}`, want: undefined },
  { text: ` BaseSHA:${SHA} BaseSHA:${SHA}`, want: undefined }, { text: 'Fine.', want: undefined },
])('the base commit in $text', ({ text, want }) => expect(baseShaIn(text)).toBe(want));

const jobOf = (context: string, state: ProwJob['status']['state'], optional = 'false'): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: context, labels: { 'prow.k8s.io/is-optional': optional } },
  spec: { type: 'presubmit', agent: 'kubernetes', job: context, context, rerun_command: `/test ${context}`, refs: { org: 'o', repo: 'r', base_ref: 'main', pulls: [{ number: 1, author: 'amy', sha: SHA }] } },
  status: { state, url: 'https://prow.example/view/1' },
});

test.each([
  { name: 'required', job: jobOf('unit', 'failure'), want: `unit | ${SHA} | [link](https://prow.example/view/1) | true | \`/test unit\`` },
  { name: 'optional', job: jobOf('unit', 'failure', 'true'), want: `unit | ${SHA} | [link](https://prow.example/view/1) | false | \`/test unit\`` },
  { name: 'no one knows', job: jobOf('unit', 'failure', 'maybe'), want: `unit | ${SHA} | [link](https://prow.example/view/1) | unknown | \`/test unit\`` },
  { name: 'a name that would break the row', job: jobOf('a | b', 'failure'), want: `a \\| b | ${SHA} | [link](https://prow.example/view/1) | true | \`/test a \\| b\`` },
])('a row: $name', ({ job, want }) => expect(failureRow(job).line).toBe(want));

test('rows outlive their comment until their job has run again', () => {
  const first = failureComment({ author: 'amy', rows: [jobOf('a', 'failure'), jobOf('b | c', 'failure'), jobOf('d', 'failure')].map(failureRow), footer: 'read | this\n\n--- not a table' });
  const former = formerRows([first]);
  expect(former.map(({ context }) => context)).toEqual(['a', 'b \\| c', 'd']);
  const { rows, fresh } = nextRows({ former, jobs: [jobOf('a', 'success'), jobOf('d', 'failure'), jobOf('e', 'error')] });
  expect([rows.map(({ context }) => context), fresh]).toEqual([['b \\| c', 'd'], 1]);
});

test('upstream’s comment is read as well, a later row of one context counts', () => {
  const upstream = (sha: string) => `@amy: The following test **failed**, say \`/retest\`:\r\n\r\nTest name | Commit | Details | Required | Rerun command\r\n--- | --- | --- | --- | ---\r\nunit | ${sha} | [link](u) | true | \`/test unit\`\r\n\r\n<details>x</details>\r\n${REPORT_MARKER}`;
  expect(formerRows([upstream('1'), upstream('2')]).map(({ line }) => line)).toEqual(['unit | 2 | [link](u) | true | `/test unit`']);
  expect(formerRows(['no table here'])).toEqual([]);
});

test('a comment ends with the marker and stays within what GitHub takes', () => {
  const rows = Array.from({ length: 2_000 }, (_, n) => failureRow(jobOf(`job-${n}`, 'failure')));
  const said = failureComment({ author: 'amy', rows, footer: '' });
  expect(said.length).toBeLessThan(65_536);
  expect(said.split('\n').at(-1)).toBe(REPORT_MARKER);
  expect(said).toMatch(/\d+ more are not shown/);
  expect(failureComment({ author: 'amy', rows: [], footer: '' })).toContain('passed');
});

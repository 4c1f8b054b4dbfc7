import { expect, test } from '@jest/globals';
import { readJUnit } from '../../../src/web/jobs/junit.js';

test.each<{ name: string; xml: string; want: unknown; problem?: string }>([
  { name: 'failures, errors, skips', xml: '<?xml version="1.0"?><testsuites><testsuite name="s"><testcase name="a" time="1.5"/><testcase name="b"><failure message="m &lt; n">line 1\nline 2</failure></testcase><testcase name="c" classname="k"><error message="e"/></testcase><testcase name="d"><skipped/></testcase></testsuite></testsuites>', want: [['s', 'a', 'passed', 1.5, ''], ['s', 'b', 'failed', undefined, 'm < n\nline 1\nline 2'], ['k', 'c', 'failed', undefined, 'e'], ['s', 'd', 'skipped', undefined, '']] },
  { name: 'CDATA and comments', xml: '<testsuite><testcase name="x"><failure><![CDATA[a < b && <c>]]></failure><!-- <testcase name="no"/> --></testcase></testsuite>', want: [['', 'x', 'failed', undefined, 'a < b && <c>']] },
  { name: 'an angle in an attribute, single quotes, numbers', xml: "<testsuite name='q>r'><testcase name='&#228;&#x1F600;&unknown;'></testcase></testsuite>", want: [['q>r', 'ä😀&unknown;', 'passed', undefined, '']] },
  { name: 'entities are not expanded', xml: '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>', want: [], problem: 'document types are not read' },
  { name: 'broken in the middle', xml: '<testsuite><testcase name="a"/>\n<testcase name="b', want: [['', 'a', 'passed', undefined, '']], problem: 'not XML at line 2' },
  { name: 'no XML at all', xml: 'hello', want: [], problem: 'not XML' },
  { name: 'output of a test is not its failure', xml: '<testsuite><testcase name="a"><system-out>noise</system-out><failure>why</failure><system-err>noise</system-err></testcase></testsuite>', want: [['', 'a', 'failed', undefined, 'why']] },
])('$name', ({ xml, want, problem }) => {
  const read = readJUnit(xml);
  expect(read.cases.map(({ suite, name, result, seconds, text }) => [suite, name, result, seconds, text])).toEqual(want);
  expect(read.problem).toBe(problem);
});

test('hostile files are read without going through them again and again: that would take minutes', () => {
  for (const xml of ['<'.repeat(500_000), `<a ${'b="'.repeat(200_000)}`, `<testcase ${"x='y' ".repeat(100_000)}`, `<testsuite>${'<testcase name="a">'.repeat(50_000)}`]) expect(() => readJUnit(xml)).not.toThrow();
}, 30_000);

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { branchIndex } from '../../src/config/jobs/branchIndex.js';
import { branchMatch, compileMatchers } from '../../src/config/jobs/match.js';

const job = (branches: readonly string[], skip_branches: readonly string[] = []) => ({ branches, skip_branches, compiled: compileMatchers({ branches, skip_branches, run_if_changed: '', skip_if_only_changed: '' }) });

const EXPRESSIONS = ['main', '^main$', 'master', 'release-1.2', '^release-1\\.2$', 'release-1\\.2', 'release', 'r.l', '.', '.*', '^release-.*', 'a|b', '(?i)MAIN', '^', '$', '', '[a-z]', '^$', '-1.', 'x\\-y', '..', '😀'];
const BRANCHES = ['main', 'master', 'mainx', 'release-1.2', 'release-1x2', 'release-1.20', 'r😀l', 'rel', 'a', 'b', 'MAIN', '', 'x-y', '😀', 'a\nb', 'release-1\n2'];

test('generated jobs: the index finds just the jobs that match, in their order', () => {
  const list = fc.array(fc.constantFrom(...EXPRESSIONS), { maxLength: 3 });
  fc.assert(fc.property(fc.array(fc.tuple(list, list), { maxLength: 8 }), fc.constantFrom(...BRANCHES), (made, branch) => {
    const jobs = made.map(([branches, skipped]) => job(branches, skipped));
    expect(branchIndex(jobs)(branch)).toEqual(jobs.filter((one) => branchMatch(one, branch)));
  }), { numRuns: 2_000 });
});

test('of thousands of jobs on as many branches only the few that may run are asked', () => {
  let asked = 0;
  const jobs = Array.from({ length: 3_000 }, (_, n) => {
    const made = job([`^release-1.${n}$`]);
    const { branches } = made.compiled;
    return { ...made, compiled: { ...made.compiled, branches: branches && { ...branches, test: (text: string) => { asked++; return branches.test(text); } } } };
  });
  const find = branchIndex(jobs);
  for (let n = 0; n < jobs.length; n++) expect(find(`release-1.${n}`)).toEqual([jobs[n]]);
  // `1.2` is also a part of `1.20` and `1.200`.
  expect(asked).toBeLessThan(jobs.length * 5);
});

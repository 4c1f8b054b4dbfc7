import { expect, test } from '@jest/globals';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { contradicting } from '../../../src/jobs/run/flake.js';

interface Of { readonly name?: string; readonly state?: ProwJob['status']['state']; readonly head?: string; readonly base?: string; readonly context?: string; readonly ended?: number | 'no'; readonly extra?: string; readonly refs?: 'none'; readonly pulls?: readonly number[] }
const jobOf = ({ name = 'other', state = 'success', head = 'h', base = 'b', context = 'unit', ended = 1, extra, refs, pulls = [1] }: Of): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name },
  spec: {
    type: 'presubmit', agent: 'kubernetes', job: 'unit', context,
    ...(refs === undefined && { refs: { org: 'o', repo: 'r', base_ref: 'main', base_sha: base, pulls: pulls.map((number) => ({ number, author: 'a', sha: head })) } }),
    ...(extra !== undefined && { extra_refs: [{ org: 'o', repo: 'x', base_ref: 'main', base_sha: extra }] }),
  },
  status: { state, ...(ended !== 'no' && { completionTime: new Date(ended * 1_000).toISOString() }) },
});
const failing: Of = { name: 'own', state: 'pending' };

test.each<{ name: string; own?: Of; ends?: ProwJob['status']['state']; others: readonly Of[]; want: string | undefined }>([
  { name: 'passed before on the same commits', others: [{}], want: 'other' },
  { name: 'failed before, passes now', ends: 'success', others: [{ state: 'failure' }], want: 'other' },
  { name: 'failed before, fails again', others: [{ state: 'failure' }], want: undefined },
  { name: 'an error says nothing of the code', ends: 'error', others: [{}], want: undefined },
  { name: 'nor did an error before', ends: 'success', others: [{ state: 'error' }], want: undefined },
  { name: 'another head', others: [{ head: 'h2' }], want: undefined },
  { name: 'another base', others: [{ base: 'b2' }], want: undefined },
  { name: 'another context', others: [{ context: 'other' }], want: undefined },
  { name: 'not over yet', others: [{ ended: 'no' }], want: undefined },
  { name: 'itself', others: [{ name: 'own' }], want: undefined },
  { name: 'another commit beside it', own: { ...failing, extra: '1' }, others: [{ extra: '2' }], want: undefined },
  { name: 'a branch beside it, which may have moved', own: { ...failing, extra: '' }, others: [{ extra: '' }], want: undefined },
  { name: 'a batch in another order', own: { ...failing, pulls: [1, 2] }, others: [{ pulls: [2, 1] }], want: 'other' },
  { name: 'no refs at all', own: { ...failing, refs: 'none' }, others: [{ refs: 'none' }], want: undefined },
  { name: 'the newest of several', others: [{ name: 'x', ended: 5 }, { name: 'y', ended: 9 }, { name: 'z', ended: 7 }], want: 'y' },
])('$name', ({ own = failing, ends = 'failure', others, want }) => expect(contradicting(jobOf(own), ends, others.map(jobOf))?.metadata.name).toBe(want));

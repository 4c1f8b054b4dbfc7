import { expect, test } from '@jest/globals';
import { closesIssues } from '../../src/core/closing.js';

test.each([
  'fixes #1', 'Close k/k#9', 'resolved: #3', 'FIX #12', 'closes:#4', 'Closed\n#4', 'A change.\r\n\r\nFixes #7.', 'fixed k8s/k8s#1', '(resolves #2)',
  'fixes kubernetes-sigs/prow#1', 'fix some.org/some.repo#1', 'Fixes GH-1', 'resolve gh-22', 'closes https://github.com/kubernetes-sigs/prow/issues/1', 'closes https://github.example.com/a/b/issues/77',
])('%j closes issues', (text) => expect(closesIssues(text)).toBe(true));

test.each([
  '', 'fixing k/k#9', 'closing #1', 'prefix #12', 'prefix fixture #1', 'see #1', 'fix the 1st', 'fixes', 'fixes issue 1', 'resolver #3', 'unresolved #3', 'closes https://github.com/kubernetes-sigs/prow', 'about #1: it fixes things',
])('%j does not', (text) => expect(closesIssues(text)).toBe(false));

test('a long text is no trouble', () => expect(closesIssues(`${'fix '.repeat(50_000)}`)).toBe(false));

import { expect, test } from '@jest/globals';
import type { Kobject } from '../../../src/embedded/cluster/api/object.js';
import { fieldMatch, labelMatch } from '../../../src/embedded/cluster/api/selectors.js';
import { StatusError } from '../../../src/embedded/cluster/api/status.js';

const object = (labels: Record<string, string>, more: object = {}): Kobject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '', labels }, ...more });

test.each<[selector: string, labels: Record<string, string>, matches: boolean]>([
  ['a=b', { a: 'b' }, true],
  ['a==b', { a: 'b' }, true],
  ['a=b', { a: 'c' }, false],
  ['a=b', {}, false],
  ['a!=b', { a: 'b' }, false],
  ['a!=b', {}, true],
  ['a=', { a: '' }, true],
  ['a', { a: '' }, true],
  ['a', {}, false],
  ['!a', {}, true],
  ['!a', { a: 'x' }, false],
  ['a in (b,c)', { a: 'c' }, true],
  ['a in (b, c),d', { a: 'c' }, false],
  ['a notin (b,c)', { a: 'c' }, false],
  ['a notin (b,c)', {}, true],
  ['prow.k8s.io/job=x,a!=b', { 'prow.k8s.io/job': 'x' }, true],
  ['n>3', { n: '4' }, true],
  ['n<3', { n: '4' }, false],
  ['constructor', {}, false],
])('the labels of %s with %j match: %s', (selector, labels, matches) => expect(labelMatch(selector)?.(object(labels))).toBe(matches));

test.each(['a in', 'a=b c', '=b', 'a in (b', 'a=/', '(a)'])('the label selector %s is refused', (selector) => {
  expect(() => labelMatch(selector)).toThrow(StatusError);
});

test('no selector selects everything', () => {
  expect(labelMatch('')).toBeUndefined();
  expect(fieldMatch('', 'Pod')).toBeUndefined();
});

test.each<[selector: string, kind: string, matches: boolean | 400]>([
  ['metadata.name=p', 'Pod', true],
  ['metadata.name!=p', 'Pod', false],
  ['metadata.namespace=ns,status.phase=Running', 'Pod', true],
  ['status.phase!=Running', 'Pod', false],
  ['spec.nodeName=', 'Pod', true],
  ['spec.nodeName=n', 'Pod', false],
  ['status.phase=Running', 'ConfigMap', 400],
  ['spec.job=x', 'ProwJob', 400],
  ['metadata.name', 'Pod', 400],
])('the field selector %s of a %s matches: %s', (selector, kind, matches) => {
  const match = () => fieldMatch(selector, kind)?.(object({}, { status: { phase: 'Running' } }));
  if (matches === 400) expect(match).toThrow(expect.objectContaining({ code: 400 }));
  else expect(match()).toBe(matches);
});

import { expect, test } from '@jest/globals';
import { jsonPatch, mergePatch, strategicPatch, type PatchError } from '../../../src/embedded/cluster/api/patch.js';

test.each<[target: unknown, patch: unknown, want: unknown]>([
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: { b: 1 } }, { a: { c: null, d: 2 } }, { a: { b: 1, d: 2 } }],
  [{ a: 'x' }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  [undefined, { a: 1 }, { a: 1 }],
  [{ a: 1 }, [1], [1]],
])('merging %j with %j', (target, patch, want) => expect(mergePatch(target, patch)).toEqual(want));

test.each<[name: string, target: unknown, patch: unknown, want: unknown]>([
  ['adds', { a: {} }, [{ op: 'add', path: '/a/b', value: 1 }], { a: { b: 1 } }],
  ['adds to the end of a list', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  ['adds inside of a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['removes', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['removes from a list', { a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
  ['replaces', { a: 1 }, [{ op: 'replace', path: '/a', value: [2] }], { a: [2] }],
  ['moves', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
  ['copies', { a: { x: 1 } }, [{ op: 'copy', from: '/a/x', path: '/b' }], { a: { x: 1 }, b: 1 }],
  ['tests', { a: { b: 1, c: 2 } }, [{ op: 'test', path: '/a', value: { c: 2, b: 1 } }], { a: { b: 1, c: 2 } }],
  ['unescapes', { 'a/b': { '~c': 1 } }, [{ op: 'replace', path: '/a~1b/~0c', value: 2 }], { 'a/b': { '~c': 2 } }],
  ['replaces the whole', { a: 1 }, [{ op: 'replace', path: '', value: { b: 1 } }], { b: 1 }],
])('a JSON patch %s', (_name, target, patch, want) => expect(jsonPatch(target, patch)).toEqual(want));

test.each<[patch: unknown, kind: PatchError['kind']]>([
  [{ op: 'add' }, 'malformed'],
  [[{ op: 'add', path: '/a' }], 'malformed'],
  [[{ op: 'nope', path: '/a' }], 'malformed'],
  [[{ op: 'add', path: 'a', value: 1 }], 'malformed'],
  [[{ op: 'remove', path: '/x' }], 'unfit'],
  [[{ op: 'replace', path: '/l/5', value: 1 }], 'unfit'],
  [[{ op: 'add', path: '/l/01', value: 1 }], 'unfit'],
  [[{ op: 'test', path: '/l', value: [2] }], 'unfit'],
  [[{ op: 'add', path: '/x/y', value: 1 }], 'unfit'],
  [[{ op: 'move', from: '/l', path: '/l/0' }], 'unfit'],
])('the JSON patch %j is %s', (patch, kind) => expect(() => jsonPatch({ l: [1] }, patch)).toThrow(expect.objectContaining({ kind })));

test.each<[name: string, target: unknown, patch: unknown, want: unknown]>([
  ['merges containers by name', { containers: [{ name: 'a', image: 'x', command: ['y'] }, { name: 'b', image: 'z' }] }, { containers: [{ name: 'a', image: 'q' }] }, { containers: [{ name: 'a', image: 'q', command: ['y'] }, { name: 'b', image: 'z' }] }],
  ['deletes an element', { containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: [{ name: 'b' }] }],
  ['replaces a list when told', { containers: [{ name: 'a' }, { name: 'b' }] }, { containers: [{ name: 'c' }, { $patch: 'replace' }] }, { containers: [{ name: 'c' }] }],
  ['keeps other lists atomic', { tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }, { tolerations: [{ key: 'b' }] }],
  ['adds finalizers', { metadata: { finalizers: ['a'] } }, { metadata: { finalizers: ['b', 'a'] } }, { metadata: { finalizers: ['a', 'b'] } }],
  ['removes finalizers', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }, { metadata: { finalizers: ['b'] } }],
  ['orders elements', { env: [{ name: 'a' }, { name: 'b' }] }, { env: [{ name: 'c', value: '1' }], '$setElementOrder/env': [{ name: 'c' }, { name: 'b' }, { name: 'a' }] }, { env: [{ name: 'c', value: '1' }, { name: 'b' }, { name: 'a' }] }],
  ['replaces a map when told', { labels: { a: '1' } }, { labels: { $patch: 'replace', b: '2' } }, { labels: { b: '2' } }],
  ['retains keys', { volumes: [{ name: 'v', emptyDir: {} }] }, { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 's' } }] }, { volumes: [{ name: 'v', secret: { secretName: 's' } }] }],
  ['removes by null', { metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null } } }, { metadata: { labels: { b: '2' } } }],
])('a strategic patch %s', (_name, target, patch, want) => expect(strategicPatch(target, patch)).toEqual(want));

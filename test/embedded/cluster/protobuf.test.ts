import { expect, test } from '@jest/globals';
import { configMaps } from '../../../src/embedded/cluster/api/kinds.js';
import { openApi2 } from '../../../src/embedded/cluster/api/openapi2.js';
import { fromProtobuf } from '../../../src/embedded/cluster/api/protobuf.js';

const part = (field: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([field * 8 + 2, bytes.length]), bytes]);
};
const entry = (key: string, value: string): Buffer => Buffer.concat([part(1, key), part(2, value)]);
const wrap = (kind: string, raw: Buffer): Buffer => Buffer.concat([Buffer.from('k8s\0'), part(1, Buffer.concat([part(1, 'v1'), part(2, kind)])), part(2, raw), part(3, ''), part(4, '')]);

test.each<[name: string, bytes: Buffer, want: object | undefined]>([
  ['a configmap', wrap('ConfigMap', Buffer.concat([part(1, Buffer.concat([part(1, 'a'), part(3, 'ns'), part(8, ''), part(11, entry('l', '1'))])), part(2, entry('x', 'y')), part(2, entry('z', '')), part(3, entry('b', '\0'))])), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'ns', labels: { l: '1' } }, data: { x: 'y', z: '' }, binaryData: { b: 'AA==' } }],
  ['a secret', wrap('Secret', Buffer.concat([part(1, part(1, 's')), part(2, entry('k', 'geheim')), part(3, 'Opaque'), Buffer.from([5 * 8, 1])])), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'Z2VoZWlt' }, type: 'Opaque', immutable: true }],
  ['a kind that is not known', wrap('Pod', Buffer.alloc(0)), undefined],
  ['half a message', wrap('ConfigMap', part(1, 'abcdef')).subarray(0, -9), undefined],
  ['no protobuf', Buffer.from('{}'), undefined],
  ['rubbish', Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(20, 0xff)]), undefined],
])('%s is read, or known as unreadable', (_name, bytes, want) => expect(fromProtobuf(bytes)).toEqual(want));

test('the OpenAPI document names each kind and the parameter', () => {
  const text = openApi2([configMaps]).toString('latin1');
  for (const word of ['/api/v1/namespaces/{namespace}/configmaps/{name}', 'fieldValidation', 'x-kubernetes-group-version-kind', 'group: ""\nkind: ConfigMap\nversion: v1\n']) expect(text).toContain(word);
});

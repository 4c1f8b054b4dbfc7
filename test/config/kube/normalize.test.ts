import { expect, test } from '@jest/globals';
import { normalized } from '../../../src/config/kube/normalize.js';

test.each([
  { name: 'keys are spelled as upstream does, unknown ones and nulls are gone', given: { Containers: [{ IMAGE: 'x', nothing: 1, command: null }] }, want: { containers: [{ image: 'x' }] } },
  { name: 'an exact key wins over one in another case', given: { hostname: 'a', HOSTNAME: 'b' }, want: { hostname: 'a' } },
  { name: 'texts are texts', given: { containers: [{ env: [{ name: 'A', value: 1 }, { name: 'B', value: true }], args: [2, null] }] }, want: { containers: [{ env: [{ name: 'A', value: '1' }, { name: 'B', value: 'true' }], args: ['2', ''] }] } },
  { name: 'quantities are canonical', given: { containers: [{ resources: { requests: { cpu: 2, memory: '1024Mi' } } }] }, want: { containers: [{ resources: { requests: { cpu: '2', memory: '1Gi' } } }] } },
  { name: 'plain zeros go, pointers stay', given: { hostNetwork: false, automountServiceAccountToken: false, containers: [{ tty: false, securityContext: { privileged: false } }] }, want: { automountServiceAccountToken: false, containers: [{ securityContext: { privileged: false } }] } },
  { name: 'what must be there is there', given: { containers: [{ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] }] }, want: { containers: [{ env: [{ name: 'A', valueFrom: { resourceFieldRef: { divisor: '0', resource: 'limits.cpu' } } }] }] } },
  { name: 'an empty object says something', given: { volumes: [{ name: 'v', emptyDir: {} }], nodeSelector: {} }, want: { volumes: [{ name: 'v', emptyDir: {} }] } },
  { name: 'what is of another kind stays', given: { containers: 'x', priority: 'high' }, want: { containers: 'x', priority: 'high' } },
])('$name', ({ given, want }) => expect(normalized('PodSpec', given)).toEqual(want));

test('an explicit empty secret is kept', () => {
  expect(normalized('DecorationConfig', { gcs_credentials_secret: '', ssh_key_secrets: [], default_memory_request: '2048Mi' })).toEqual({ gcs_credentials_secret: '', default_memory_request: '2Gi' });
});

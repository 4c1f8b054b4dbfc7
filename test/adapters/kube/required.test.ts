import { expect, test } from '@jest/globals';
import { withRequired } from '../../../src/adapters/kube/required.js';
import type { ProwJob } from '../../../src/core/prowjob.js';

const jobOf = (podSpec: unknown): ProwJob => ({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'a' }, spec: { type: 'periodic', agent: 'kubernetes', job: 'a', pod_spec: podSpec }, status: { state: 'triggered' } });

test.each([
  { name: 'a container without a name', given: { containers: [{ image: 'i', env: [{ value: 'v' }], volumeMounts: [{ name: 'm' }] }] }, want: { containers: [{ name: '', image: 'i', env: [{ name: '', value: 'v' }], volumeMounts: [{ name: 'm', mountPath: '' }] }] } },
  { name: 'what is there stays', given: { containers: [{ name: 'a', env: [{ name: 'X', value: 'v' }] }], volumes: [{ name: 'v', emptyDir: {} }] }, want: { containers: [{ name: 'a', env: [{ name: 'X', value: 'v' }] }], volumes: [{ name: 'v', emptyDir: {} }] } },
  { name: 'what is no list stays', given: { containers: 'x' }, want: { containers: 'x' } },
  { name: 'no pod spec', given: undefined, want: undefined },
])('$name', ({ given, want }) => expect(withRequired(jobOf(given)).spec['pod_spec']).toEqual(want));

import { expect, test } from '@jest/globals';
import { readYaml } from '../../src/config/yaml/source.js';

test.each<[string, unknown]>([
  ['.', '.'], ['-.', '-.'], ['e2', 'e2'], ['.e2', '.e2'], ['1.', 1], ['.5', 0.5], ['-1.5', -1.5], ['1e3', 1000], ['1.5e-1', 0.15], ['1_000.5', 1000.5], ['1.2.3', '1.2.3'],
])('the plain value %s is read as %p', (text, want) => {
  expect(readYaml('f.yaml', `- ${text}`, [])?.value).toEqual([want]);
});

import { expect, test } from '@jest/globals';
import { ownersPaths } from '../../../src/core/owners/load.js';
import { silentLog } from '../../../src/core/ports/log.js';

const files = ['OWNERS', 'README.md', 'OWNERS_ALIASES', 'src/OWNERS', 'src/dir/OWNERS', 'src/dir/conformance/OWNERS', 'src/doc.md', 'vendor/OWNERS', 'vendor/k8s.io/client-go/OWNERS', 'x_output/OWNERS'];

test.each<{ name: string; denied: readonly string[]; without: readonly string[] }>([
  { name: 'nothing denied', denied: [], without: [] },
  { name: 'a folder and what is below', denied: ['src'], without: ['src/OWNERS', 'src/dir/OWNERS', 'src/dir/conformance/OWNERS'] },
  { name: 'only what is below', denied: ['src/dir/.'], without: ['src/dir/conformance/OWNERS'] },
  { name: 'in the middle', denied: ['/c'], without: ['src/dir/conformance/OWNERS', 'vendor/k8s.io/client-go/OWNERS'] },
  { name: 'no folder ends so', denied: ['sr$'], without: [] },
  { name: 'the usual ones', denied: ['\\.git$', '_output$', 'vendor/.*/.*'], without: ['vendor/k8s.io/client-go/OWNERS', 'x_output/OWNERS'] },
  { name: 'a pattern that is none is left out', denied: ['(?=x)', '_output$'], without: ['x_output/OWNERS'] },
  { name: 'the root is never denied', denied: ['.'], without: files.filter((file) => file.includes('/')) },
])('$name', ({ denied, without }) => {
  const found = ownersPaths(files, { ownersFile: 'OWNERS', aliasesFile: 'OWNERS_ALIASES', markdown: false, denied }, silentLog);
  expect(found).toEqual(files.filter((file) => file.endsWith('OWNERS') && !without.includes(file)));
});

test('Markdown counts where it is wanted', () => {
  const rules = { ownersFile: 'OWNERS', aliasesFile: 'OWNERS_ALIASES', denied: ['src'] };
  expect(ownersPaths(['README.md', 'src/doc.md'], { ...rules, markdown: true }, silentLog)).toEqual(['README.md']);
  expect(ownersPaths(['README.md'], { ...rules, markdown: false }, silentLog)).toEqual([]);
});

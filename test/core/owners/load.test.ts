import { expect, test } from '@jest/globals';
import { loadOwnership, ownersPaths, type OwnersRules } from '../../../src/core/owners/load.js';
import type { OwnersFile } from '../../../src/core/owners/parse.js';
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
  const found = ownersPaths(files, { ownersFile: 'OWNERS', aliasesFile: 'OWNERS_ALIASES', markdown: false, denied, codeowners: false }, silentLog);
  expect(found).toEqual(files.filter((file) => file.endsWith('OWNERS') && !without.includes(file)));
});

test('Markdown counts where it is wanted', () => {
  const rules = { ownersFile: 'OWNERS', aliasesFile: 'OWNERS_ALIASES', denied: ['src'], codeowners: false };
  expect(ownersPaths(['README.md', 'src/doc.md'], { ...rules, markdown: true }, silentLog)).toEqual(['README.md']);
  expect(ownersPaths(['README.md'], { ...rules, markdown: false }, silentLog)).toEqual([]);
});

const signal = new AbortController().signal;
const repo = { org: 'o', name: 'r' };
const rules: OwnersRules = { ownersFile: 'OWNERS', aliasesFile: 'OWNERS_ALIASES', markdown: true, denied: [], codeowners: true };

/** A repository whose files are texts and whose ids are their texts, too. */
function reader() {
  const read: string[] = [];
  const kept = new Map<string, OwnersFile | null>();
  const load = (content: Readonly<Record<string, string>>, more: Partial<OwnersRules> = {}) => loadOwnership(repo, 'sha', { ...rules, ...more }, {
    git: {
      filesAt: () => Promise.resolve(new Map(Object.entries(content))),
      readBlobs: (_repo, _sha, ids) => { read.push(...ids); return Promise.resolve(ids); },
    },
    memory: { get: (key) => kept.get(key), set: (key, file) => { kept.set(key, file); } }, log: silentLog, signal,
  });
  return { load, read, kept };
}

test('a file is read and parsed once, whatever commits it is in; other aliases expand it anew', async () => {
  const { load, read, kept } = reader();
  const approvers = async (content: Readonly<Record<string, string>>) => {
    const found = await load(content);
    return found.kind === 'owners' ? [...(found.tree.get('a')?.entries[0]?.approvers ?? [])] : [];
  };
  const file = 'approvers: [team]\n';
  const one = 'aliases: {team: [x]}\n';
  const other = 'aliases: {team: [y]}\n';
  expect(await approvers({ 'a/OWNERS': file, OWNERS_ALIASES: one, 'm.md': '# no front matter' })).toEqual(['x']);
  expect(await approvers({ 'a/OWNERS': file, OWNERS_ALIASES: other, 'm.md': '# no front matter' })).toEqual(['y']);
  expect(await approvers({ 'a/OWNERS': file, 'm.md': '# no front matter' })).toEqual(['team']);
  expect(read).toEqual([one, file, '# no front matter', other]);
  expect(kept.get('m # no front matter')).toBeNull();
});

test('broken aliases are no aliases at all', async () => {
  const found = await reader().load({ OWNERS: 'approvers: [team, a]\n', OWNERS_ALIASES: 'aliases: {good: [x], team: y}\n' });
  expect(found.kind === 'owners' && [...(found.tree.get('')?.entries[0]?.approvers ?? [])]).toEqual(['team', 'a']);
});

test.each<{ name: string; content: Readonly<Record<string, string>>; more?: Partial<OwnersRules>; want: string }>([
  { name: 'nothing', content: { x: '' }, want: 'owners' },
  { name: 'off', content: { CODEOWNERS: '* @a' }, more: { codeowners: false }, want: 'owners' },
  { name: 'only CODEOWNERS', content: { CODEOWNERS: '* @a' }, want: 'CODEOWNERS' },
  { name: 'the first place', content: { 'docs/CODEOWNERS': '* @c', CODEOWNERS: '* @b', '.github/CODEOWNERS': '* @a' }, want: '.github/CODEOWNERS' },
  { name: 'the last place', content: { 'docs/CODEOWNERS': '* @c', 'x/CODEOWNERS': '* @b' }, want: 'docs/CODEOWNERS' },
  { name: 'an owners file anywhere', content: { CODEOWNERS: '* @a', 'x/y/OWNERS': 'approvers: [b]\n' }, want: 'owners' },
  { name: 'a broken owners file', content: { CODEOWNERS: '* @a', OWNERS: '[' }, want: 'owners' },
  { name: 'Markdown with owners', content: { CODEOWNERS: '* @a', 'x.md': '---\napprovers: [b]\n---\n' }, want: 'owners' },
  { name: 'Markdown without', content: { CODEOWNERS: '* @a', 'x.md': 'hello' }, want: 'CODEOWNERS' },
])('CODEOWNERS or owners files: $name', async ({ content, more, want }) => {
  const found = await reader().load(content, more);
  expect(found.kind === 'codeowners' ? found.path : found.kind).toBe(want);
});

test('a CODEOWNERS file that GitHub would not take says nothing', async () => {
  expect(await reader().load({ CODEOWNERS: `* @a\n${'#'.repeat(3_000_001)}` })).toEqual({ kind: 'codeowners', path: 'CODEOWNERS', rules: [] });
});

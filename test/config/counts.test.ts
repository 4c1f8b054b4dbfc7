import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';

/** How many jobs of which kind a repository has: `presubmits org/repo`, `postsubmits org/repo`, `periodics`. */
type Counts = ReadonlyMap<string, number>;

const SECTION = /^(presubmits|postsubmits|periodics):\s*(?:#.*)?$/;

/**
 * Counts the jobs of a file by the indentation of its lines, without a YAML parser: a list of jobs follows its key, and its items are the
 * lines that begin with a dash as far to the right as the first one does. Only what real files look like is understood.
 */
function countsIn(text: string): Counts {
  const counts = new Map<string, number>();
  let section = '';
  let repo = '';
  let repoIndent = -1;
  let itemIndent = -1;
  for (const line of text.split('\n')) {
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    const indent = line.length - content.length;
    const dash = /^-(?:\s|$)/.test(content);
    if (indent === 0 && !dash) {
      section = SECTION.exec(line)?.[1] ?? '';
      repo = '';
      repoIndent = itemIndent = -1;
    } else if (section !== '' && section !== 'periodics' && !dash && (repoIndent < 0 || indent <= repoIndent)) {
      repoIndent = indent;
      itemIndent = -1;
      repo = /^(["']?)(.*?)\1\s*:\s*(?:#.*)?$/.exec(content)?.[2] ?? `not understood: ${content}`;
      counts.set(`${section} ${repo}`, counts.get(`${section} ${repo}`) ?? 0);
    } else if (section !== '' && dash && (itemIndent < 0 || indent === itemIndent)) {
      itemIndent = indent;
      const key = section === 'periodics' ? section : `${section} ${repo}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** All job files. Of `.prowignore` only plain names of files beside it are understood. */
function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const rules = entries.some(({ name }) => name === '.prowignore') ? readFileSync(join(folder, '.prowignore'), 'utf8').split('\n').map((rule) => rule.trim()) : [];
  const ignored = new Set(rules.filter((rule) => rule !== '' && !rule.startsWith('#')));
  for (const rule of ignored) if (!entries.some((entry) => entry.isFile() && entry.name === rule)) throw new Error(`${folder}/.prowignore is not understood by this test: ${rule}`);
  return entries.filter(({ name }) => !ignored.has(name)).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

function sum(all: readonly Counts[]): Counts {
  const total = new Map<string, number>();
  for (const counts of all) for (const [key, count] of counts) total.set(key, (total.get(key) ?? 0) + count);
  return total;
}

const sorted = (counts: Iterable<readonly [string, number]>) => Object.fromEntries([...counts].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1)));

test('the count by indentation', () => {
  const text = `# jobs
presets:
- labels: {a: b}
presubmits:
  # the first
  org/a:
  - name: one
    spec:
      containers:
      - args:
        - |
          presubmits:
          - name: no
  - name: two
  "org/b": # quoted
    - name: three
    # a comment
    - &x
      name: four
  org/none: []
postsubmits: {}
periodics:
- name: five
  extra_refs:
  - org: o
- name: six
`;
  expect(sorted(countsIn(text))).toEqual({ 'presubmits org/a': 2, 'presubmits org/b': 2, periodics: 2 });
});

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

describe('jobs of real installations are as many as an independent count says', () => {
  if (!existsSync(DATA)) {
    test(`the configurations are not here (${DATA}), nothing is counted`, () => { expect(existsSync(DATA)).toBe(false); });
    return;
  }
  test.each([
    { name: 'istio', config: 'istio/config.yaml', jobs: 'istio/jobs' },
    { name: 'kubernetes', config: 'kubernetes/config/prow/config.yaml', jobs: 'kubernetes/config/jobs' },
  ])('$name', async ({ config, jobs }) => {
    const { snapshot } = await loadConfig({ configPath: DATA + config, jobConfigPath: DATA + jobs });
    const listed = (['presubmits', 'postsubmits'] as const).flatMap((kind) => Array.from(snapshot.jobs[kind], ([repo, all]): readonly [string, number] => [`${kind} ${repo}`, all.length]));
    const counted = sum([DATA + config, ...filesBelow(DATA + jobs)].map((file) => countsIn(readFileSync(file, 'utf8'))));
    expect(sorted([...listed, ['periodics', snapshot.jobs.periodics.length]])).toEqual(sorted(counted));
    expect(counted.size).toBeGreaterThan(20);
  }, 120_000);
});

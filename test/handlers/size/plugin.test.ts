import { expect, test } from '@jest/globals';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import type { GitReads } from '../../../src/core/ports/git.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { decideSize, sizeLabel } from '../../../src/handlers/size/decide.js';
import { delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const STEPS = { s: 10, m: 30, l: 100, xl: 500, xxl: 1000 };

test.each([[0, 'XS'], [9, 'XS'], [10, 'S'], [29, 'S'], [30, 'M'], [99, 'M'], [100, 'L'], [499, 'L'], [500, 'XL'], [999, 'XL'], [1000, 'XXL'], [1e6, 'XXL']] as const)('%i lines are size/%s', (lines, want) =>
  expect(sizeLabel(lines, STEPS)).toBe(`size/${want}`));

const issue = { org: 'o', name: 'r', number: 1 };
test.each<{ name: string; labels: readonly string[]; want: readonly string[] }>([
  { name: 'none yet', labels: ['kind/bug'], want: ['+size/M'] },
  { name: 'there already', labels: ['size/M', 'kind/bug'], want: [] },
  { name: 'another one', labels: ['size/XS'], want: ['-size/XS', '+size/M'] },
  { name: 'several', labels: ['size/XS', 'size/M', 'size/huge'], want: ['-size/XS', '-size/huge'] },
  { name: 'spelt otherwise', labels: ['size/m'], want: [] },
])('labels: $name', ({ labels, want }) => {
  const actions = decideSize(issue, 'size/M', labels).flatMap((action) => (action.kind === 'each' ? action.actions : [action]));
  expect(actions.map((action) => (action.kind === 'label.add' ? `+${action.label}` : action.kind === 'label.remove' ? `-${action.label}` : action.kind))).toEqual(want);
});

interface Case {
  readonly name: string;
  readonly action?: string;
  readonly files: readonly (readonly [path: string, additions: number, deletions: number])[];
  readonly base?: Readonly<Record<string, string>>;
  readonly labels?: readonly string[];
  readonly had?: readonly string[];
  readonly size?: object;
  readonly writes: readonly string[];
}

function start({ files, base = {}, labels = [], had = labels, size = {} }: Case) {
  const asked: string[] = [];
  const git: Partial<GitReads> = {
    readFiles: (_repo, sha, paths) => {
      asked.push(sha);
      return Promise.resolve(new Map(paths.flatMap((path) => (base[path] === undefined ? [] : [[path, base[path]] as const]))));
    },
  };
  const made = world(snapshot({ enabled: ['size'], plugins: { size } }));
  const { github } = made;
  github.labelsOf.set(1, new Set(had));
  github.files = () => Promise.resolve(files.map(([path, additions, deletions]) => ({ path, additions, deletions, previousPath: undefined, status: 'modified', patch: undefined })));
  return { github, asked, deps: { ...made.deps, git: { ...made.deps.git, ...git } } };
}

test.each<Case>([
  { name: 'additions and deletions count', files: [['a', 5, 4], ['b', 0, 1]], writes: ['+size/S'] },
  { name: 'generated files do not', files: [['a', 5, 0], ['gen/b', 500, 0], ['c.pb.go', 500, 0], ['listed', 500, 0]], base: { '.generated_files': 'prefix gen/\npaths-from-repo list\n', list: 'listed\n', '.gitattributes': '*.pb.go linguist-generated=true\n' }, writes: ['+size/XS'] },
  { name: 'attributes in folders count (K38)', files: [['a/b/c', 500, 0]], base: { 'a/.gitattributes': 'c linguist-generated\n' }, writes: ['+size/XS'] },
  { name: 'a malformed file fails nothing (K15)', files: [['a', 1, 0]], base: { '.generated_files': 'what is this\n', '.gitattributes': '!a linguist-generated=true\n' }, writes: ['+size/XS'] },
  { name: "steps of one's own, some of them (K38)", files: [['a', 5, 0]], size: { s: 2 }, writes: ['+size/S'] },
  { name: 'another size after a push', action: 'synchronize', files: [['a', 50, 0]], labels: ['size/XS'], writes: ['-size/XS', '+size/M'] },
  { name: 'a label that the payload does not know yet', action: 'synchronize', files: [['a', 50, 0]], labels: [], had: ['size/XS'], writes: ['-size/XS', '+size/M'] },
  { name: 'reopened', action: 'reopened', files: [['a', 1, 0]], writes: ['+size/XS'] },
  { name: 'edited', action: 'edited', files: [['a', 1, 0]], labels: ['size/XS'], writes: [] },
  { name: 'labelled', action: 'labeled', files: [['a', 1, 0]], writes: [] },
])('$name', async (it) => {
  const { github, asked, deps } = start(it);
  await createHandling(deps).run('size', delivery('pull_request', pullPayload({ action: it.action ?? 'opened', labels: it.labels ?? [] })), { signal, attempt: 1 });
  expect(github.writes).toEqual(it.writes);
  // The base says what is generated: a pull request cannot make itself smaller.
  expect(new Set(asked)).toEqual(new Set(it.action === 'labeled' ? [] : ['old-base']));
});

test.each([
  { name: 'a base that is gone means that nothing is generated', error: new NotFoundError('no such commit', { service: 'git' }), writes: ['+size/M'] },
  { name: 'git being away is tried again', error: new RemoteError('away', { service: 'git' }), writes: [] },
])('$name', async ({ error, writes }) => {
  const { github, deps } = start({ name: '', files: [['a', 50, 0]], writes: [] });
  deps.git.readFiles = () => Promise.reject(error);
  await createHandling(deps).run('size', delivery('pull_request', pullPayload({ action: 'opened' })), { signal, attempt: 1 }).catch((thrown: unknown) => expect(thrown).toBe(writes.length > 0 ? undefined : error));
  expect(github.writes).toEqual(writes);
});

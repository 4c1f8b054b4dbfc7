import { expect, test } from '@jest/globals';
import type { Pull } from '../../../src/core/event.js';
import { blockedFiles, type Guard } from '../../../src/handlers/blockade/decide.js';
import { BLOCKED, blockedText } from '../../../src/handlers/blockade/text.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { BOT, botComment, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const guard = (block: readonly string[], except: readonly string[] = [], explanation = 'frozen'): Guard => ({ block, except, explanation });
const touched = (...paths: readonly string[]) => paths.map((path) => ({ path, previousPath: undefined }));

test.each<{ name: string; files: Parameters<typeof blockedFiles>[0]; guards: readonly Guard[]; want: Readonly<Record<string, readonly string[]>> }>([
  { name: 'nothing is guarded', files: touched('a'), guards: [], want: {} },
  { name: 'a path that fits', files: touched('docs/a', 'src/docs/a', 'docs/b'), guards: [guard(['^docs/'])], want: { frozen: ['docs/a', 'docs/b'] } },
  { name: 'expressions match anywhere', files: touched('a/b.lock'), guards: [guard(['x', '\\.lock$'])], want: { frozen: ['a/b.lock'] } },
  { name: 'an exception', files: touched('docs/a', 'docs/open/a'), guards: [guard(['^docs/'], ['^docs/open/'])], want: { frozen: ['docs/a'] } },
  { name: 'an exception does not help against another guard', files: touched('docs/open/a'), guards: [guard(['^docs/'], ['^docs/open/'], 'one'), guard(['a$'], [], 'two')], want: { two: ['docs/open/a'] } },
  { name: 'two guards block one file', files: touched('docs/a'), guards: [guard(['^docs/'], [], 'one'), guard(['a$'], [], 'two')], want: { one: ['docs/a'], two: ['docs/a'] } },
  { name: 'one explanation of two guards', files: touched('b', 'a'), guards: [guard(['b']), guard(['a', 'b'])], want: { frozen: ['a', 'b'] } },
  { name: 'a file that was moved away', files: [{ path: 'src/a', previousPath: 'docs/a' }], guards: [guard(['^docs/'])], want: { frozen: ['src/a'] } },
])('$name', ({ files, guards, want }) => expect(Object.fromEntries(blockedFiles(files, guards).map(({ explanation, paths }) => [explanation, paths]))).toEqual(want));

test('the comment names each file with its address at the head, and nothing in a path is Markdown', () => {
  const pull = { url: 'https://ghe.example/o/r/pull/1', headSha: 'abc', author: { login: 'author', type: 'User' } } as Pull;
  const text = blockedText(pull, [{ explanation: '', paths: ['a b/#1?.md', 'x](http://evil) @all'] }, { explanation: 'Frozen until v2', paths: ['z'] }]);
  expect(text).toMatch(/^@author: /);
  expect(text).toContain('](https://ghe.example/o/r/blob/abc/a%20b/%231%3F.md)');
  expect(text).toContain('- [x\\](http://evil) \\@all](');
  expect(text).toContain('Frozen until v2:\n\n- [z](');
  expect(text).toContain('These files are protected:');
  const many = blockedText(pull, [{ explanation: 'x', paths: Array.from({ length: 3_000 }, (_, n) => `a/very/long/path/${n}`) }]);
  expect(many.length).toBeLessThan(65_536);
  expect(many).toContain('and 2900 more');
});

interface Case {
  readonly name: string;
  readonly action?: string;
  readonly changed?: readonly string[];
  readonly labels?: readonly string[];
  readonly had?: readonly string[];
  readonly base?: string;
  readonly more?: object;
  readonly sender?: string;
  readonly style?: 'quiet' | 'upstream';
  /** Who added the label last. */
  readonly by?: string;
  readonly comments?: readonly string[];
  readonly writes: readonly string[];
}

const entry = { repos: ['o/r'], blockregexps: ['^docs/', '(broken'], exceptionregexps: ['^docs/open/', '[broken'], explanation: 'frozen' };

function start({ changed = ['docs/a'], labels = [], had = labels, style = 'quiet', by = BOT, comments = [] }: Case, blockades: readonly object[] = [entry]) {
  const made = world(snapshot({ enabled: ['blockade'], plugins: { comment_style: style, blockades } }));
  const { github } = made;
  github.changed = changed;
  github.labelsOf.set(1, new Set(had));
  if (had.length > 0) github.timeline.push({ event: 'labeled', actor: by, label: BLOCKED, at: '2026-03-01T11:00:00Z' });
  github.commentsOf.set(1, comments.map((body, n) => botComment(100 + n, body)));
  return made;
}

const MINE = 'They are blocked.\n\n<!-- prow:blockade/blocked -->';
const UPSTREAMS = `@author: Adding label: \`${BLOCKED}\` because of it.`;
const rebased = { changes: { base: { ref: { from: 'other' } } } };

test.each<Case>([
  { name: 'blocked', writes: [`+${BLOCKED}`, 'comment'] },
  { name: 'reopened', action: 'reopened', writes: [`+${BLOCKED}`, 'comment'] },
  { name: 'pushed', action: 'synchronize', writes: [`+${BLOCKED}`, 'comment'] },
  { name: 'free', changed: ['src/a'], writes: [] },
  { name: 'freed by an exception', changed: ['docs/open/a'], writes: [] },
  { name: 'labelled already, by upstream: the comment that can be edited comes', action: 'synchronize', labels: [BLOCKED], writes: ['comment'] },
  { name: 'labelled already: other files, the comment is brought up to date (K24)', action: 'synchronize', labels: [BLOCKED.toUpperCase()], comments: [MINE], writes: ['edit 100'] },
  { name: 'labelled already, in the upstream style: nothing', action: 'synchronize', labels: [BLOCKED], style: 'upstream', comments: [UPSTREAMS], writes: [] },
  { name: 'a label that the payload does not know yet', action: 'synchronize', had: [BLOCKED], style: 'upstream', writes: [] },
  { name: 'no longer blocked', action: 'synchronize', changed: ['src/a'], labels: [BLOCKED], comments: ['Something else.', MINE, UPSTREAMS], writes: [`-${BLOCKED}`, 'delete 101', 'delete 102'] },
  { name: 'no longer blocked, in the upstream style', action: 'synchronize', changed: ['src/a'], labels: [BLOCKED], style: 'upstream', comments: ['Blocked.\n\n<!-- prow:blockade/blocked/d0 -->'], writes: [`-${BLOCKED}`, 'delete 100'] },
  { name: 'a label that a person has added stays (K24)', action: 'synchronize', changed: ['src/a'], labels: [BLOCKED], by: 'alice', writes: [] },
  { name: 'taken away by hand: it comes back (K24)', action: 'unlabeled', sender: 'alice', more: { label: { name: BLOCKED } }, comments: [MINE], writes: [`+${BLOCKED}`, 'edit 100'] },
  { name: 'taken away by the bot', action: 'unlabeled', sender: BOT, more: { label: { name: BLOCKED } }, writes: [] },
  { name: 'another label is taken away', action: 'unlabeled', sender: 'alice', more: { label: { name: 'lgtm' } }, writes: [] },
  { name: 'moved to another base (K24)', action: 'edited', more: rebased, writes: [`+${BLOCKED}`, 'comment'] },
  { name: 'another title', action: 'edited', writes: [] },
  { name: 'labelled', action: 'labeled', more: { label: { name: BLOCKED } }, writes: [] },
])('$name', async (it) => {
  const { github, deps } = start(it);
  await createHandling(deps).run('blockade', delivery('pull_request', pullPayload({ action: it.action ?? 'opened', labels: it.labels ?? [], sender: it.sender ?? 'author', more: it.more ?? {} })), { signal, attempt: 1 });
  expect(github.writes).toEqual(it.writes);
});

test.each<{ name: string; blockades: readonly object[]; base?: string; labels?: readonly string[]; writes: readonly string[]; reads: readonly string[] }>([
  { name: 'another branch', blockades: [{ ...entry, branchregexp: '^release-' }], writes: [], reads: [] },
  { name: 'the branch', blockades: [{ ...entry, branchregexp: '^release-' }], base: 'release-1', writes: [`+${BLOCKED}`, 'comment'], reads: ['files', 'comments'] },
  { name: 'the organisation', blockades: [{ ...entry, repos: ['o'] }], writes: [`+${BLOCKED}`, 'comment'], reads: ['files', 'comments'] },
  { name: 'another repository', blockades: [{ ...entry, repos: ['o/other'] }], writes: [], reads: [] },
  { name: 'no expression to block with', blockades: [{ ...entry, blockregexps: ['(broken'] }], writes: [], reads: [] },
  { name: 'none applies any more, and the label is left over', blockades: [], labels: [BLOCKED], writes: [`-${BLOCKED}`], reads: ['comments', 'issueEvents'] },
])('$name', async ({ blockades, base = 'main', labels = [], writes, reads }) => {
  const { github, deps } = start({ name: '', labels, writes }, blockades);
  await createHandling(deps).run('blockade', delivery('pull_request', pullPayload({ action: 'opened', base, labels })), { signal, attempt: 1 });
  expect(github.writes).toEqual(writes);
  expect(github.reads).toEqual(reads);
});

test('what a bot before us has labelled and commented on is taken away like our own', async () => {
  const { github, deps } = start({ name: '', changed: ['src/a'], labels: [BLOCKED], by: 'former-robot', writes: [] });
  github.commentsOf.set(1, [{ ...botComment(100, UPSTREAMS), user: { login: 'former-robot', type: 'User' } }]);
  await createHandling(deps).run('blockade', delivery('pull_request', pullPayload({ action: 'synchronize', labels: [BLOCKED] })), { signal, attempt: 1 });
  expect(github.writes).toEqual([`-${BLOCKED}`]);
});

test('the same files once more change nothing', async () => {
  const { github, deps } = start({ name: '', writes: [] });
  const handling = createHandling(deps);
  await handling.run('blockade', delivery('pull_request', pullPayload({ action: 'opened' })), { signal, attempt: 1 });
  await handling.run('blockade', delivery('pull_request', pullPayload({ action: 'synchronize' })), { signal, attempt: 1 });
  expect(github.writes).toEqual([`+${BLOCKED}`, 'comment']);
});

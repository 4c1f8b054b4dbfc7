import { expect, test } from '@jest/globals';
import type { PullCommit } from '../../../src/core/ports/github.js';
import { guideUrl, NO, unsigned, YES } from '../../../src/handlers/dco/decide.js';
import { DcoEntry } from '../../../src/config/plugins/commits.js';
import { RemoteError } from '../../../src/core/errors.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { botComment, commentPayload, type World } from '../fakes.js';
import { commit, pull, ran, texts } from '../policy.js';

const SIGNED = commit('A\n\nSigned-off-by: A <a@example.com>');
const by = (login: string | undefined, message = 'B') => commit(message, { author: login === undefined ? undefined : { login, type: 'User' } });

test.each<{ name: string; one: PullCommit; missing: boolean }>([
  { name: 'signed', one: SIGNED, missing: false },
  { name: 'in any case, with CRLF', one: commit('A\r\n\r\nsigned-OFF-by: a\r\n'), missing: false },
  { name: 'not signed', one: commit('A'), missing: true },
  { name: 'not at the start of a line', one: commit('A\n\n Signed-off-by: a'), missing: true },
  { name: 'a merge', one: commit('Merge', { parents: ['a', 'b'] }), missing: false },
  { name: 'a first commit', one: commit('A', { parents: [] }), missing: true },
])('$name', ({ one, missing }) => expect(unsigned([one])).toEqual(missing ? [one] : []));

test.each([
  { entry: {}, want: 'https://github.com/o/r/blob/master/CONTRIBUTING.md' },
  { entry: { contributing_repo: 'a/docs', contributing_branch: 'main', contributing_path: 'docs/C.md' }, want: 'https://github.com/a/docs/blob/main/docs/C.md' },
])('the guide: $want', ({ entry, want }) => expect(guideUrl(DcoEntry.parse(entry), { org: 'o', name: 'r' }, 'https://github.com')).toBe(want));

type Over = Readonly<{ action?: string; commits?: readonly PullCommit[]; had?: readonly string[]; states?: readonly string[]; said?: readonly string[]; entry?: Readonly<Record<string, unknown>>; style?: string; prepare?: (world: World) => void; attempt?: number }>;
const prepare = ({ commits = [commit('A')], had = [], states = [], said = [], prepare: more }: Over) => (world: World): void => {
  world.github.commitsOf = commits;
  world.github.labelsOf.set(1, new Set(had));
  world.github.history = states.map((state) => ({ context: 'dco', state, description: '', url: '' }));
  world.github.commentsOf.set(1, said.map((body, n) => botComment(n + 1, body)));
  more?.(world);
};
const pluginsOf = ({ entry, style = 'quiet' }: Over) => ({ comment_style: style, ...(entry ? { dco: { 'o/r': entry, o: {}, '*': {} } } : {}) });
const run = (over: Over = {}) =>
  ran('dco', { event: 'pull_request', payload: pull({ action: over.action ?? 'opened', labels: over.had ?? [] }), plugins: pluginsOf(over), prepare: prepare(over), attempt: over.attempt ?? 1 });

test.each<{ name: string; over: Over; writes: readonly string[] }>([
  { name: 'signed', over: { commits: [SIGNED] }, writes: [`+${YES}`, 'status dco=success'] },
  { name: 'not signed', over: {}, writes: [`+${NO}`, 'status dco=failure', 'comment'] },
  { name: 'put right', over: { action: 'synchronize', commits: [SIGNED], had: [NO], states: ['failure', 'success'], said: ["you'll need to add a 'DCO signoff' to your commits."] }, writes: [`-${NO}`, `+${YES}`, 'status dco=success', 'delete 1'] },
  { name: 'all as it should be', over: { action: 'synchronize', commits: [SIGNED], had: [YES], states: ['success', 'failure'] }, writes: [] },
  { name: 'signed no more', over: { action: 'synchronize', had: [YES], states: ['success'] }, writes: [`-${YES}`, `+${NO}`, 'status dco=failure', 'comment'] },
  { name: 'names of labels are exact', over: { action: 'synchronize', commits: [SIGNED], had: ['DCO-signoff: yes'], states: ['success'] }, writes: [`+${YES}`] },
  { name: 'reopened: upstream says nothing', over: { action: 'reopened', style: 'upstream' }, writes: [`+${NO}`, 'status dco=failure'] },
  { name: 'reopened: people are told all the same (K25)', over: { action: 'reopened' }, writes: [`+${NO}`, 'status dco=failure', 'comment'] },
  { name: 'edited', over: { action: 'edited' }, writes: [] },
])('$name', async ({ over, writes }) => expect((await run(over)).github.writes).toEqual(writes));

test('the comment lists the commits, as code, and is kept up to date', async () => {
  const [text = ''] = texts(await run({ commits: [commit('Ask @carol `now`\n\nbody'), SIGNED] }));
  expect(text).toContain('- [c0ffee1](https://github.com/o/r/commits/c0ffee1234567890) `` Ask @carol `now` ``\n');
  expect(text.match(/c0ffee1234567890/g)).toHaveLength(1);
  const again = { had: [NO], states: ['failure'], said: [text] };
  expect((await run({ ...again, action: 'synchronize', commits: [commit('Ask @carol `now`')] })).github.writes).toEqual([]);
  expect((await run({ ...again, action: 'synchronize', commits: [commit('Other')] })).github.writes).toEqual(['edit 1']);
  expect((await run({ ...again, action: 'synchronize', commits: [commit('Other')], style: 'upstream' })).github.writes).toEqual(['delete 1', 'comment']);
});

test.each<{ name: string; entry: Readonly<Record<string, unknown>>; author: string | undefined; excused: boolean; reads?: readonly string[] }>([
  { name: 'nobody unless said', entry: {}, author: 'alice', excused: false, reads: [] },
  { name: 'members', entry: { skip_dco_check_for_members: true }, author: 'alice', excused: true },
  { name: 'not collaborators', entry: { skip_dco_check_for_members: true }, author: 'carol', excused: false },
  { name: 'collaborators', entry: { skip_dco_check_for_collaborators: true }, author: 'carol', excused: true },
  { name: 'and members with them', entry: { skip_dco_check_for_collaborators: true }, author: 'alice', excused: true },
  { name: 'members of the trusted organisation', entry: { skip_dco_check_for_members: true, trusted_org: 'p' }, author: 'dora', excused: true },
  { name: 'apps', entry: { trusted_apps: ['renovate'] }, author: 'renovate[bot]', excused: true, reads: [] },
  { name: 'not people of that name', entry: { trusted_apps: ['renovate'] }, author: 'renovate', excused: false, reads: [] },
  { name: 'apps alone excuse no members (K25)', entry: { trusted_apps: ['renovate'] }, author: 'alice', excused: false, reads: [] },
  { name: 'nobody without an account, and nobody is asked (K25)', entry: { skip_dco_check_for_members: true }, author: undefined, excused: false, reads: [] },
])('who need not sign: $name', async ({ entry, author, excused, reads }) => {
  const { github } = await run({ entry, commits: [by(author), by(author, 'C')], prepare: (world) => world.github.members.add('p:dora') });
  expect(github.writes[0]).toBe(excused ? `+${YES}` : `+${NO}`);
  if (reads) expect(github.reads.filter((read) => read.startsWith('is'))).toEqual(reads);
});

test('a membership that cannot be read is an error, not a no', async () => {
  const broken = (world: World) => { world.github.isMember = () => Promise.reject(new RemoteError('502', { service: 'github' })); };
  await expect(run({ entry: { skip_dco_check_for_members: true }, prepare: broken })).rejects.toThrow('502');
});

const asked = (said: Partial<Parameters<typeof commentPayload>[0]> = {}, over: Over = {}) =>
  ran('dco', {
    event: 'issue_comment', payload: commentPayload({ body: '/check-dco', user: 'anybody', ...said }), plugins: pluginsOf(over),
    prepare: prepare({ ...over, prepare: ({ github }) => {
      const [event] = parseEvents({ event: 'pull_request', body: JSON.stringify(pull({ action: 'opened', labels: over.had ?? [] })) });
      if (event.kind === 'pull_request') github.pulls.set(1, event.pull);
    } }),
  });

test.each<{ name: string; said?: Partial<Parameters<typeof commentPayload>[0]>; over?: Over; writes: readonly string[] }>([
  { name: 'not signed', writes: [`+${NO}`, 'status dco=failure', 'comment'] },
  { name: 'signed', over: { commits: [SIGNED], had: [NO] }, writes: [`-${NO}`, `+${YES}`, 'status dco=success'] },
  { name: 'closed', said: { state: 'closed' }, writes: [] },
  { name: 'an issue', said: { on: 'issue' }, writes: [] },
  { name: 'with words behind', said: { body: '/check-dco please' }, writes: [] },
])('/check-dco: $name', async ({ said, over, writes }) => expect((await asked(said, over)).github.writes).toEqual(writes));

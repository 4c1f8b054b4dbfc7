import { expect, test } from '@jest/globals';
import { pattern } from '../../src/core/re2.js';
import { createHandling } from '../../src/handlers/dispatch.js';
import type { Plugin } from '../../src/handlers/plugin.js';
import { mayAct, restricted } from '../../src/assembly/config.js';
import { commentPayload, delivery, pullPayload, signal, snapshot, source, world } from './fakes.js';

const test1: Plugin = { name: 'test', help: 'A test.', commands: { go: { usage: '/go', about: 'Goes.', who: 'Anyone', examples: ['/go'], pattern: pattern('(?mi)^/go\\s*$') } }, on: {} };

const gaveUp = async (payload: object, { style = 'quiet', mode = 'act', event = 'issue_comment' }: Readonly<{ style?: 'quiet' | 'upstream'; mode?: 'act' | 'dry'; event?: string }> = {}) => {
  const { github, deps } = world(snapshot({ enabled: ['test'], plugins: { comment_style: style } }), { plugins: [test1], mode });
  const handling = createHandling(deps);
  const what = delivery(event, payload);
  for (let n = 0; n < 2; n++) await handling.gaveUp?.('test', what, { signal });
  await handling.gaveUp?.('unknown', what, { signal });
  return { writes: github.writes, said: (github.commentsOf.get(1) ?? []).map(({ body }) => body), id: what.id };
};

test('whoever gave a command that came to nothing is told once what to do, not why', async () => {
  const { said, id } = await gaveUp(commentPayload({ body: '/go' }));
  expect(said).toEqual([expect.stringMatching(/^@alice: I tried.*say it again later.*plugin `test`/s)]);
  expect(said[0]).toContain(`delivery \`${id}\``);
});

test.each([
  { name: 'with upstream’s style', payload: commentPayload({ body: '/go' }), how: { style: 'upstream' } as const },
  { name: 'in a dry run', payload: commentPayload({ body: '/go' }), how: { mode: 'dry' } as const },
  { name: 'without a command', payload: commentPayload({ body: 'go on' }), how: {} },
  { name: 'with the command in a fence', payload: commentPayload({ body: '```\n/go\n```' }), how: {} },
  { name: 'with an edit', payload: commentPayload({ body: '/go', action: 'edited' }), how: {} },
  { name: 'with an event that nobody wrote', payload: pullPayload({ action: 'synchronize', body: '/go' }), how: { event: 'pull_request' } },
])('$name nobody is told', async ({ payload, how }) => expect((await gaveUp(payload, how)).writes).toEqual([]));

const NONE = { orgs: [], repos: [], notOrgs: [], notRepos: [] };

test.each<{ name: string; enabled: Partial<typeof NONE> | Readonly<Record<string, readonly string[]>>; org?: string; repo?: string | undefined; want: boolean }>([
  { name: 'no flags', enabled: {}, want: true },
  { name: 'an organisation that is named', enabled: { orgs: ['o'] }, want: true },
  { name: 'a repository that is named', enabled: { repos: ['o/r'] }, want: true },
  { name: 'neither is named', enabled: { orgs: ['p'], repos: ['o/x'] }, want: false },
  { name: 'a repository that is switched off in one that is on', enabled: { orgs: ['o'], notRepos: ['o/r'] }, want: false },
  { name: 'an organisation that is switched off', enabled: { notOrgs: ['o'] }, want: false },
  { name: 'another one is', enabled: { notOrgs: ['p'], notRepos: ['o/x'] }, want: true },
  { name: 'K5: names without case', enabled: { orgs: ['O'], notRepos: ['o/R'] }, want: false },
  { name: 'an organisation as a whole', enabled: { orgs: ['o'] }, repo: undefined, want: true },
  { name: 'an organisation of which one repository is on', enabled: { repos: ['o/r'] }, repo: undefined, want: false },
])('flags: $name: $want', ({ enabled, want, ...at }) => {
  const settings = { enabled: { ...NONE, ...enabled } };
  const where = { org: 'o', name: 'repo' in at ? at.repo : 'r' };
  expect(mayAct(settings)(where)).toBe(want);
  if (where.name !== undefined) expect(restricted(source(snapshot({ enabled: ['hold'] })), settings).current().pluginsFor({ org: 'o', name: where.name })).toEqual(want ? ['hold'] : []);
});

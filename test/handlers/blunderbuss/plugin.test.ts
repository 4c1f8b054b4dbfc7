import { expect, test } from '@jest/globals';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import type { Pull } from '../../../src/core/event.js';
import { noAliases, parseOwners } from '../../../src/core/owners/parse.js';
import { createRepoOwners } from '../../../src/core/owners/queries.js';
import { blunderbuss } from '../../../src/handlers/blunderbuss/plugin.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { commentPayload, delivery, pullPayload, signal, snapshot, world } from '../fakes.js';

const file = parseOwners('reviewers: [ann, bob, cid, dora, author]\napprovers: [zoe]\n', noAliases);
const owners = createRepoOwners(new Map(file ? [['', file]] : []), undefined, 'OWNERS');

function start(settings: object = {}, plugin = blunderbuss) {
  const made = world(snapshot({ enabled: [plugin.name], plugins: { blunderbuss: settings } }), { plugins: [plugin], owners: { load: () => Promise.resolve(owners) } });
  made.github.changed = ['x.go'];
  const [opened] = parseEvents(delivery('pull_request', pullPayload({ action: 'opened' })));
  if (opened.kind !== 'pull_request') throw new Error('no pull request');
  made.github.pulls.set(1, opened.pull);
  const handling = createHandling(made.deps);
  const send = async (event: string, payload: object, over: object = {}) => {
    made.github.writes.length = 0;
    await handling.run(plugin.name, delivery(event, payload, over), { signal, attempt: 1 });
    return made.github.writes.map((line) => line.replace(/^review (.*)$/, (_all, names: string) => `asks ${names.split(',').length}`));
  };
  return { ...made, handling, pull: opened.pull, send };
}

const said = (more: Parameters<typeof pullPayload>[0]) => pullPayload(more);

test.each<{ name: string; payload: object; settings?: object; want: readonly string[] }>([
  { name: 'opened', payload: said({ action: 'opened' }), want: ['asks 2'] },
  { name: 'ready for review', payload: said({ action: 'ready_for_review' }), want: ['asks 2'] },
  { name: 'a push', payload: said({ action: 'synchronize' }), want: [] },
  { name: 'a draft', payload: said({ action: 'opened', draft: true }), want: ['asks 2'] },
  { name: 'a draft where they are ignored', payload: said({ action: 'opened', draft: true }), settings: { ignore_drafts: true }, want: [] },
  { name: 'an author who is left alone', payload: said({ action: 'opened', author: 'bot' }), settings: { ignore_authors: ['bot'] }, want: [] },
  { name: 'of authors, letters matter', payload: said({ action: 'opened', author: 'Bot' }), settings: { ignore_authors: ['bot'] }, want: ['asks 2'] },
  { name: 'the author names reviewers', payload: said({ action: 'opened', body: 'Hi\r\n/cc @zoe\r\n' }), want: [] },
  { name: 'the author wants nobody', payload: said({ action: 'opened', body: '/uncc' }), want: [] },
  { name: 'a command in a code block names nobody', payload: said({ action: 'opened', body: '```\n/cc @zoe\n```' }), want: ['asks 2'] },
  { name: 'a status is waited for', payload: said({ action: 'opened' }), settings: { wait_for_status: {} }, want: [] },
  { name: 'with the command in its description it is asked once', payload: said({ action: 'opened', body: '/auto-cc' }), want: ['asks 2'] },
  { name: 'the command in the description of a draft', payload: said({ action: 'opened', body: '/auto-cc', draft: true }), settings: { ignore_drafts: true }, want: ['asks 2'] },
  { name: 'the command while a status is waited for', payload: said({ action: 'opened', body: '/auto-cc' }), settings: { wait_for_status: {} }, want: ['asks 2'] },
  { name: 'one reviewer', payload: said({ action: 'opened' }), settings: { request_count: 1 }, want: ['asks 1'] },
  { name: 'approvers help out', payload: said({ action: 'opened' }), settings: { request_count: 9 }, want: ['asks 5'] },
  { name: 'approvers stay out', payload: said({ action: 'opened' }), settings: { request_count: 9, exclude_approvers: true }, want: ['asks 4'] },
  { name: 'at most so many', payload: said({ action: 'opened' }), settings: { request_count: 9, max_request_count: 3 }, want: ['asks 3'] },
])('$name', async ({ payload, settings = {}, want }) => expect(await start(settings).send('pull_request', payload)).toEqual(want));

test.each<{ name: string; body: string; more?: object; settings?: object; want: readonly string[] }>([
  { name: 'anybody may ask', body: '/auto-cc', want: ['asks 2'] },
  { name: 'in capitals', body: '/Auto-CC \r\n', want: ['asks 2'] },
  { name: 'settings for new ones do not matter', body: '/auto-cc', settings: { ignore_authors: ['author'], wait_for_status: {} }, want: ['asks 2'] },
  { name: 'more behind it', body: '/auto-cc please', want: [] },
  { name: 'edited in', body: '/auto-cc', more: { action: 'edited' }, want: [] },
  { name: 'a closed one', body: '/auto-cc', more: { state: 'closed' }, want: [] },
  { name: 'an issue', body: '/auto-cc', more: { on: 'issue' }, want: [] },
])('/auto-cc: $name', async ({ body, more = {}, settings = {}, want }) => expect(await start(settings).send('issue_comment', commentPayload({ body, ...more }))).toEqual(want));

const repository = { name: 'r', full_name: 'o/r', owner: { login: 'o', type: 'Organization' } };
const sender = { login: 'x', type: 'User' };
const status = (more: object = {}) => ({ repository, sender, sha: 'head-sha', context: 'tide', state: 'pending', description: 'Not mergeable. Needs lgtm label.', branches: [], ...more });
const check = (more: object = {}) => ({ action: 'created', repository, sender, check_run: { id: 5, name: 'tide', head_sha: 'head-sha', status: 'in_progress', conclusion: null, output: { title: 'Not mergeable. Needs approved, lgtm labels.' }, app: { slug: 'prow' }, pull_requests: [], ...more } });
const waiting = { wait_for_status: {} };

test.each<{ name: string; event?: string; payload: object; settings?: object; pull?: Partial<Pull>; want: readonly string[] }>([
  { name: 'the one that is waited for', payload: status(), want: ['asks 2'] },
  { name: 'nothing is waited for', payload: status(), settings: {}, want: [] },
  { name: 'without a description, and nothing is waited for', payload: status({ description: null, state: '' }), settings: {}, want: [] },
  { name: 'another context', payload: status({ context: 'other' }), want: [] },
  { name: 'another state', payload: status({ state: 'success' }), want: [] },
  { name: 'another description', payload: status({ description: 'Retesting: unit' }), want: [] },
  { name: 'no description', payload: status({ description: null }), want: [] },
  { name: 'an old head', payload: status(), pull: { headSha: 'newer' }, want: [] },
  { name: 'a closed one', payload: status(), pull: { state: 'closed' }, want: [] },
  { name: 'somebody was asked already', payload: status(), pull: { requestedReviewers: ['zoe'] }, want: [] },
  { name: 'a draft where they are ignored', payload: status(), settings: { ...waiting, ignore_drafts: true }, pull: { draft: true }, want: [] },
  { name: 'an author who is left alone', payload: status(), settings: { ...waiting, ignore_authors: ['author'] }, want: [] },
  { name: 'a check run of that name', event: 'check_run', payload: check(), want: ['asks 2'] },
  { name: 'a check run that ended', event: 'check_run', payload: check({ status: 'completed', conclusion: 'success' }), want: [] },
  { name: 'a check run of another name', event: 'check_run', payload: check({ name: 'unit' }), want: [] },
])('a status: $name', async ({ event = 'status', payload, settings = waiting, pull = {}, want }) => {
  const { github, pull: open, send } = start(settings);
  github.pulls.set(1, { ...open, ...pull });
  github.withCommit.set('head-sha', [1]);
  expect(await send(event, payload)).toEqual(want);
});

test('a status for several: one that cannot be read is left out, an outage is tried again', async () => {
  const { github, pull, send } = start(waiting);
  github.withCommit.set('head-sha', [1, 2, 3]);
  github.pulls.set(3, { ...pull, number: 3 });
  expect(await send('status', status())).toEqual(['asks 2', 'asks 2']);
  const read = github.pull;
  github.pull = (ref, options) => (ref.number === 2 ? Promise.reject(new RemoteError('down', { service: 'github' })) : read(ref, options));
  await expect(send('status', status())).rejects.toThrow('down');
  github.pull = () => Promise.reject(new NotFoundError('gone', { service: 'github' }));
  expect(await send('status', status())).toEqual([]);
});

test('a repetition of a delivery asks the same people, and deliveries differ', async () => {
  const { github, handling } = start();
  const asked = async (id: string) => {
    github.writes.length = 0;
    await handling.run('blunderbuss', delivery('pull_request', pullPayload({ action: 'opened' }), { id }), { signal, attempt: 1 });
    return github.writes.join();
  };
  const all = new Set<string>();
  for (let n = 0; n < 30; n++) {
    const first = await asked(`d-${n}`);
    expect(await asked(`d-${n}`)).toBe(first);
    all.add(first);
  }
  expect(all.size).toBeGreaterThan(3);
});

test('who is busy is passed over; who cannot be looked up counts as free', async () => {
  const { github, send } = start({ use_status_availability: true, request_count: 3, exclude_approvers: true });
  for (const login of ['ann', 'bob']) github.busy.add(login);
  await send('pull_request', pullPayload({ action: 'opened' }));
  expect(github.writes).toEqual(['review cid,dora']);
  github.isBusy = () => Promise.reject(new RemoteError('down', { service: 'github' }));
  expect(await send('pull_request', pullPayload({ action: 'opened' }))).toEqual(['asks 3']);
});

test('nobody can be asked: nothing happens', async () => {
  const { deps, github } = world(snapshot({ enabled: ['blunderbuss'] }), { plugins: [blunderbuss], owners: { load: () => Promise.resolve(createRepoOwners(new Map(), undefined, 'OWNERS')) } });
  github.changed = ['x'];
  await createHandling(deps).run('blunderbuss', delivery('pull_request', pullPayload({ action: 'opened' })), { signal, attempt: 1 });
  expect(github.writes).toEqual([]);
});

import { expect, test } from '@jest/globals';
import type { Action } from '../../src/core/action.js';
import { RemoteError, UserError } from '../../src/core/errors.js';
import type { Metrics } from '../../src/core/ports/metrics.js';
import { pattern } from '../../src/core/re2.js';
import { createHandling } from '../../src/handlers/dispatch.js';
import type { Handlers, Plugin } from '../../src/handlers/plugin.js';
import { commentPayload, delivery, NOW, pullPayload, signal, snapshot, world } from './fakes.js';

const issue = { org: 'o', name: 'r', number: 1 };
const config = snapshot({ enabled: ['test'] });
const first = { signal, attempt: 1 };

function plugin(on: Handlers<'go'>): Plugin<'go'> {
  return { name: 'test', help: 'Tests.', commands: { go: { usage: '/go', about: 'Goes.', who: 'Anyone', examples: ['/go'], pattern: pattern('(?mi)^/go\\s*$') } }, on };
}
const doing = (...actions: readonly Action[]): Plugin<'go'> => plugin({ command: () => Promise.resolve(actions) });
const go = (over: object = {}) => delivery('issue_comment', commentPayload({ body: '/go' }), over);
const reply: Action = { kind: 'comment.reply', issue, purpose: 'answer', body: 'Done.' };

test('only plugins that are enabled, known and concerned are named', async () => {
  const deps = (enabled: readonly string[]) => world(snapshot({ enabled }), { plugins: [doing()] }).deps;
  expect(await createHandling(deps(['test', 'unknown', 'test'])).pluginsFor(go())).toEqual(['test']);
  expect(await createHandling(deps([])).pluginsFor(go())).toEqual([]);
  const other = delivery('issue_comment', commentPayload({ body: 'nothing to do' }));
  expect(await createHandling(deps(['test'])).pluginsFor(other)).toEqual([]);
  expect(await createHandling(deps(['test'])).pluginsFor(delivery('ping', {}))).toEqual([]);
  expect(await createHandling(deps(['test'])).run('unknown', go(), first)).toEqual([]);
});

test('the typed event goes first, then the comment that it holds', async () => {
  const seen: string[] = [];
  const note = (what: string) => () => {
    seen.push(what);
    return Promise.resolve([]);
  };
  const both = plugin({ pull_request: note('typed'), command: note('command'), comment: note('comment') });
  await createHandling(world(config, { plugins: [both] }).deps).run('test', delivery('pull_request', pullPayload({ action: 'opened', body: '/go' })), first);
  expect(seen).toEqual(['typed', 'command', 'comment']);
});

test('one part that fails does not stop the other', async () => {
  const both = plugin({ pull_request: () => Promise.reject(new Error('broken')), command: () => Promise.resolve([{ kind: 'label.add', issue, label: 'x' }]) });
  const { github, deps } = world(config, { plugins: [both] });
  await expect(createHandling(deps).run('test', delivery('pull_request', pullPayload({ action: 'opened', body: '/go' })), first)).rejects.toThrow('broken');
  expect(github.writes).toEqual(['+x']);
});

test('a list ends at its first failure; inside `each` it goes on and the failure is thrown at the end', async () => {
  const bad: Action = { kind: 'assign', issue, logins: ['x'] };
  const label = (name: string): Action => ({ kind: 'label.add', issue, label: name });
  const plain = world(config, { plugins: [doing(bad, label('a'))] });
  plain.github.assign = () => Promise.reject(new RemoteError('no', { service: 'github' }));
  await expect(createHandling(plain.deps).run('test', go(), first)).rejects.toThrow('no');
  expect(plain.github.writes).toEqual([]);
  const each = world(config, { plugins: [doing({ kind: 'each', actions: [bad, label('a'), bad, label('b')] }, label('c'))] });
  each.github.assign = () => Promise.reject(new RemoteError('no', { service: 'github', retryAfterMs: 5_000 }));
  await expect(createHandling(each.deps).run('test', go(), first)).rejects.toMatchObject({ message: 'no; no', retry: 'later', retryAfterMs: 5_000 });
  expect(each.github.writes).toEqual(['+a', '+b']);
});

test('an answer is posted once, whatever is repeated', async () => {
  const { github, intents, deps } = world(config, { plugins: [doing(reply)] });
  const handling = createHandling(deps);
  const it = go();
  expect(await handling.run('test', it, first)).toEqual(['comment.reply']);
  expect(await handling.run('test', it, { signal, attempt: 2 })).toEqual([]);
  intents.known.clear();
  expect(await handling.run('test', { ...it, via: 'recovered' }, first)).toEqual([]);
  expect(github.writes).toEqual(['comment']);
  expect(github.commentsOf.get(1)?.[0]?.body).toBe(`Done.\n\n<!-- prow:test/answer/${it.id} -->`);
  await handling.run('test', go(), first);
  expect(github.writes).toEqual(['comment', 'comment']);
});

test('an answer whose outcome is unknown is looked for, and somebody else\'s copy of it does not count', async () => {
  const { github, intents, deps } = world(config, { plugins: [doing(reply)] });
  const it = go();
  await intents.begin(`comment:test/answer/${it.id}`);
  github.commentsOf.set(1, [{ id: 1, user: { login: 'mallory', type: 'User' }, body: `<!-- prow:test/answer/${it.id} -->`, createdAt: '', updatedAt: '', url: '' }]);
  await createHandling(deps).run('test', it, first);
  expect(github.writes).toEqual(['comment']);
});

test('a standing comment is edited in place, or replaced', async () => {
  const upsert = (style: 'edit' | 'replace', body: string, formerIds: readonly number[]): Action => ({ kind: 'comment.upsert', issue, purpose: 'state', body, style, formerIds });
  const { github, deps } = world(config);
  const run = (action: Action) => createHandling({ ...deps, plugins: [doing(action)] }).run('test', go(), first);
  await run(upsert('edit', 'one', []));
  const id = github.commentsOf.get(1)?.[0]?.id ?? 0;
  await run(upsert('edit', 'two', [id]));
  expect(github.commentsOf.get(1)).toMatchObject([{ id, body: 'two\n\n<!-- prow:test/state -->' }]);
  await run(upsert('replace', 'three', [id]));
  expect(github.commentsOf.get(1)).toMatchObject([{ body: 'three\n\n<!-- prow:test/state -->' }]);
  await run(upsert('edit', 'four', [id]));
  expect(github.commentsOf.get(1)).toHaveLength(2);
  expect(github.writes).toEqual(['comment', `edit ${id}`, `delete ${id}`, 'comment', 'comment']);
});

test('a standing comment that a later attempt words anew is there in the end', async () => {
  const { github, deps } = world(config);
  const it = go();
  const run = (body: string, formerIds: readonly number[], attempt: number) =>
    createHandling({ ...deps, plugins: [doing({ kind: 'comment.upsert', issue, purpose: 'state', body, style: 'replace', formerIds })] }).run('test', it, { signal, attempt });
  await run('one', [], 1);
  const id = github.commentsOf.get(1)?.[0]?.id ?? 0;
  await run('two', [id], 2);
  expect(github.commentsOf.get(1)).toMatchObject([{ body: 'two\n\n<!-- prow:test/state -->' }]);
});

test('a recovered label action that is out of date is left alone', async () => {
  const { github, deps } = world(config, { plugins: [doing({ kind: 'label.add', issue, label: 'x' })] });
  github.timeline.push({ event: 'labeled', actor: 'alice', label: 'x', at: '2026-03-01T12:00:01Z' }, { event: 'unlabeled', actor: 'bob', label: 'x', at: '2026-03-01T12:00:09Z' });
  await createHandling(deps).run('test', go({ via: 'recovered' }), first);
  await createHandling(deps).run('test', go(), { signal, attempt: 2 });
  expect(github.writes).toEqual([]);
  await createHandling(deps).run('test', go(), first);
  expect(github.writes).toEqual(['+x']);
});

test('a delivery that waited for more than a minute is judged as late', async () => {
  const { github, deps } = world(config, { plugins: [doing({ kind: 'label.add', issue, label: 'x' })] });
  github.timeline.push({ event: 'labeled', actor: 'alice', label: 'x', at: '2026-03-01T11:59:30Z' }, { event: 'unlabeled', actor: 'bob', label: 'x', at: '2026-03-01T11:59:59Z' });
  await createHandling(deps).run('test', go({ at: NOW - 90_000 }), first);
  expect(github.writes).toEqual([]);
});

test('what was made of a delivery is told on, where somebody wants to know', async () => {
  const told: unknown[] = [];
  const handling = createHandling(world(config, { poke: (events, it) => { told.push([it.id, events.map((event) => event.kind)]); return Promise.resolve(); } }).deps);
  await handling.poke?.(delivery('pull_request', pullPayload({ action: 'opened' }), { id: 'd-told' }));
  expect(told).toEqual([['d-told', ['pull_request', 'comment']]]);
  expect(createHandling(world(config).deps).poke).toBeUndefined();
});

test('what came late is made up for in order, and a second time nothing is', async () => {
  const { github, deps } = world(config);
  github.now = NOW + 600_000;
  const label = (kind: 'label.add' | 'label.remove', at: number) => ({ kind, it: go({ at, via: 'recovered' }) });
  const missed = [label('label.add', NOW), label('label.remove', NOW + 2_000), label('label.add', NOW + 4_000), label('label.remove', NOW + 6_000)] as const;
  const replay = async () => {
    for (const { kind, it } of missed) await createHandling({ ...deps, plugins: [doing({ kind, issue, label: 'x' })] }).run('test', it, first);
  };
  await replay();
  expect(github.writes).toEqual(['+x', '-x', '+x', '-x']);
  await replay();
  expect(github.writes).toHaveLength(4);
});

test('a user error is posted word for word to whoever asked, and is no failure', async () => {
  const { github, deps } = world(config, { plugins: [plugin({ command: () => Promise.reject(new UserError('There is no such milestone.')) })] });
  expect(await createHandling(deps).run('test', go(), first)).toEqual(['comment.reply']);
  expect(github.commentsOf.get(1)?.[0]?.body).toMatch(/^@alice: There is no such milestone\.\n[\s\S]*>\/go/);
});

test('a dry run decides and writes nothing', async () => {
  const { github, intents, jobs, deps } = world(config, { plugins: [doing(reply, { kind: 'label.add', issue, label: 'x' }, { kind: 'each', actions: [reply] })], mode: 'dry' });
  expect(await createHandling(deps).run('test', go(), first)).toEqual([]);
  expect([github.writes, [...intents.known], [...jobs.all]]).toEqual([[], [], []]);
});

test('every run is measured, failures too, and whether GitHub was used', async () => {
  const seen: unknown[] = [];
  const metrics: Metrics = { count: (name, labels) => seen.push([name, labels]), observe: (name, _value, labels) => seen.push([name, labels]), set: () => {} };
  const reading = plugin({ command: async (event, { github }) => { await github.labels(event.issue, { signal }); throw new Error('after reading'); } });
  await expect(createHandling(world(config, { plugins: [reading], metrics }).deps).run('test', go(), first)).rejects.toThrow('after reading');
  const labels = { event_type: 'issue_comment', action: 'created', plugin: 'test', took_action: 'true' };
  expect(seen).toEqual([['prow_plugin_handle_errors', labels], ['prow_plugin_handle_duration_seconds', labels]]);
});

test('an aborted run stops before its next action', async () => {
  const stop = new AbortController();
  const { github, deps } = world(config, { plugins: [plugin({ command: () => { stop.abort(); return Promise.resolve([{ kind: 'label.add', issue, label: 'x' }]); } })] });
  await expect(createHandling(deps).run('test', go(), { signal: stop.signal, attempt: 1 })).rejects.toThrow();
  expect(github.writes).toEqual([]);
});

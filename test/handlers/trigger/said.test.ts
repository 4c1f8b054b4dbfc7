import { expect, test } from '@jest/globals';
import type { Said } from '../../../src/core/ports/said.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { botComment, commentPayload, delivery, pullPayload, signal, snapshot, world, type World } from '../fakes.js';
import { presubmits } from './jobs.js';

const CREATED = '2026-03-01T11:00:00Z';
const first = { signal, attempt: 1 };

/** A memory of what was said, in this process; certain from the beginning. */
function memory(): Said & { readonly log: string[]; readonly held: Set<number> } {
  const held = new Set<number>();
  const log: string[] = [];
  return {
    log, held,
    begin: ({ plugin, purpose }) => { log.push(`begin ${plugin}/${purpose}`); return Promise.resolve(); },
    finish: (_saying, id) => { log.push(`finish ${id}`); held.add(id); return Promise.resolve(); },
    forget: (_issue, id) => { log.push(`forget ${id}`); held.delete(id); return Promise.resolve(); },
    ids: (plugin, purpose, issue, since) => { log.push(`ids ${plugin}/${purpose} ${issue.org}/${issue.name}#${issue.number} ${since ?? '-'}`); return Promise.resolve([...held]); },
  };
}

function start(said: Said): World {
  const made = world(snapshot({ enabled: ['trigger'], presubmits: presubmits({ name: 'unit' }), plugins: { triggers: [{ repos: ['o/r'] }] } }), { said });
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened' })) });
  if (opened.kind === 'pull_request') made.github.pulls.set(1, opened.pull);
  return made;
}

async function comment(made: World, body: string): Promise<void> {
  const payload = commentPayload({ body }) as { issue: object };
  await createHandling(made.deps).run('trigger', delivery('issue_comment', { ...payload, issue: { ...payload.issue, created_at: CREATED } }), first);
}

test('help is remembered when it is given, deleted by the next test, and then forgotten, without listing comments', async () => {
  const said = memory();
  const made = start(said);
  await comment(made, '/test ?');
  await comment(made, '/test unit');
  expect(said.log).toEqual([`ids trigger/help o/r#1 ${CREATED}`, 'begin trigger/help', 'finish 1000', `ids trigger/help o/r#1 ${CREATED}`, 'forget 1000']);
  expect(made.github.commentsOf.get(1)).toEqual([]);
  expect(made.github.reads).not.toContain('comments');
});

test('what is not certain is listed', async () => {
  const made = start({ ...memory(), ids: () => Promise.resolve(undefined) });
  made.github.commentsOf.set(1, [botComment(7, 'Help\n\n<!-- prow:trigger/help/d0 -->'), botComment(8, 'Something else')]);
  await comment(made, '/test unit');
  expect(made.github.commentsOf.get(1)?.map(({ id }) => id)).toEqual([8]);
  expect(made.github.reads).toContain('comments');
});

test('an answer that is found again is remembered as well', async () => {
  const said = memory();
  const made = start(said);
  const it = delivery('issue_comment', commentPayload({ body: '/test ?' }), { via: 'recovered' });
  made.github.commentsOf.set(1, [botComment(7, `Help\n\n<!-- prow:trigger/help/${it.id} -->`)]);
  await createHandling(made.deps).run('trigger', it, first);
  expect([...said.held]).toEqual([7]);
  expect(made.github.writes).toEqual([]);
});

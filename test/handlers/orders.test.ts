import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noAliases, parseOwners } from '../../src/core/owners/parse.js';
import { createRepoOwners } from '../../src/core/owners/queries.js';
import type { Delivery, Pull } from '../../src/core/event.js';
import { createHandling } from '../../src/handlers/dispatch.js';
import { parseEvents } from '../../src/handlers/events.js';
import { botComment, commentPayload, delivery, NOW, pullPayload, signal, snapshot, world } from './fakes.js';
import { runs } from '../support/tier.js';

/**
 * People act, and at any later moment what they did is handled, in the order in which it arrived, all plugins of a delivery at once. However the two are
 * interleaved, the labels end as the last word of each kind wants them, and there is one approval notification.
 */
const PLUGINS = ['approve', 'hold', 'lgtm'] as const;
const file = parseOwners('approvers: [alice]\n', noAliases);
const owners = createRepoOwners(new Map(file ? [['', file]] : []), undefined, 'OWNERS');

type Act = Readonly<{ kind: 'says'; who: string; what: string } | { kind: 'pushes' } | { kind: 'handles'; deliveries: number }>;
const says = (who: string, what: string): Act => ({ kind: 'says', who, what });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(says('carol', '/lgtm'), says('carol', '/lgtm cancel'), says('dave', '/lgtm')) },
  { weight: 2, arbitrary: fc.constantFrom(says('alice', '/approve'), says('alice', '/approve cancel'), says('bob', '/approve')) },
  { weight: 2, arbitrary: fc.constantFrom(says('erin', '/hold'), says('erin', '/hold cancel'), says('carol', '/unhold')) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'pushes' }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }).map((deliveries): Act => ({ kind: 'handles', deliveries })) },
);

function stage(style: 'quiet' | 'upstream') {
  const made = world(snapshot({ enabled: PLUGINS, plugins: { comment_style: style } }), { owners: { load: () => Promise.resolve(owners) } });
  const { github } = made;
  github.changed = ['x.go'];
  github.collaborating.add('dave').add('carol');
  const handling = createHandling(made.deps);
  const waiting: Delivery[] = [];
  let head = 0;
  const labels = (): readonly string[] => [...(github.labelsOf.get(1) ?? [])];
  const pullNow = (): object => pullPayload({ action: 'synchronize', labels: labels(), more: { before: `head-${head - 1}` } });
  github.pull = () => {
    const [event] = parseEvents(delivery('pull_request', pullNow()));
    return event.kind === 'pull_request' ? Promise.resolve<Pull>({ ...event.pull, headSha: `head-${head}` }) : Promise.reject(new Error('not a pull request'));
  };
  let at = NOW;
  return {
    ...made, labels,
    perform(one: Exclude<Act, { kind: 'handles' }>) {
      at += 1_000;
      github.now = at;
      if (one.kind === 'pushes') {
        head++;
        waiting.push(delivery('pull_request', pullNow()));
        return;
      }
      const list = github.commentsOf.get(1) ?? [];
      github.commentsOf.set(1, [...list, { ...botComment(500 + list.length + waiting.length, one.what), user: { login: one.who, type: 'User' }, createdAt: new Date(at).toISOString() }]);
      waiting.push(delivery('issue_comment', commentPayload({ body: one.what, user: one.who, labels: labels() })));
    },
    async handle(count: number) {
      for (const it of waiting.splice(0, count)) {
        const named = await handling.pluginsFor(it);
        await Promise.all(named.map((name) => handling.run(name, it, { signal, attempt: 1 })));
      }
    },
    waiting: () => waiting.length,
  };
}

/** The last of what was said or done that one label depends on. */
function last(acts: readonly Act[], of: (act: Act) => boolean | undefined): boolean {
  return acts.map(of).filter((one) => one !== undefined).at(-1) ?? false;
}
const said = (...words: readonly string[]) => (one: Act): boolean => one.kind === 'says' && words.includes(one.what);

test.each(['quiet', 'upstream'] as const)('in every order the last word counts (%s)', async (style) => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 14 }), async (acts) => {
      const it = stage(style);
      for (const one of acts) {
        if (one.kind === 'handles') await it.handle(one.deliveries);
        else it.perform(one);
      }
      await it.handle(it.waiting());
      const want = [
        ...(last(acts, (one) => (one.kind === 'says' && one.who === 'alice' ? one.what === '/approve' : undefined)) ? ['approved'] : []),
        ...(last(acts, (one) => (said('/hold')(one) ? true : said('/hold cancel', '/unhold')(one) ? false : undefined)) ? ['do-not-merge/hold'] : []),
        ...(last(acts, (one) => (said('/lgtm')(one) ? true : said('/lgtm cancel')(one) || one.kind === 'pushes' ? false : undefined)) ? ['lgtm'] : []),
      ];
      expect([...it.labels()].sort()).toEqual(want);
      const notices = (it.github.commentsOf.get(1) ?? []).filter(({ body }) => body.startsWith('[APPROVALNOTIFIER]'));
      const due = acts.some((one) => one.kind === 'pushes' || said('/approve', '/approve cancel')(one));
      expect(notices).toHaveLength(due ? 1 : 0);
      if (due) expect(notices[0]?.body.includes('**APPROVED**')).toBe(want.includes('approved'));
    }),
    { numRuns: runs(400) },
  );
}, 60_000);

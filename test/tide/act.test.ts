import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runPool } from '../../src/tide/pool.js';
import { fakeDeps, FakeGitHub } from './fakes.js';
import { BASE, NOW, check, headOf, member, snapshot } from './fixtures.js';

const MAIN = { org: 'acme', name: 'app', branch: 'main' };
const unready = (n: number) => member(n, { labels: [] });

test('S1: the tide check turns green, the base is read again, then the head that was judged merges', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  expect(await runPool(MAIN, snapshot(), deps)).toEqual({ lookAgainAt: NOW });
  expect(github.calls).toEqual(['read', 'verdict success', 'base', 'merge 1']);
  expect(github.merged.get(1)).toMatchObject({ head: headOf(1), ontoBase: BASE });
  expect(deps.views.records).toEqual([expect.objectContaining({ number: 1, headSha: headOf(1), baseSha: BASE, method: 'merge', readyAt: NOW, mergedAt: NOW })]);
});

test('nothing merges while an event about it waits to be handled: it may be a hold', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  deps.waiting.add(1);
  expect(await runPool(MAIN, snapshot(), deps)).toEqual({ lookAgainAt: NOW + 250 });
  expect(github.merged.size).toBe(0);
  deps.waiting.delete(1);
  await runPool(MAIN, snapshot(), deps);
  expect(github.merged.has(1)).toBe(true);
});

test('one pull request a look: the next is decided afresh on the new base', async () => {
  const github = new FakeGitHub([member(1), member(2)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), deps);
  expect([...github.merged.keys()]).toEqual([1]);
  await runPool(MAIN, snapshot(), deps);
  expect(github.merged.get(2)?.ontoBase).toBe(github.merged.get(1)?.sha);
  expect(deps.views.records.map(({ number, baseSha }) => [number, baseSha])).toEqual([[2, github.merged.get(1)?.sha], [1, BASE]]);
});

test('a merge records since when it was ready, and a break starts anew', async () => {
  const github = new FakeGitHub([member(1), member(2)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), deps);
  deps.clock.at = NOW + 10_000;
  github.open.set(2, member(2, { labels: [] }));
  await runPool(MAIN, snapshot(), deps);
  deps.clock.at = NOW + 20_000;
  github.open.set(2, member(2));
  github.open.set(3, member(3));
  await runPool(MAIN, snapshot(), deps);
  deps.clock.at = NOW + 30_000;
  await runPool(MAIN, snapshot(), deps);
  expect(deps.views.records.map(({ number, readyAt }) => [number, readyAt])).toEqual([[3, NOW + 20_000], [2, NOW + 20_000], [1, NOW]]);
});

test('a check that may not be written is an error of the pool that names the permission', async () => {
  const github = new FakeGitHub([unready(1)]);
  github.before = (call) => { if (call.startsWith('verdict')) throw new Error('the App lacks the permission checks: write'); };
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), deps);
  expect(deps.views.known.get('acme/app@main')?.error).toContain('checks: write');
});

test('I4: a base that moved since it was read stops the merge', async () => {
  const github = new FakeGitHub([member(1)]);
  github.before = (call) => { if (call === 'base') github.base = 'e'.repeat(40); };
  expect(await runPool(MAIN, snapshot(), fakeDeps(github))).toEqual({ lookAgainAt: NOW + 1_000 });
  expect(github.merged.size).toBe(0);
  expect(github.calls).not.toContain('merge 1');
});

test('I3: a head that was pushed to in between does not merge', async () => {
  const github = new FakeGitHub([member(1)]);
  github.before = (call) => { if (call === 'merge 1') github.open.set(1, member(1, { headSha: headOf(1, 1) })); };
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), deps);
  expect(github.merged.size).toBe(0);
  expect(deps.views.known.get('acme/app@main')?.error).toContain('modified');
});

describe('refused merges', () => {
  test('F-1: the next pull request merges at once, and the refused one says why in GitHub\'s words', async () => {
    const github = new FakeGitHub([member(1), member(2)]);
    github.answers.push({ kind: 'unmergeable', message: '2 conversations must be resolved' });
    const deps = fakeDeps(github);
    expect(await runPool(MAIN, snapshot(), deps)).toEqual({ lookAgainAt: NOW });
    await runPool(MAIN, snapshot(), deps);
    expect([...github.merged.keys()]).toEqual([2]);
    await runPool(MAIN, snapshot(), deps);
    expect(github.verdicts.at(-1)).toMatchObject({ sha: headOf(1), verdict: { state: 'error', title: 'Not mergeable. GitHub refused to merge: 2 conversations must be resolved.' } });
    const [pull] = deps.views.known.get('acme/app@main')?.pulls ?? [];
    expect(pull).toMatchObject({ number: 1, state: 'waiting', reasons: [{ kind: 'refused', text: expect.stringContaining('2 conversations must be resolved') }] });
  });

  test('it is tried again after five minutes, then ten', async () => {
    const github = new FakeGitHub([member(1)]);
    github.answers.push({ kind: 'unmergeable', message: 'no' }, { kind: 'unmergeable', message: 'no' });
    const deps = fakeDeps(github);
    await runPool(MAIN, snapshot(), deps);
    expect(await runPool(MAIN, snapshot(), deps)).toEqual({ lookAgainAt: NOW + 300_000 });
    deps.clock.at = NOW + 300_000;
    await runPool(MAIN, snapshot(), deps);
    expect(await runPool(MAIN, snapshot(), deps)).toEqual({ lookAgainAt: NOW + 900_000 });
    deps.clock.at = NOW + 900_000;
    await runPool(MAIN, snapshot(), deps);
    expect(github.merged.has(1)).toBe(true);
  });

  test('a base that GitHub says was modified is tried again in a moment', async () => {
    const github = new FakeGitHub([member(1)]);
    github.answers.push({ kind: 'base_changed', message: 'Base branch was modified' });
    expect(await runPool(MAIN, snapshot(), fakeDeps(github))).toEqual({ lookAgainAt: NOW + 4_000 });
  });
});

describe('exactly once', () => {
  test('two deciders on one pool at once: every pull request merges once, at the head that was judged', async () => {
    const github = new FakeGitHub([member(1), member(2), member(3)]);
    // Both are let through each call together, so that they decide on the same facts.
    let waiting: (() => void)[] = [];
    let alive = 2;
    github.before = () => new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length >= alive) { const all = waiting; waiting = []; for (const go of all) go(); }
    });
    const deps = fakeDeps(github);
    const decider = async () => {
      for (let round = 0; round < 8; round++) await runPool(MAIN, snapshot(), deps);
      alive--;
      const all = waiting;
      waiting = [];
      for (const go of all) go();
    };
    await Promise.all([decider(), decider()]);
    expect([...github.merged].map(([number, { head }]) => [number, head])).toEqual([[1, headOf(1)], [2, headOf(2)], [3, headOf(3)]]);
    expect(deps.views.records.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
  });

  test('a worker that died after the merge: the next one records it', async () => {
    const github = new FakeGitHub([member(1), unready(2)]);
    const deps = fakeDeps(github);
    const dying = { ...deps, views: { ...deps.views, putMerge: async () => { throw new Error('killed'); } } };
    await expect(runPool(MAIN, snapshot(), dying)).rejects.toThrow('killed');
    expect(deps.views.records).toEqual([]);
    await runPool(MAIN, snapshot(), deps);
    expect(deps.views.records).toEqual([expect.objectContaining({ number: 1, mergeSha: github.merged.get(1)?.sha, baseSha: BASE })]);
  });

  test('deaths at any call, pushes by strangers, two workers: no head merges that was not green, every good one once, and all is recorded', async () => {
    const happening = fc.record({ at: fc.nat(60), what: fc.constantFrom('die', 'die after', 'push base', 'push head', 'red') });
    await fc.assert(fc.asyncProperty(fc.array(happening, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.boolean()), async (happenings, size, turns) => {
      const github = new FakeGitHub(Array.from({ length: size }, (_, at) => member(at + 1)));
      const green = new Set([...github.open.values()].map(({ headSha }) => headSha));
      let calls = 0;
      let strangers = 0;
      let late = false;
      const change = (facts: Parameters<typeof member>[1]) => {
        const [number] = github.open.keys();
        if (number !== undefined) github.open.set(number, member(number, { ...facts, marks: [check('build', { conclusion: 'failure' })] }));
      };
      // Each call waits until the schedule lets its worker go on.
      const waiting: (() => void)[] = [];
      github.before = async () => {
        await new Promise<void>((resolve) => { waiting.push(resolve); });
        const now = calls++;
        for (const { what } of happenings.filter(({ at }) => at === now)) {
          if (what === 'die') throw new Error('killed');
          if (what === 'die after') late = true;
          if (what === 'push base') github.base = (0xbb00 + strangers++).toString(16).padStart(40, 'c');
          if (what === 'push head') { const [number = 0] = github.open.keys(); change({ headSha: headOf(number, 100 + strangers++) }); }
          if (what === 'red') change({});
        }
      };
      const deps = fakeDeps(github);
      const views = { ...deps.views, putMerge: async (...record: Parameters<typeof deps.views.putMerge>) => { if (late) { late = false; throw new Error('killed'); } return deps.views.putMerge(...record); } };
      let alive = 2;
      const worker = async () => {
        for (let round = 0; round < 12; round++) await runPool(MAIN, snapshot(), { ...deps, views }).catch(() => {});
        alive--;
      };
      const done = Promise.all([worker(), worker()]);
      while (alive > 0) {
        await new Promise((resolve) => { setImmediate(resolve); });
        const next = waiting.length > 1 && turns.next().value ? waiting.pop() : waiting.shift();
        next?.();
      }
      await done;
      for (const { head } of github.merged.values()) expect(green).toContain(head);
      const left = [...github.open.values()].filter(({ marks }) => marks.every((mark) => mark.source === 'status' || mark.conclusion !== 'failure'));
      expect(left).toEqual([]);
      expect(deps.views.records.map(({ number, mergeSha }) => [number, mergeSha]).sort()).toEqual([...github.merged].map(([number, { sha }]) => [number, sha]).sort());
    }), { numRuns: 150 });
  });

  test('S17, I17: a second look at an unchanged world writes nothing', async () => {
    for (const kind of ['app', 'token'] as const) {
      const github = new FakeGitHub([unready(1), member(2, { mergeable: 'conflicting' }), member(3, { marks: [check('build', { conclusion: 'failure' })] })]);
      github.kind = kind;
      const deps = fakeDeps(github);
      await runPool(MAIN, snapshot(), deps);
      expect(github.verdicts.map(({ place }) => place)).toEqual(Array.from({ length: 3 }, () => (kind === 'app' ? 'check' : 'status')));
      await runPool(MAIN, snapshot(), deps);
      expect(github.verdicts.length).toBe(3);
    }
  });
});

test('I21: `read` looks and shows, and writes nothing', async () => {
  const github = new FakeGitHub([member(1), unready(2)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot(), { ...deps, mode: 'read' });
  expect(github.calls).toEqual(['read']);
  expect(deps.views.known.get('acme/app@main')?.pulls.map(({ number, state }) => [number, state])).toEqual([[1, 'merging'], [2, 'waiting']]);
});

test('I6: blockers that cannot be read stop the merge', async () => {
  const github = new FakeGitHub([member(1)]);
  github.before = (call) => { if (call === 'blockers') throw new Error('search is down'); };
  await expect(runPool(MAIN, snapshot({ blocker_label: 'blocker' }), fakeDeps(github))).rejects.toThrow('search is down');
  expect(github.merged.size).toBe(0);
});

test('S11, F-16: a blocker stops its branch, and everybody is told', async () => {
  const github = new FakeGitHub([member(1)]);
  github.blockers = [{ org: 'acme', name: 'app', number: 5, title: 'Freeze branch:main', url: 'u' }, { org: 'acme', name: 'app', number: 6, title: 'branch:dev', url: 'u' }];
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot({ blocker_label: 'blocker' }), deps);
  expect(github.merged.size).toBe(0);
  expect(github.verdicts.at(-1)?.verdict).toMatchObject({ state: 'error', title: 'Not mergeable. Merging is blocked by issue 5.' });
  expect(deps.views.known.get('acme/app@main')).toMatchObject({ action: 'BLOCKED', blockers: [{ number: 5 }] });
});

test('rules that contradict one another merge nothing, and the page says so', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot({ context_options: { 'required-contexts': ['a'], 'optional-contexts': ['a'] } }), deps);
  expect(github.calls).toEqual(['read']);
  expect(deps.views.known.get('acme/app@main')?.error).toContain('a');
});

test('a repository that no query is about any more has no pool', async () => {
  const github = new FakeGitHub([member(1)]);
  const deps = fakeDeps(github);
  await runPool(MAIN, snapshot({ queries: [{ orgs: ['other'] }] }), deps);
  expect(github.calls).toEqual([]);
});

test('prow_freshness `always`: Actions get a new head, other Apps a new suite, each once for a base', async () => {
  const foreign = check('ci', { app: 'circle', suiteId: 42, workflow: undefined });
  const github = new FakeGitHub([member(1, { marks: [foreign] }), member(2)]);
  const deps = fakeDeps(github);
  const config = snapshot({ prow_freshness: { '*': 'always' } });
  await deps.memory.set('base:acme/app@main', JSON.stringify({ sha: 'd'.repeat(40), at: 0 }), 1);
  for (let look = 0; look < 3; look++) await runPool(MAIN, config, deps);
  expect(github.calls.filter((call) => /^(rerequest|update)/.test(call))).toEqual(['rerequest 42', 'update 2']);
  expect(github.merged.size).toBe(0);
  github.open.set(1, member(1, { marks: [{ ...foreign, startedAt: NOW + 1, completedAt: NOW + 2 }] }));
  await runPool(MAIN, config, deps);
  expect([...github.merged.keys()]).toEqual([1]);
});

test('one head that cannot be written to keeps no other from its check', async () => {
  const github = new FakeGitHub([unready(1), unready(2)]);
  let first = true;
  github.before = (call) => { if (call.startsWith('verdict') && first) { first = false; throw new Error('422'); } };
  await runPool(MAIN, snapshot(), fakeDeps(github));
  expect(github.verdicts.map(({ sha }) => sha)).toEqual([headOf(2)]);
});

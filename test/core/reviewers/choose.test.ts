import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Layers } from '../../../src/core/owners/port.js';
import { chooseReviewers, type Choice } from '../../../src/core/reviewers/choose.js';
import { seededRandom } from '../../../src/core/reviewers/random.js';

interface Content {
  readonly leaf?: Readonly<Record<string, readonly string[]>>;
  readonly all?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly place?: Readonly<Record<string, string>>;
}

/** Owners by file; a file is its own place unless said. */
function ownersOf(reviewers: Content, { approvers = {}, required = {}, everybody = [] }: Readonly<{ approvers?: Content; required?: Readonly<Record<string, readonly string[]>>; everybody?: readonly string[] }> = {}): Choice['owners'] {
  const leaf = (of: Content) => (file: string) => new Set(of.leaf?.[file] ?? []);
  const all = (of: Content) => (file: string): Layers => [new Set(of.leaf?.[file] ?? []), ...(of.all?.[file] ?? []).map((layer) => new Set(layer))];
  const place = (of: Content) => (file: string) => of.place?.[file] ?? file;
  return {
    leafReviewers: leaf(reviewers), reviewers: all(reviewers), reviewerDir: place(reviewers), leafApprovers: leaf(approvers), approvers: all(approvers), approverDir: place(approvers),
    requiredReviewers: (file) => new Set(required[file] ?? []), allOwners: () => new Set(everybody),
  };
}

const free = () => Promise.resolve(true);
const chance = (seed = 'x') => ({ random: seededRandom(seed), isFree: free });
const plain = { author: 'author', wanted: 2, most: 0, fillUp: 'nobody', by: { kind: 'chance' } } as const;

const example = ownersOf({
  leaf: { a: ['alice'], b: ['bob'], bb: ['bob', 'ben'], c: ['cole', 'carl', 'chad'], f: ['author'], g: [] },
  all: { a: [['al']], b: [['al']], c: [['charles'], ['ben']], f: [['x']] },
}, { required: { a: ['ben'] } });

test.each<{ files: readonly string[]; wanted: number; most?: number; want: readonly string[] }>([
  { files: ['c'], wanted: 3, want: ['carl', 'chad', 'cole'] },
  { files: ['c'], wanted: 4, want: ['carl', 'chad', 'cole', 'charles'] },
  { files: ['c'], wanted: 5, want: ['carl', 'chad', 'cole', 'charles', 'ben'] },
  { files: ['a', 'b'], wanted: 1, want: ['alice', 'bob', 'ben'] },
  { files: ['a', 'b'], wanted: 2, want: ['alice', 'bob', 'ben'] },
  { files: ['a', 'b'], wanted: 3, want: ['alice', 'bob', 'al', 'ben'] },
  { files: ['a'], wanted: 1, most: 1, want: ['alice', 'ben'] },
  { files: ['b', 'bb'], wanted: 1, want: ['bob', 'ben'] },
  { files: ['f'], wanted: 1, want: ['x'] },
  { files: ['g'], wanted: 2, want: [] },
  { files: [], wanted: 2, want: [] },
  { files: ['a', 'b'], wanted: 2, most: 1, want: ['alice', 'ben'] },
])('$files, $wanted wanted, $most at most', async ({ files, wanted, most = 0, want }) => {
  const found = await chooseReviewers({ ...plain, files, wanted, most, owners: example }, chance());
  // Of one layer by name; layers in order.
  expect([...found].sort()).toEqual([...want].sort());
  if (most > 0) expect(found).toEqual(want);
});

test('the author is never asked, however the name is written, not even where it is required', async () => {
  const owners = ownersOf({ leaf: { a: ['author', 'bob'] } }, { required: { a: ['author', 'zoe'] } });
  expect(await chooseReviewers({ ...plain, files: ['a'], author: 'AuThor', owners }, chance())).toEqual(['bob', 'zoe']);
});

test('required reviewers of every file count, once', async () => {
  const owners = ownersOf({ leaf: { a: ['bob'], b: ['bob'] }, place: { a: '', b: '' } }, { required: { a: ['bob'], b: ['zoe', 'adam'] } });
  expect(await chooseReviewers({ ...plain, files: ['a', 'b'], wanted: 1, owners }, chance())).toEqual(['bob', 'adam', 'zoe']);
});

test('one of each place is asked; filters make several groups of one', async () => {
  const place = { a: 'd', b: 'd', c: 'd' };
  const same = ownersOf({ leaf: { a: ['x', 'y', 'z'], b: ['x', 'y', 'z'] }, place });
  expect(await chooseReviewers({ ...plain, files: ['a', 'b'], wanted: 1, owners: same }, chance())).toHaveLength(1);
  const filtered = ownersOf({ leaf: { a: ['go'], b: ['md'], c: ['md'] }, place });
  expect(await chooseReviewers({ ...plain, files: ['a', 'b', 'c'], wanted: 1, owners: filtered }, chance())).toEqual(['go', 'md']);
});

test.each<{ name: string; fillUp: Choice['fillUp']; wanted: number; want: readonly string[] }>([
  { name: 'approvers help out', fillUp: 'approvers', wanted: 2, want: ['bob', 'ann'] },
  { name: 'who is both is asked once', fillUp: 'approvers', wanted: 3, want: ['bob', 'ann', 'carl'] },
  { name: 'approvers stay out', fillUp: 'nobody', wanted: 3, want: ['bob'] },
  { name: 'enough reviewers', fillUp: 'approvers', wanted: 1, want: ['bob'] },
])('$name', async ({ fillUp, wanted, want }) => {
  const owners = ownersOf({ leaf: { a: ['bob'] } }, { approvers: { leaf: { a: ['ann', 'bob'] }, all: { a: [['carl']] } } });
  const found = await chooseReviewers({ ...plain, files: ['a'], fillUp, wanted, owners }, chance());
  expect(found.filter((login) => !want.includes(login))).toEqual([]);
  expect(found[0]).toBe('bob');
  if (wanted !== 2) expect(found).toHaveLength(want.length);
});

test('who is busy is passed over and asked about once', async () => {
  const asked: string[] = [];
  const isFree = (login: string) => { asked.push(login); return Promise.resolve(login !== 'busy'); };
  const owners = ownersOf({ leaf: { a: ['busy'], b: ['busy'] }, all: { a: [['busy', 'bob']] } }, { approvers: { leaf: { a: ['busy', 'ann'] } } });
  expect(await chooseReviewers({ ...plain, files: ['a', 'b'], fillUp: 'approvers', owners }, { random: seededRandom('x'), isFree })).toEqual(['bob', 'ann']);
  expect(asked.filter((login) => login === 'busy')).toHaveLength(1);
});

const scored = (points: Readonly<Record<string, number>>) => ({ kind: 'scores', scores: new Map(Object.entries(points)) }) as const;

test.each<{ name: string; points: Readonly<Record<string, number>>; wanted: number; want: readonly string[] }>([
  { name: 'the best of the place', points: { carl: 5, chad: 9 }, wanted: 1, want: ['chad'] },
  { name: 'then the next best', points: { carl: 5, chad: 9 }, wanted: 2, want: ['chad', 'carl'] },
  { name: 'distance does not matter to points', points: { charles: 3, ben: 7, chad: 1 }, wanted: 4, want: ['chad', 'carl', 'cole', 'ben'] },
  { name: 'anybody with points where owners are too few', points: { zoe: 2, yves: 8, stranger: 50 }, wanted: 6, want: ['carl', 'chad', 'cole', 'ben', 'charles', 'yves'] },
])('by points: $name', async ({ points, wanted, want }) => {
  const owners = ownersOf({ leaf: { c: ['cole', 'carl', 'chad'] }, all: { c: [['charles'], ['ben']] } }, { everybody: ['zoe', 'yves', 'author', 'ben', 'nobody'] });
  const found = await chooseReviewers({ ...plain, files: ['c'], wanted, by: scored(points), owners }, chance());
  expect([...found].sort()).toEqual([...want].sort());
  expect(found[0]).toBe(wanted === 6 ? found[0] : 'chad');
});

test('without points it is left to chance, and others of the repository still help out', async () => {
  const owners = ownersOf({ leaf: { a: ['bob'] } }, { everybody: ['zoe', 'author'] });
  expect(await chooseReviewers({ ...plain, files: ['a'], by: scored({}), owners }, chance())).toEqual(['bob', 'zoe']);
  expect(await chooseReviewers({ ...plain, files: ['a'], owners }, chance())).toEqual(['bob']);
});

test('a busy expert makes way for the next', async () => {
  const owners = ownersOf({ leaf: { a: ['bob', 'carl'] } });
  expect(await chooseReviewers({ ...plain, files: ['a'], wanted: 1, by: scored({ bob: 9, carl: 1 }), owners }, { random: seededRandom('x'), isFree: (login) => Promise.resolve(login !== 'bob') })).toEqual(['carl']);
});

test('the same seed chooses the same people, other seeds all of them in time', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const owners = ownersOf({ leaf: { f: names } });
  const choose = (seed: string) => chooseReviewers({ ...plain, files: ['f'], owners }, chance(seed));
  const seen = new Set<string>();
  for (let n = 0; n < 50; n++) {
    const first = await choose(`delivery-${n}`);
    expect(await choose(`delivery-${n}`)).toEqual(first);
    for (const login of first) seen.add(login);
  }
  expect([...seen].sort()).toEqual(names);
});

test('whatever the owners are: nobody twice, never the author, every place that has somebody is asked', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'author');
  const names = fc.uniqueArray(name, { maxLength: 4 });
  const files = ['1', '2', '3'];
  const content = fc.record({ leaf: fc.record({ 1: names, 2: names, 3: names }), all: fc.record({ 1: fc.array(names, { maxLength: 2 }), 2: fc.array(names, { maxLength: 2 }), 3: fc.array(names, { maxLength: 2 }) }) });
  const points = fc.dictionary(name, fc.nat({ max: 3 }));
  await fc.assert(fc.asyncProperty(content, content, names, fc.integer({ min: 1, max: 6 }), fc.nat({ max: 3 }), fc.boolean(), fc.option(points), fc.string(), async (reviewers, approvers, required, wanted, most, help, scores, seed) => {
    const owners = ownersOf(reviewers, { approvers, required: { 2: required }, everybody: ['a', 'b', 'z'] });
    const choice: Choice = { files, author: 'author', owners, wanted, most, fillUp: help ? 'approvers' : 'nobody', by: scores === null ? { kind: 'chance' } : scored(scores) };
    const found = await chooseReviewers(choice, chance(seed));
    expect(new Set(found).size).toBe(found.length);
    expect(found).not.toContain('author');
    for (const login of required) if (login !== 'author') expect(found).toContain(login);
    if (most > 0) expect(found.filter((login) => !(required as readonly string[]).includes(login)).length).toBeLessThanOrEqual(most);
    if (most === 0) for (const file of files) expect(reviewers.leaf[file as '1'].every((login) => login === 'author') || reviewers.leaf[file as '1'].some((login) => found.includes(login))).toBe(true);
    expect(await chooseReviewers(choice, chance(seed))).toEqual(found);
  }), { numRuns: 300 });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { methodsOf, uniteRules, type RawRef } from '../../../src/adapters/github/branchRules.js';
import { PLUGIN_DOCUMENTS } from '../../../src/adapters/github/documents.js';
import { refusalOf } from '../../../src/adapters/github/merging.js';
import { DOCUMENTS } from '../../../src/adapters/github/tideDocuments.js';
import type { MergeOutcome, VerdictPlace } from '../../../src/core/ports/merging.js';
import { privateKey, pull, repo, signal, startWorld, type Answering } from './fake.js';

const urgent = { signal, priority: 'merge' } as const;
const schema = buildSchema(readFileSync(new URL('../../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url), 'utf8'), { assumeValid: true });

test.each(Object.entries({ ...DOCUMENTS, ...PLUGIN_DOCUMENTS }))('the document %s fits the schema that GitHub publishes', (_name, text) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});

test.each<{ status: number; message: string; kind: MergeOutcome['kind'] }>([
  { status: 405, message: 'Base branch was modified. Review and try the merge again.', kind: 'base_changed' },
  { status: 405, message: "You're not authorized to push to this branch. Visit …", kind: 'unauthorized' },
  { status: 405, message: 'Merge commits are not allowed on this repository.', kind: 'method_forbidden' },
  { status: 405, message: 'Squash merges are not allowed on this repository.', kind: 'method_forbidden' },
  { status: 405, message: 'Pull Request is not mergeable', kind: 'unmergeable' },
  { status: 409, message: 'Head branch was modified. Review and try the merge again.', kind: 'head_changed' },
])('$status $message: $kind', ({ status, message, kind }) => expect(refusalOf(status, message)).toEqual({ kind, message }));

test.each<{ name: string; ref: RawRef; want: object }>([
  { name: 'nothing', ref: {}, want: { required: [], strict: false, linearHistory: false, methods: undefined } },
  {
    name: 'protection with an App', ref: { refUpdateRule: { requiredStatusCheckContexts: ['build'] }, branchProtectionRule: { requiresStatusChecks: true, requiresStrictStatusChecks: true, requiredStatusChecks: [{ context: 'build', app: { databaseId: 15 } }] } },
    want: { required: [{ context: 'build', appId: 15 }], strict: true, linearHistory: false, methods: undefined },
  },
  { name: 'protection that only its contexts show', ref: { refUpdateRule: { requiredStatusCheckContexts: ['build'], requiresLinearHistory: true } }, want: { required: [{ context: 'build', appId: undefined }], strict: false, linearHistory: true, methods: undefined } },
  { name: 'checks that are switched off', ref: { branchProtectionRule: { requiresStatusChecks: false, requiresStrictStatusChecks: true, requiredStatusChecks: [{ context: 'old' }] } }, want: { required: [], strict: false, linearHistory: false, methods: undefined } },
  {
    name: 'rulesets on top of protection',
    ref: {
      branchProtectionRule: { requiresStatusChecks: true, requiredStatusChecks: [{ context: 'build' }] },
      rules: { nodes: [{ type: 'REQUIRED_STATUS_CHECKS', parameters: { strictRequiredStatusChecksPolicy: true, requiredStatusChecks: [{ context: 'lint', integrationId: 15 }] } }, { type: 'PULL_REQUEST', parameters: { allowedMergeMethods: ['SQUASH', 'REBASE'] } }, { type: 'PULL_REQUEST', parameters: { allowedMergeMethods: ['SQUASH', 'MERGE'] } }] },
    },
    want: { required: [{ context: 'build', appId: undefined }, { context: 'lint', appId: 15 }], strict: true, linearHistory: false, methods: ['squash'] },
  },
])('rules: $name', ({ ref, want }) => expect(uniteRules(ref)).toEqual(want));

test('a linear history leaves no merge commits', () => {
  expect(methodsOf({ merge: true, squash: false, rebase: true }, { methods: undefined, linearHistory: true })).toEqual(['rebase']);
  expect(methodsOf({ merge: true, squash: true, rebase: true }, { methods: ['merge'], linearHistory: false })).toEqual(['merge']);
});

describe('merge', () => {
  const request = { sha: 'head', method: 'squash', title: 'Fix (#7)', message: undefined } as const;

  test('carries the head and says what came of it', async () => {
    await using world = await startWorld(() => ({ body: { sha: 'merge', merged: true } }));
    expect(await world.github.merging.merge(pull, request, urgent)).toEqual({ kind: 'merged', sha: 'merge' });
    expect(world.server.asked[0]).toMatchObject({ method: 'PUT', url: '/repos/acme/site/pulls/7/merge', body: { sha: 'head', merge_method: 'squash', commit_title: 'Fix (#7)' } });
    expect(world.server.asked[0]?.body).not.toHaveProperty('commit_message');
  });

  test('whose answer was lost is asked again and found merged', async () => {
    let merged = false;
    await using world = await startWorld(({ method }) => {
      if (method === 'GET') return { body: { merged, merge_commit_sha: 'merge' } };
      if (merged) return { status: 405, body: { message: 'Pull Request is not mergeable' } };
      merged = true;
      return 'drop';
    });
    expect(await world.github.merging.merge(pull, request, urgent)).toEqual({ kind: 'already_merged', sha: 'merge' });
  });

  test('that is refused is read back and told in GitHub\'s words', async () => {
    await using world = await startWorld(({ method }) => (method === 'GET' ? { body: { merged: false, merge_commit_sha: 'test merge' } } : { status: 409, body: { message: 'Head branch was modified.' } }));
    expect(await world.github.merging.merge(pull, request, urgent)).toEqual({ kind: 'head_changed', message: 'Head branch was modified.' });
  });
});

describe('the tide check', () => {
  const verdict = { state: 'pending', title: 'Not mergeable.', summary: '', url: '' } as const;
  const app: Answering = ({ url }) => {
    if (url === '/app') return { body: { slug: 'prow-app' } };
    if (url === '/orgs/acme/installation') return { body: { id: 9 } };
    return url.includes('access_tokens') ? { status: 201, body: { token: 'token-t', expires_at: new Date(Date.now() + 3_600_000).toISOString() } } : undefined;
  };
  const asApp = { auth: { kind: 'app', appId: '42', privateKey: () => privateKey } } as const;

  test.each<{ name: string; place: VerdictPlace; found: readonly object[]; want: string }>([
    { name: 'is made', place: { kind: 'check', id: undefined, externalId: 'x' }, found: [{ id: 3, app: { slug: 'other' } }], want: 'POST /repos/acme/site/check-runs' },
    { name: 'that another worker has just made is edited', place: { kind: 'check', id: undefined, externalId: 'x' }, found: [{ id: 4, app: { slug: 'prow-app' } }], want: 'PATCH /repos/acme/site/check-runs/4' },
    { name: 'that is known is edited', place: { kind: 'check', id: 5, externalId: 'x' }, found: [], want: 'PATCH /repos/acme/site/check-runs/5' },
    { name: 'is a status with a token', place: { kind: 'status' }, found: [], want: 'POST /repos/acme/site/statuses/abc' },
  ])('$name', async ({ place, found, want }) => {
    await using world = await startWorld((asked, nth) => app(asked, nth) ?? { status: asked.method === 'POST' ? 201 : 200, body: asked.method === 'GET' ? { check_runs: found } : {} }, asApp);
    await world.github.merging.setVerdict(repo, 'abc', verdict, place, urgent);
    const last = world.server.asked.at(-1);
    expect(`${last?.method ?? ''} ${last?.url ?? ''}`).toBe(want);
    expect(last?.body).toMatchObject(place.kind === 'status' ? { context: 'tide', state: 'pending', description: 'Not mergeable.' } : { status: 'in_progress', external_id: 'x', output: { title: 'Not mergeable.', summary: 'Not mergeable.' } });
  });

  test('of a commit that is gone counts as written; any other refusal is an error', async () => {
    let message = 'No commit found for SHA: abc';
    await using world = await startWorld(() => ({ status: 422, body: { message } }));
    await world.github.merging.setVerdict(repo, 'abc', verdict, { kind: 'status' }, urgent);
    message = 'Validation Failed';
    await expect(world.github.merging.setVerdict(repo, 'abc', verdict, { kind: 'status' }, urgent)).rejects.toThrow('Validation Failed');
  });
});

const page = (nodes: readonly unknown[], endCursor?: string) => ({ pageInfo: { hasNextPage: endCursor !== undefined, endCursor: endCursor ?? null }, nodes });
const status = (context: string) => ({ __typename: 'StatusContext', context, state: 'SUCCESS', createdAt: '2026-01-01T00:00:00Z' });
const member = (number: number, head: object, headRefOid = 'head') => ({
  number, id: 'n', title: 't', body: '', url: 'u', isDraft: false, mergeable: 'MERGEABLE', mergeStateStatus: 'CLEAN', canBeRebased: true, reviewDecision: 'APPROVED', updatedAt: '2026-01-01T00:00:00Z', baseRefName: 'main', headRefName: 'fix', headRefOid,
  author: { login: 'ann', __typename: 'User' }, milestone: null, labels: page([{ name: 'lgtm' }]), commits: { nodes: [{ commit: head }] },
});
const poolOf = (members: readonly object[], endCursor?: string) => ({
  data: { repository: { isArchived: false, mergeCommitAllowed: true, squashMergeAllowed: true, rebaseMergeAllowed: false, ref: { target: { oid: 'base', committedDate: '2026-01-01T00:00:00Z' }, refUpdateRule: null, branchProtectionRule: null, rules: page([]) }, pullRequests: page(members, endCursor) } },
});

describe('a pool', () => {
  test('is read over its pages; marks over theirs; a head that is not the last commit is read by itself', async () => {
    await using world = await startWorld(({ body }) => {
      const { query, variables } = body as { query: string; variables: Record<string, string | null> };
      if (query.includes('tidePool')) {
        return variables.after === null
          ? { body: poolOf([member(1, { oid: 'head', statusCheckRollup: { contexts: page([status('a')], 'm1') }, checkSuites: page([]) })], 'p1') }
          : { body: poolOf([member(2, { oid: 'not the head', statusCheckRollup: null, checkSuites: page([]) }, 'other')]) };
      }
      const contexts = variables.oid === 'other' ? page([status('c')]) : page([status('b')]);
      return { body: { data: { repository: { object: { oid: variables.oid, statusCheckRollup: { contexts }, checkSuites: page([{ databaseId: 1, status: 'QUEUED', url: 'u', checkRuns: { totalCount: 0 } }]) } } } } };
    });
    const pool = await world.github.merging.readPool(repo, 'main', { signal });
    expect(pool).toMatchObject({ baseSha: 'base', baseAt: Date.parse('2026-01-01T00:00:00Z'), rules: { methods: ['merge', 'squash'], required: [] } });
    expect(pool?.members.map(({ number, marks, suites, unread }) => ({ number, marks: marks.map(({ name }) => name), suites, unread }))).toEqual([
      { number: 1, marks: ['a', 'b'], suites: [], unread: [] }, { number: 2, marks: ['c'], suites: [], unread: [] },
    ]);
  });

  test.each<{ name: string; answer: object }>([
    { name: 'repository', answer: { data: { repository: null }, errors: [{ type: 'NOT_FOUND', path: ['repository'], message: 'Could not resolve to a Repository' }] } },
    { name: 'branch', answer: { data: { repository: { isArchived: false, ref: null, pullRequests: page([]) } } } },
    { name: 'open repository (it is archived)', answer: { data: { repository: { isArchived: true, ref: { target: { oid: 'b' } }, pullRequests: page([]) } } } },
  ])('of no $name is undefined', async ({ answer }) => {
    await using world = await startWorld(() => ({ body: answer }));
    expect(await world.github.merging.readPool(repo, 'main', { signal })).toBeUndefined();
  });

  test('whose protection may not be seen is read without; any other gap is an error', async () => {
    let path = ['repository', 'ref', 'branchProtectionRule'];
    await using world = await startWorld(() => ({ body: { ...poolOf([]), errors: [{ type: 'FORBIDDEN', path, message: 'Resource not accessible by personal access token' }] } }));
    expect(await world.github.merging.readPool(repo, 'main', { signal })).toMatchObject({ baseSha: 'base' });
    path = ['repository', 'pullRequests', 'nodes'];
    await expect(world.github.merging.readPool(repo, 'main', { signal })).rejects.toMatchObject({ name: 'PermissionError' });
  });
});

test('searches follow their pages and tell how many there are in all', async () => {
  await using world = await startWorld(({ body }) => {
    const { variables } = body as { variables: { after: string | null } };
    const hit = (number: number) => ({ __typename: 'PullRequest', number, baseRefName: 'main', updatedAt: '2026-01-01T00:00:00Z', repository: { name: 'site', owner: { login: 'acme' } } });
    return { body: { data: { search: { issueCount: 2, ...(variables.after === null ? page([hit(1), {}], 'c') : page([hit(2)])) } } } };
  });
  const { hits, total } = await world.github.merging.searchPulls('acme', 'is:pr', { signal });
  expect(hits.map(({ org, repo: name, number, branch }) => `${org}/${name}#${number}@${branch}`)).toEqual(['acme/site#1@main', 'acme/site#2@main']);
  expect(total).toBe(2);
});

test('a GraphQL failure that may pass is a RemoteError for later', async () => {
  await using world = await startWorld(() => ({ body: { errors: [{ message: 'Something went wrong while executing your query.' }] } }));
  await expect(world.github.merging.searchBlockers('acme', 'is:issue', { signal })).rejects.toMatchObject({ name: 'RemoteError', retry: 'later' });
});

test('the base is asked each time, and undefined when it is gone', async () => {
  await using world = await startWorld(({ url }) => (url.endsWith('/main') ? { body: { object: { sha: 'tip' } } } : undefined));
  expect(await world.github.merging.baseSha(repo, 'main', { signal })).toBe('tip');
  expect(await world.github.merging.baseSha(repo, 'gone', { signal })).toBeUndefined();
});

test('a branch that cannot be updated is refused, not an error', async () => {
  await using world = await startWorld((_asked, nth) => (nth === 1 ? { status: 202, body: {} } : { status: 422, body: { message: 'expected head sha didn’t match current head ref.' } }));
  expect(await world.github.merging.updateBranch(pull, 'head', urgent)).toBe('updated');
  expect(await world.github.merging.updateBranch(pull, 'head', urgent)).toBe('refused');
});

test('a branch that holds its base already is known as such', async () => {
  await using world = await startWorld(() => ({ status: 422, body: { message: 'There are no new commits on the base branch.' } }));
  expect(await world.github.merging.updateBranch(pull, 'head', urgent)).toBe('current');
});

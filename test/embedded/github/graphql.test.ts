import { beforeAll, expect, test } from '@jest/globals';
import { DOCUMENTS } from '../../../src/adapters/github/tideDocuments.js';
import { createCheckRun } from '../../../src/embedded/github/mutate/checks.js';
import { finishRun, rerun, startJob, startRun, updateJob, workflowAt, actionsBot } from '../../../src/embedded/github/mutate/workflows.js';
import { documents } from '../../../src/embedded/github/graphql/schema.js';
import type { EmbeddedGitHub } from '../../../src/embedded/github/server.js';
import { call, installationToken, startSeeded } from './support/seed.js';

interface Answer { readonly data?: unknown; readonly errors?: readonly { readonly type?: string; readonly message: string; readonly path?: readonly unknown[] }[] }

const ask = async (github: Parameters<typeof installationToken>[0], query: string, variables: unknown = {}, token?: string): Promise<Answer> =>
  (await call(github, token ?? (await installationToken(github)), 'POST', '/graphql', { query, variables })).body as Answer;

const pool = (github: Parameters<typeof installationToken>[0], token?: string) => ask(github, DOCUMENTS.POOL, { owner: 'org', name: 'repo', ref: 'refs/heads/main', branch: 'main', after: null }, token);

async function openPull({ world }: EmbeddedGitHub, branch = 'x') {
  await world.as('olga').push('org/repo', { branch, files: { [`${branch}.txt`]: 'x\n' }, from: 'main' });
  return world.as('mia').openPull('org/repo', { title: `Add ${branch}`, head: branch, body: 'Please.' });
}

beforeAll(async () => { await documents(); });

test('a pool has its branch, its rules and its pull requests with all marks', async () => {
  await using github = await startSeeded();
  const { world, hub } = github;
  const pull = await openPull(github);
  const { sha } = pull.pull.head;
  const repo = world.find('org/repo');
  world.protect('org/repo', 'main', { checks: { strict: true, required: [{ context: 'test', appId: null }] }, linearHistory: true, reviews: { count: 1, dismissStale: false, codeOwners: false } });
  world.ruleset('org/repo', { name: 'r', rules: [{ type: 'required_status_checks', parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'unit', integration_id: 15368 }] } }, { type: 'pull_request', parameters: { allowed_merge_methods: ['squash'] } }, { type: 'deletion' }] });
  world.as('mia').addLabels('org/repo', 1, 'lgtm');
  await world.as('olga').setStatus('org/repo', sha, { context: 'old', state: 'failure' });
  await world.as('olga').setStatus('org/repo', sha, { context: 'old', state: 'success', description: 'Fine' });
  await createCheckRun(hub, { kind: 'user', login: `${github.app.slug}[bot]` }, repo, { appId: github.appId, sha, name: 'tide', status: 'in_progress', externalId: 'e', output: { title: 'Waits' } });
  const flow = await startRun(hub, actionsBot, repo, { workflow: workflowAt(hub, repo, { path: '.github/workflows/t.yml', name: 'Tests' }), event: 'pull_request', sha, branch: 'x', title: 'Add x', pulls: [1] });
  await updateJob(hub, repo, await startJob(hub, repo, flow, { name: 'unit' }), { conclusion: 'failure' });
  finishRun(hub, repo, flow);
  rerun(hub, actionsBot, repo, flow, 'all');
  await updateJob(hub, repo, await startJob(hub, repo, flow, { name: 'unit' }), { conclusion: 'success' });

  const answer = await pool(github);
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toMatchObject({
    repository: {
      isArchived: false, mergeCommitAllowed: true,
      ref: {
        target: { oid: repo.heads.get('main') }, refUpdateRule: { requiredStatusCheckContexts: ['test', 'unit'], requiresLinearHistory: true },
        branchProtectionRule: { requiresStatusChecks: true, requiresStrictStatusChecks: true, requiredStatusChecks: [{ context: 'test', app: null }] },
        rules: { nodes: [
          { type: 'REQUIRED_STATUS_CHECKS', parameters: { requiredStatusChecks: [{ context: 'unit', integrationId: 15368 }], strictRequiredStatusChecksPolicy: false } },
          { type: 'PULL_REQUEST', parameters: { allowedMergeMethods: ['SQUASH'] } }, { type: 'DELETION', parameters: null },
        ] },
      },
      pullRequests: { pageInfo: { hasNextPage: false }, nodes: [{
        number: 1, title: 'Add x', body: 'Please.', isDraft: false, mergeable: 'MERGEABLE', mergeStateStatus: 'BLOCKED', canBeRebased: true, reviewDecision: 'REVIEW_REQUIRED', baseRefName: 'main', headRefOid: sha,
        author: { login: 'mia', __typename: 'User' }, labels: { nodes: [{ name: 'lgtm' }] },
      }] },
    },
  });
  const [node] = (answer.data as { repository: { pullRequests: { nodes: { commits: { nodes: { commit: { oid: string; statusCheckRollup: { contexts: { nodes: unknown[] } }; checkSuites: { nodes: unknown[] } } }[] } }[] } } }).repository.pullRequests.nodes;
  const commit = node?.commits.nodes[0]?.commit;
  expect(commit?.oid).toBe(sha);
  expect(commit?.statusCheckRollup.contexts.nodes).toMatchObject([
    { __typename: 'StatusContext', context: 'old', state: 'SUCCESS', description: 'Fine', creator: { login: 'olga' } },
    { __typename: 'CheckRun', name: 'tide', status: 'IN_PROGRESS', conclusion: null, title: 'Waits', externalId: 'e', checkSuite: { app: { databaseId: github.appId }, workflowRun: null } },
    { __typename: 'CheckRun', name: 'unit', status: 'COMPLETED', conclusion: 'SUCCESS', checkSuite: { app: { slug: 'github-actions' }, workflowRun: { event: 'pull_request', workflow: { name: 'Tests' } } } },
  ]);
  expect(commit?.checkSuites.nodes).toMatchObject([{ app: { databaseId: github.appId } }, { app: { databaseId: 15368 }, checkRuns: { totalCount: 1 }, workflowRun: { databaseId: flow.id } }]);
});

test('a commit is found by its SHA with its marks', async () => {
  await using github = await startSeeded();
  const pull = await openPull(github);
  const answer = await ask(github, DOCUMENTS.HEAD, { owner: 'org', name: 'repo', oid: pull.pull.head.sha, marks: null, suites: null });
  expect(answer).toMatchObject({ data: { repository: { object: { oid: pull.pull.head.sha, statusCheckRollup: null } } } });
  expect(answer.errors).toBeUndefined();
});

test('a search gives pull requests page by page', async () => {
  await using github = await startSeeded();
  const mia = github.world.as('mia');
  for (let count = 1; count <= 130; count += 1) mia.openIssue('org/repo', { title: `Issue ${String(count)}`, labels: ['blocker'] });
  await openPull(github);
  const numbers: number[] = [];
  let after: string | null = null;
  do {
    const { data } = await ask(github, DOCUMENTS.SEARCH_ISSUES, { query: 'is:issue is:open label:"blocker" repo:org/repo', after });
    const { search } = data as { search: { issueCount: number; pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: { number: number }[] } };
    expect(search.issueCount).toBe(130);
    numbers.push(...search.nodes.map(({ number }) => number));
    after = search.pageInfo.hasNextPage ? search.pageInfo.endCursor : null;
  } while (after !== null);
  expect(new Set(numbers).size).toBe(130);
  expect(await ask(github, DOCUMENTS.SEARCH_PULLS, { query: 'is:pr is:open org:org -label:lgtm base:main', after: null })).toMatchObject({ data: { search: { issueCount: 1, nodes: [{ __typename: 'PullRequest', baseRefName: 'main', repository: { name: 'repo', owner: { login: 'org' } } }] } } });
});

test.each<{ name: string; query: string; type: string | undefined; message: RegExp }>([
  { name: 'a repository that is not there', query: '{ repository(owner: "org", name: "none") { name } }', type: 'NOT_FOUND', message: /Could not resolve to a Repository/ },
  { name: 'a number that is not there', query: '{ repository(owner: "org", name: "repo") { pullRequest(number: 9) { id } } }', type: 'NOT_FOUND', message: /Could not resolve to a PullRequest/ },
  { name: 'a field that does not exist', query: '{ repository(owner: "org", name: "repo") { nonsense } }', type: undefined, message: /Cannot query field "nonsense"/ },
  { name: 'a broken document', query: '{ repository(', type: undefined, message: /Syntax Error/ },
  { name: 'a list without a bound', query: '{ repository(owner: "org", name: "repo") { labels { totalCount } } }', type: 'MISSING_PAGINATION_BOUNDARIES', message: /first/ },
])('$name is an error within a 200', async ({ query, type, message }) => {
  await using github = await startSeeded();
  const { errors } = await ask(github, query);
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.type).toBe(type);
  expect(errors?.[0]?.message).toMatch(message);
});

test('a field that the App may not read is null and FORBIDDEN, the rest is there', async () => {
  await using github = await startSeeded();
  await openPull(github);
  github.world.protect('org/repo', 'main', { checks: { strict: false, required: [] } });
  const token = await installationToken(github, { permissions: { metadata: 'read', pull_requests: 'read', contents: 'read', checks: 'read', statuses: 'read', issues: 'read' } });
  const { data, errors } = await pool(github, token);
  expect(errors).toMatchObject([{ type: 'FORBIDDEN', message: 'Resource not accessible by integration', path: ['repository', 'ref', 'branchProtectionRule'] }]);
  expect(data).toMatchObject({ repository: { ref: { branchProtectionRule: null }, pullRequests: { nodes: [{ number: 1 }] } } });
});

test('GraphQL wants a token, and counts against a limit of its own', async () => {
  await using github = await startSeeded();
  expect((await call(github, undefined, 'POST', '/graphql', { query: '{ viewer { login } }' })).status).toBe(401);
  const answer = await call(github, github.world.as('mia').token(), 'POST', '/api/graphql', { query: '{ viewer { login } rateLimit { limit cost } }' });
  expect(answer).toMatchObject({ status: 200, body: { data: { viewer: { login: 'mia' }, rateLimit: { limit: 5000, cost: 1 } } } });
  expect(answer.headers.get('x-ratelimit-resource')).toBe('graphql');
  expect(github.log.at(-1)).toMatchObject({ route: '/graphql', resource: 'graphql', counted: true });
});

test('a pull request can be merged and commented on by mutation', async () => {
  await using github = await startSeeded();
  const { issue } = { issue: await openPull(github) };
  const id = ((await ask(github, '{ repository(owner: "org", name: "repo") { pullRequest(number: 1) { id } } }')).data as { repository: { pullRequest: { id: string } } }).repository.pullRequest.id;
  expect((await ask(github, 'mutation ($id: ID!) { addComment(input: { subjectId: $id, body: "Hi" }) { clientMutationId } }', { id })).errors).toBeUndefined();
  expect(issue.comments.map(({ body }) => body)).toEqual(['Hi']);
  const merged = await ask(github, 'mutation ($id: ID!, $head: GitObjectID!) { mergePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head, mergeMethod: SQUASH }) { pullRequest { merged state } } }', { id, head: issue.pull.head.sha });
  expect(merged).toMatchObject({ data: { mergePullRequest: { pullRequest: { merged: true, state: 'MERGED' } } } });
});

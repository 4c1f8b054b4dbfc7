import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { actionsBot, finishRun, startJob, startRun, updateJob, workflowAt } from '../../../src/embedded/github/mutate/workflows.js';
import { createMilestone, setMilestone } from '../../../src/embedded/github/mutate/issues.js';
import { call, installationToken, jwtOf, startSeeded } from './support/seed.js';

// Answers of the REST API against GitHub's own description of them.

interface Operation { readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> } | undefined>> }
interface Description { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>> | undefined>> }
const description = JSON.parse(readFileSync(new URL('../../../node_modules/@octokit/openapi/generated/api.github.com.deref.json', import.meta.url), 'utf8')) as Description;

/** OpenAPI writes `nullable`; ajv reads `type: null`. Addresses of 127.0.0.1 and dates are not looked at closer. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, format: _f, example: _e, examples: _es, discriminator: _d, ...rest } = schema as Record<string, unknown>;
  const inner = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, name === 'enum' || name === 'default' ? value : plain(value)]));
  return nullable === true ? { anyOf: [{ type: 'null' }, inner] } : inner;
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validators = new Map<string, ValidateFunction>();
function validator(method: string, path: string, status: number): ValidateFunction {
  const name = `${method} ${path} ${String(status)}`;
  const known = validators.get(name);
  if (known) return known;
  const response = description.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  if (!response) throw new Error(`GitHub does not describe ${name}`);
  const made = ajv.compile(plain(response.content?.['application/json']?.schema ?? {}) as object);
  validators.set(name, made);
  return made;
}

let github: Awaited<ReturnType<typeof startSeeded>>;
let ids: Readonly<Record<string, string>>;
let tokens: Readonly<Record<'bot' | 'olga' | 'jwt', string>>;

beforeAll(async () => {
  github = await startSeeded({ webhookUrl: 'http://127.0.0.1:9/none' });
  const { world, hub } = github;
  const olga = world.as('olga');
  const mia = world.as('mia');
  const issue = mia.openIssue('org/repo', { title: 'A fault', body: 'It fails.', labels: ['bug'], assignees: ['mia'] });
  const comment = mia.comment('org/repo', 1, 'Hello');
  const repo = world.find('org/repo');
  setMilestone(hub, { kind: 'user', login: 'olga' }, repo, issue, createMilestone(hub, { kind: 'user', login: 'olga' }, repo, { title: 'v1' }).number);
  await olga.push('org/repo', { branch: 'x', files: { 'src/a.txt': 'one\n2\n', 'x.txt': 'x\n' } });
  const pull = await mia.openPull('org/repo', { title: 'Change', head: 'x' });
  mia.requestReview('org/repo', 2, { users: ['carl'] });
  mia.addLabels('org/repo', 2, 'lgtm');
  await olga.review('org/repo', 2, { event: 'APPROVE', body: 'Good', comments: [{ path: 'src/a.txt', line: 2, body: 'Nice' }] });
  await olga.setStatus('org/repo', pull.pull.head.sha, { context: 'ci', state: 'success', description: 'Fine', targetUrl: 'http://example.com' });
  const flow = await startRun(hub, actionsBot, repo, { workflow: workflowAt(hub, repo, { path: '.github/workflows/t.yml', name: 'Tests' }), event: 'pull_request', sha: pull.pull.head.sha, branch: 'x', title: 'Change', pulls: [2] });
  const job = await startJob(hub, repo, flow, { name: 'unit' });
  await updateJob(hub, repo, job, { conclusion: 'success' });
  finishRun(hub, repo, flow);
  world.protect('org/repo', 'main', { checks: { strict: true, required: [{ context: 'ci', appId: null }] }, reviews: { count: 1, dismissStale: true, codeOwners: false } });
  world.ruleset('org/repo', { name: 'r', rules: [{ type: 'deletion' }, { type: 'required_status_checks', parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'ci' }] } }] });
  await github.idle();
  tokens = { bot: await installationToken(github), olga: olga.token(), jwt: jwtOf(github) };
  ids = {
    owner: 'org', repo: 'repo', org: 'org', username: 'mia', ref: pull.pull.head.sha, branch: 'main', commit_sha: pull.pull.head.sha, tree_sha: pull.pull.head.sha, comment_id: String(comment.id), check_run_id: String(job.id),
    check_suite_id: String(flow.suiteId), run_id: String(flow.id), job_id: String(job.id), installation_id: String(github.installationId), team_slug: 'leads', path: 'README.md', basehead: 'main...x', name: 'bug',
    delivery_id: String(hub.state.deliveries.at(-1)?.id), milestone_number: '1', pull_number: '2', issue_number: '1', workflow_id: String(flow.workflowId),
  };
});
afterAll(() => github.stop());

/** Where the description is stricter than GitHub itself: texts that can be null, and an account that is said to be a person and an enterprise at once. */
const knownLies = /labels\/\d+\/description must be string|items\/\d+\/body must be string|^\/0\/account must/;

interface Case { readonly as: 'bot' | 'olga' | 'jwt'; readonly method: string; readonly path: string; readonly status: number; readonly query?: string; readonly body?: unknown; readonly number?: string }
const get = (path: string, more: Partial<Case> = {}): Case => ({ as: 'bot', method: 'GET', path, status: 200, ...more });
const R = '/repos/{owner}/{repo}';

const cases: readonly Case[] = [
  get('/app', { as: 'jwt' }), get('/app/installations', { as: 'jwt' }), get('/app/installations/{installation_id}', { as: 'jwt' }), get(`${R}/installation`, { as: 'jwt' }), get('/orgs/{org}/installation', { as: 'jwt' }),
  get('/app/hook/config', { as: 'jwt' }), get('/app/hook/deliveries', { as: 'jwt' }), get('/app/hook/deliveries/{delivery_id}', { as: 'jwt' }),
  { as: 'jwt', method: 'POST', path: '/app/installations/{installation_id}/access_tokens', status: 201 },
  get('/rate_limit'), get('/user', { as: 'olga' }), get('/users/{username}'), get('/orgs/{org}'), get('/orgs/{org}/members'), get('/orgs/{org}/teams'), get('/orgs/{org}/teams/{team_slug}'),
  get('/orgs/{org}/teams/{team_slug}/members'), get('/orgs/{org}/teams/{team_slug}/memberships/{username}'), get('/orgs/{org}/repos'), get('/orgs/{org}/memberships/{username}'),
  get(R), get(`${R}/branches`), get(`${R}/branches/{branch}`), get(`${R}/branches/{branch}/protection`), get(`${R}/rules/branches/{branch}`), get(`${R}/collaborators`, { as: 'olga' }), get(`${R}/collaborators/{username}/permission`),
  get(`${R}/labels`), get(`${R}/labels/{name}`), get(`${R}/milestones`), get(`${R}/issues`), get(`${R}/issues/{issue_number}`), get(`${R}/issues/{issue_number}/comments`), get(`${R}/issues/comments/{comment_id}`),
  get(`${R}/issues/{issue_number}/labels`), get(`${R}/issues/{issue_number}/events`), get(`${R}/issues/{issue_number}/events`, { number: '2' }), get(`${R}/assignees`),
  get(`${R}/pulls`), get(`${R}/pulls/{pull_number}`), get(`${R}/pulls/{pull_number}/files`), get(`${R}/pulls/{pull_number}/commits`), get(`${R}/pulls/{pull_number}/reviews`), get(`${R}/pulls/{pull_number}/comments`),
  get(`${R}/pulls/{pull_number}/requested_reviewers`), get(`${R}/commits`), get(`${R}/commits/{ref}`), get(`${R}/commits/{ref}/status`), get(`${R}/commits/{ref}/statuses`), get(`${R}/commits/{ref}/check-runs`),
  get(`${R}/commits/{ref}/check-suites`), get(`${R}/check-runs/{check_run_id}`), get(`${R}/check-suites/{check_suite_id}`), get(`${R}/compare/{basehead}`), get(`${R}/git/commits/{commit_sha}`), get(`${R}/git/trees/{tree_sha}`),
  get(`${R}/contents/{path}`), get(`${R}/actions/runs`), get(`${R}/actions/runs/{run_id}`), get(`${R}/actions/runs/{run_id}/jobs`), get('/search/issues', { query: 'q=repo:org/repo+is:pr' }),
  { as: 'bot', method: 'POST', path: `${R}/issues/{issue_number}/comments`, status: 201, body: { body: 'Hi' } }, { as: 'bot', method: 'PATCH', path: `${R}/issues/comments/{comment_id}`, status: 200, body: { body: 'Ho' } },
  { as: 'bot', method: 'POST', path: `${R}/issues/comments/{comment_id}/reactions`, status: 201, body: { content: 'eyes' } }, { as: 'bot', method: 'POST', path: `${R}/issues/{issue_number}/labels`, status: 200, body: { labels: ['lgtm'] } },
  { as: 'bot', method: 'POST', path: `${R}/issues/{issue_number}/assignees`, status: 201, body: { assignees: ['olga'] } }, { as: 'bot', method: 'POST', path: `${R}/labels`, status: 201, body: { name: 'made', color: 'ffffff' } },
  { as: 'bot', method: 'POST', path: `${R}/issues`, status: 201, body: { title: 'New' } }, { as: 'bot', method: 'PATCH', path: `${R}/issues/{issue_number}`, status: 200, body: { title: 'Other' } },
  { as: 'bot', method: 'POST', path: `${R}/statuses/{ref}`, status: 201, body: { context: 'x', state: 'pending' } }, { as: 'bot', method: 'POST', path: `${R}/check-runs`, status: 201, body: { name: 'tide', head_sha: '{ref}', status: 'in_progress', output: { title: 'T', summary: 'S' } } },
  { as: 'bot', method: 'POST', path: `${R}/pulls/{pull_number}/requested_reviewers`, status: 201, body: { reviewers: ['olga'] } }, { as: 'bot', method: 'POST', path: `${R}/pulls/{pull_number}/reviews`, status: 200, body: { event: 'COMMENT', body: 'Fine' } },
  { as: 'olga', method: 'PUT', path: `${R}/pulls/{pull_number}/merge`, status: 200, body: { merge_method: 'squash' } },
];

test.each(cases)('$method $path answers as described', async ({ as, method, path, status, query, body, number }) => {
  const real = path.replace(/\{(\w+)\}/g, (_, name: string) => (number !== undefined && name.endsWith('_number') ? number : (ids[name] ?? `no-${name}`)));
  const described = path.replace('{ref}', path.includes('/statuses/{ref}') ? '{sha}' : '{ref}');
  const sent = body === undefined ? undefined : (JSON.parse(JSON.stringify(body).replace('{ref}', ids.ref ?? '')) as unknown);
  const answer = await call(github, tokens[as], method, `${real}${query === undefined ? '' : `?${query}`}`, sent);
  expect({ status: answer.status, ...(answer.status === status ? {} : { body: answer.body }) }).toEqual({ status });
  const validate = validator(method, described, status);
  validate(answer.body);
  const faults = (validate.errors ?? []).map(({ instancePath, message, keyword, params }) => `${instancePath} ${String(message)} ${keyword === 'enum' || keyword === 'required' ? '' : JSON.stringify(params)}`);
  expect([...new Set(faults)].filter((one) => !knownLies.test(one)).slice(0, 12)).toEqual([]);
});

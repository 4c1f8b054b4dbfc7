import { expect, test } from '@jest/globals';
import type { InRepoFault, JobsAt } from '../../../src/config/jobs/inRepo.js';
import type { Postsubmit, Presubmit } from '../../../src/config/jobs/schema.js';
import { NotFoundError, RemoteError } from '../../../src/core/errors.js';
import { createHandling } from '../../../src/handlers/dispatch.js';
import { parseEvents } from '../../../src/handlers/events.js';
import { commentPayload, delivery, pullPayload, signal, snapshot, world, type World } from '../fakes.js';
import { postsubmits, presubmits } from './jobs.js';

const STATIC = presubmits({ name: 'static', always_run: true });
const OWN = presubmits({ name: 'own', always_run: true }, { name: 'manual' }, { name: 'deploy', trigger: '^/deploy$', rerun_command: '/deploy' });
const broken = (inherited: boolean, message = 'expected boolean, found string'): InRepoFault => ({ kind: 'broken', inherited, findings: [{ file: '.prow/a.yaml', line: 3, column: 15, path: 'presubmits[0].always_run', message }] });
const CONFLICT: InRepoFault = { kind: 'conflict', message: 'a cannot be merged onto main at b: conflict in .prow.yaml' };

interface Given {
  readonly statics?: readonly Presubmit[];
  readonly own?: readonly Presubmit[];
  readonly after?: readonly Postsubmit[];
  readonly style?: 'quiet' | 'upstream';
  readonly mergeable?: boolean | null;
}

/** A repository with in-repo configuration; `fault` may change in between, `asked` is what was read. */
interface Made extends World {
  readonly asked: JobsAt[];
  fault: InRepoFault | Error | undefined;
}

function start({ statics = STATIC, own = OWN, after = [], style = 'quiet', mergeable = null }: Given, fault?: InRepoFault | Error): Made {
  const asked: JobsAt[] = [];
  const made: Made = Object.assign(
    world(snapshot({ enabled: ['trigger'], presubmits: statics, prow: { in_repo_config: { enabled: { o: true } } }, plugins: { comment_style: style } }), {
      inRepo: {
        jobsAt: (_config, at) => {
          asked.push(at);
          if (made.fault instanceof Error) return Promise.reject(made.fault);
          return Promise.resolve(made.fault ? { presubmits: statics, postsubmits: [], fault: made.fault } : { presubmits: [...statics, ...own], postsubmits: after, fault: undefined });
        },
      },
    }),
    { asked, fault },
  );
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened', mergeable })) });
  if (opened.kind === 'pull_request') made.github.pulls.set(1, opened.pull);
  return made;
}

const first = { signal, attempt: 1 };
const jobsOf = ({ jobs }: World) => [...jobs.all.values()].map((job) => job.spec.job).sort();
const said = ({ github }: World) => (github.commentsOf.get(1) ?? []).map((comment) => comment.body);
const labelsOf = ({ github }: World) => [...(github.labelsOf.get(1) ?? [])].sort();
const comment = (made: World, body: string, over: Partial<Parameters<typeof commentPayload>[0]> = {}) => createHandling(made.deps).run('trigger', delivery('issue_comment', commentPayload({ body, ...over })), first);
const pull = (made: World, payload: Parameters<typeof pullPayload>[0]) => createHandling(made.deps).run('trigger', delivery('pull_request', pullPayload(payload)), first);
const AT = { repo: { org: 'o', name: 'r' }, branch: 'main', baseSha: 'tip-of-main', heads: ['head-sha'] };

test.each<{ name: string; given?: Given; payload: Parameters<typeof pullPayload>[0]; jobs: readonly string[]; labels?: readonly string[]; asked: number; comments?: readonly RegExp[] }>([
  { name: 'a member opens', payload: { action: 'opened', author: 'alice' }, jobs: ['own', 'static'], asked: 1 },
  { name: 'a member opens where there are no static jobs', given: { statics: [] }, payload: { action: 'opened', author: 'alice' }, jobs: ['own'], asked: 1 },
  { name: 'a stranger opens: static jobs are enough to know', payload: { action: 'opened', author: 'newbie' }, jobs: [], labels: ['needs-ok-to-test'], asked: 0, comments: [/^Hi @newbie/] },
  { name: 'a stranger opens where there are no static jobs', given: { statics: [] }, payload: { action: 'opened', author: 'newbie' }, jobs: [], labels: ['needs-ok-to-test'], asked: 1, comments: [/^Hi @newbie/] },
  { name: 'a stranger opens where there are no jobs at all', given: { statics: [], own: [] }, payload: { action: 'opened', author: 'newbie' }, jobs: [], asked: 1 },
  { name: 'a stranger pushes', payload: { action: 'synchronize', author: 'newbie' }, jobs: [], asked: 0 },
  { name: 'a member opens a draft', given: { statics: [] }, payload: { action: 'opened', author: 'alice', draft: true }, jobs: [], asked: 1, comments: [/while this is a draft/] },
  { name: 'a member pushes to a draft', payload: { action: 'synchronize', author: 'alice', draft: true }, jobs: [], asked: 0 },
  { name: 'in conflict', payload: { action: 'synchronize', author: 'alice', mergeable: false }, jobs: [], asked: 0 },
  { name: 'a label that concerns nobody', payload: { action: 'labeled', author: 'alice', more: { label: { name: 'kind/bug' } } }, jobs: [], asked: 0 },
  { name: 'vouched for by hand', payload: { action: 'labeled', author: 'newbie', sender: 'alice', more: { label: { name: 'ok-to-test' } } }, jobs: ['own', 'static'], asked: 1 },
  { name: 'closed', payload: { action: 'closed', author: 'alice' }, jobs: [], asked: 0 },
])('pull request: $name', async ({ given = {}, payload, jobs, labels = [], asked, comments = [] }) => {
  const made = start(given);
  await pull(made, payload);
  expect([jobsOf(made), labelsOf(made), made.asked]).toEqual([jobs, labels, Array.from({ length: asked }, () => AT)]);
  expect(said(made)).toHaveLength(comments.length);
  comments.forEach((wanted, n) => expect(said(made)[n]).toMatch(wanted));
});

test('the tip of the base is read once, and jobs start on it', async () => {
  const made = start({});
  await pull(made, { action: 'reopened', author: 'alice' });
  expect(made.github.reads.filter((read) => read === 'branchSha')).toHaveLength(1);
  expect([...made.jobs.all.values()].map((job) => job.spec.refs?.base_sha)).toEqual(['tip-of-main', 'tip-of-main']);
});

test.each<{ name: string; given?: Given; body: string; by?: string; author?: string; jobs: readonly string[]; asked: boolean; comments?: readonly RegExp[] }>([
  { name: 'an own job by name', body: '/test manual', jobs: ['manual'], asked: true },
  { name: 'all', body: '/test all', jobs: ['own', 'static'], asked: true },
  { name: 'all, without static jobs', given: { statics: [] }, body: '/test all', jobs: ['own'], asked: true },
  { name: 'help', body: '/test ?', jobs: [], asked: true, comments: [/\/deploy[\s\S]*\/test manual[\s\S]*\/test own[\s\S]*\/test static/] },
  { name: 'a trigger that only the repository knows', body: '/deploy', jobs: ['deploy'], asked: true },
  { name: 'the same by a stranger', body: '/deploy', by: 'newbie', author: 'newbie', jobs: [], asked: true, comments: [/^@newbie: I cannot run tests/] },
  { name: 'a stranger asks', body: '/test all', by: 'newbie', author: 'newbie', jobs: [], asked: false, comments: [/^@newbie: I cannot run tests/] },
  { name: 'vouched for', body: '/ok-to-test', author: 'newbie', jobs: ['own', 'static'], asked: true },
  { name: 'no command', body: 'Nice work!', jobs: [], asked: true },
  { name: 'the bot itself', body: 'Nice work!', by: 'prow-app[bot]', jobs: [], asked: false },
])('comment: $name', async ({ given = {}, body, by = 'alice', author = 'author', jobs, asked, comments = [] }) => {
  const made = start(given);
  await comment(made, body, { user: by, author });
  expect([jobsOf(made), made.asked.length > 0]).toEqual([jobs, asked]);
  for (const at of made.asked) expect(at).toEqual(AT);
  expect(said(made)).toHaveLength(comments.length);
  comments.forEach((wanted, n) => expect(said(made)[n]).toMatch(wanted));
});

test('who breaks the configuration is told where, in one comment that is edited and goes away when it is mended', async () => {
  const made = start({}, broken(false));
  await pull(made, { action: 'opened', author: 'alice' });
  expect(jobsOf(made)).toEqual(['static']);
  expect(said(made)).toEqual([expect.stringContaining('```\n.prow/a.yaml:3:15: presubmits[0].always_run: expected boolean, found string\n```')]);
  made.fault = broken(false, 'another fault');
  await pull(made, { action: 'synchronize', author: 'alice' });
  expect(said(made)).toEqual([expect.stringContaining('another fault')]);
  made.fault = undefined;
  await pull(made, { action: 'synchronize', author: 'alice' });
  expect([said(made), jobsOf(made)]).toEqual([[], ['own', 'static', 'static', 'static']]);
  expect(made.github.writes.filter((write) => !write.startsWith('+'))).toEqual(['comment', 'edit 1000', 'delete 1000']);
});

test.each<{ name: string; fault: InRepoFault; given?: Given; author?: string; comments: number }>([
  { name: 'what the base has broken', fault: broken(true), comments: 0 }, { name: 'a conflict', fault: CONFLICT, comments: 0 },
  { name: "upstream's style", fault: broken(false), given: { style: 'upstream' }, comments: 0 }, { name: 'by the pull request', fault: broken(false), comments: 1 },
  { name: 'a stranger is welcomed first', fault: broken(false), author: 'newbie', comments: 1 }, { name: 'a stranger is welcomed first, without static jobs', fault: broken(false), given: { statics: [] }, author: 'newbie', comments: 1 },
])('broken: $name; static jobs run where they may', async ({ fault, given = {}, author = 'alice', comments }) => {
  const made = start(given, fault);
  await pull(made, { action: 'opened', author });
  expect(jobsOf(made)).toEqual(author === 'alice' ? ['static'] : []);
  expect(said(made)).toHaveLength(comments);
  if (author === 'newbie') expect([labelsOf(made), said(made)[0]]).toEqual([['needs-ok-to-test'], expect.stringContaining('Hi @newbie')]);
});

test.each<{ name: string; fault: InRepoFault; body: string; comments: readonly RegExp[]; style?: 'quiet' | 'upstream' }>([
  { name: 'vouching for a broken one explains it', fault: broken(false), body: '/ok-to-test', comments: [/This pull request changes the configuration[\s\S]*\.prow\/a\.yaml:3:15/] },
  { name: 'a job that the broken file would have', fault: broken(false), body: '/test own', comments: [/I know no job[\s\S]*cannot be used, because of this pull request[\s\S]*\.prow\/a\.yaml:3:15/] },
  { name: 'the base is broken', fault: broken(true), body: '/test ?', comments: [/Required jobs[\s\S]*already on main[\s\S]*\.prow\/a\.yaml:3:15/] },
  { name: 'a conflict', fault: CONFLICT, body: '/test own', comments: [/cannot be read[\s\S]*conflict in \.prow\.yaml/] },
  { name: "upstream's style", fault: broken(true), body: '/test own', style: 'upstream', comments: [/^(?![\s\S]*\.prow)[\s\S]*I know no job/] },
])('asked: $name', async ({ fault, body, comments, style = 'quiet' }) => {
  const made = start({ style }, fault);
  await comment(made, body, { author: 'newbie' });
  expect(said(made)).toHaveLength(comments.length);
  comments.forEach((wanted, n) => expect(said(made)[n]).toMatch(wanted));
});

test('words of strangers stay inside of their code', async () => {
  const made = start({}, { kind: 'broken', inherited: false, findings: Array.from({ length: 30 }, () => ({ file: '.prow/`.yaml', line: 1, column: 1, path: '', message: `\`\`\`\n/lgtm @everybody <!-- prow:lgtm/x --> ${'x'.repeat(1_000)}` })) });
  await pull(made, { action: 'opened', author: 'alice' });
  const [body = ''] = said(made);
  expect(body.split('```')).toHaveLength(3);
  expect(body.split('```')[1]?.trim().split('\n')).toHaveLength(21);
  expect(body).toContain('and 10 more\n```');
  expect(body).not.toMatch(/^\/lgtm|<!-- prow:lgtm/m);
  expect(body.length).toBeLessThan(8_000);
});

test('a commit that is gone costs only the own jobs; git being away is tried again', async () => {
  const gone = start({}, new NotFoundError('no such commit', { service: 'git' }));
  await pull(gone, { action: 'opened', author: 'alice' });
  expect(jobsOf(gone)).toEqual(['static']);
  const away = start({}, new RemoteError('git is away', { service: 'git' }));
  await expect(pull(away, { action: 'opened', author: 'alice' })).rejects.toThrow('git is away');
  expect(jobsOf(away)).toEqual([]);
});

test.each<{ name: string; fault?: InRepoFault | Error; want: readonly string[] }>([
  { name: 'what the pushed commit configures', want: ['after'] }, { name: 'broken', fault: broken(true), want: [] }, { name: 'gone', fault: new NotFoundError('gone', { service: 'git' }), want: [] },
])('push: $name', async ({ fault, want }) => {
  const made = start({ after: postsubmits({ name: 'after' }, { name: 'elsewhere', branches: ['^release$'] }) }, fault);
  const payload = { ref: 'refs/heads/main', before: 'a'.repeat(40), after: 'b'.repeat(40), repository: { name: 'r', owner: { login: 'o', name: 'o' }, html_url: 'https://github.com/o/r' }, commits: [], sender: { login: 'alice' } };
  await createHandling(made.deps).run('trigger', delivery('push', payload), first);
  expect(jobsOf(made)).toEqual(want);
  expect(made.asked).toEqual([{ repo: { org: 'o', name: 'r' }, branch: 'main', baseSha: 'b'.repeat(40), heads: [] }]);
  await createHandling(made.deps).run('trigger', delivery('push', { ...payload, deleted: true }), first);
  expect(made.asked).toHaveLength(1);
});

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEmulator, type Emulator } from 'emulate';
import { createSlackMessages } from '../../src/adapters/slackMessages.js';
import { configFromText } from '../../src/config/load.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import { slackReporter } from '../../src/jobs/report/slack.js';
import { createSlackApp, type SlackApp } from '../../src/slack/app.js';
import { freePort } from '../support/redisServer.js';

const { signal } = new AbortController();
let slack: Emulator;
let app: SlackApp;
const NOW = 1_800_000_000_000;

beforeAll(async () => {
  slack = await createEmulator({ service: 'slack', port: await freePort(), seed: { slack: { channels: [{ name: 'alerts' }] } } });
  app = await createSlackApp({ signingSecret: () => 'shh', token: () => 'xoxb-test', endpoint: `${slack.url}/api/`, known: async (question) => ({ found: question.kind === 'help' ? undefined : { kind: 'unknown', issue: question.issue }, jobs: [], now: NOW }), clock: { now: () => NOW }, log: silentLog });
});
afterAll(() => slack.close());

function signed(body: string, { secret = 'shh', at = NOW / 1_000 }: Readonly<{ secret?: string; at?: number }> = {}) {
  return { body, timestamp: String(at), signature: `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`, contentType: 'application/x-www-form-urlencoded' };
}
const command = (text: string) => new URLSearchParams({ token: 't', team_id: 'T1', team_domain: 'd', channel_id: 'C1', channel_name: 'general', user_id: 'U1', user_name: 'amy', command: '/prow', text, response_url: 'http://127.0.0.1:1/', trigger_id: '1' }).toString();

test('a command is answered in its acknowledgement, to who asked alone', async () => {
  const answer = await app.handle(signed(command('why acme/shop#7')));
  expect(answer).toMatchObject({ status: 200, contentType: 'application/json' });
  expect(JSON.parse(answer.body)).toEqual({ response_type: 'ephemeral', text: expect.stringContaining('Tide does not know acme/shop#7'), blocks: [{ type: 'section', text: { type: 'mrkdwn', text: expect.stringContaining('Tide does not know acme/shop#7') } }] });
});

test('an answer does not wait for Slack', async () => {
  const alone = await createSlackApp({ signingSecret: () => 'shh', token: () => 'xoxb-test', endpoint: 'http://127.0.0.1:1/api/', known: async () => ({ found: { kind: 'unknown', issue: { org: 'acme', name: 'shop', number: 7 } }, jobs: [], now: NOW }), clock: { now: () => NOW }, log: silentLog });
  expect(await alone.handle(signed(command('why acme/shop#7')))).toMatchObject({ status: 200, body: expect.stringContaining('Tide does not know') });
});

test.each([
  { name: 'another secret', request: () => signed(command('help'), { secret: 'other' }) },
  { name: 'an old request', request: () => signed(command('help'), { at: NOW / 1_000 - 600 }) },
  { name: 'no signature', request: () => ({ ...signed(command('help')), signature: '' }) },
  { name: 'no time', request: () => ({ ...signed(command('help')), timestamp: '' }) },
  { name: 'a changed body', request: () => ({ ...signed(command('help')), body: command('why a/b#1') }) },
])('refused: $name', async ({ request }) => expect((await app.handle(request())).status).toBe(401));

test('what is no form and no JSON, and what nobody answers', async () => {
  expect((await app.handle({ ...signed('{"a'), contentType: 'application/json' })).status).toBe(400);
  expect(await app.handle({ ...signed('{"type":"url_verification","challenge":"abc"}'), contentType: 'application/json' })).toMatchObject({ status: 200, body: 'abc' });
  expect((await app.handle(signed(command('help').replace('%2Fprow', '%2Fother')))).status).toBe(404);
});

test('a job that failed is told in a channel', async () => {
  const { snapshot } = configFromText({ config: 'slack_reporter_configs:\n  "*": {channel: alerts, job_types_to_report: [periodic], job_states_to_report: [failure]}\n' });
  const reporter = slackReporter({ config: () => snapshot, slack: createSlackMessages({ endpoint: `${slack.url}/api`, token: (host) => (host === '*' ? 'xoxb-test' : undefined), mode: 'act' }), log: silentLog });
  const job = (state: ProwJob['status']['state'], spec: Record<string, unknown> = {}): ProwJob => ({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'x' }, spec: { type: 'periodic', agent: 'kubernetes', job: 'nightly', ...spec }, status: { state, url: 'https://prow/1' } });
  expect([reporter.wants(job('success')), reporter.wants(job('failure')), reporter.wants(job('failure', { type: 'presubmit' })), reporter.wants(job('failure', { reporter_config: { slack: { report: false } } }))]).toEqual([false, true, false, false]);
  await reporter.report(job('failure'), { signal });
  const api = async (method: string, form: Readonly<Record<string, string>>) => (await (await fetch(`${slack.url}/api/${method}`, { method: 'POST', headers: { authorization: 'Bearer xoxb-test', 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form) })).json()) as { channels?: { id: string; name: string }[]; messages?: { text: string }[] };
  const channel = (await api('conversations.list', {})).channels?.find(({ name }) => name === 'alerts');
  expect((await api('conversations.history', { channel: channel?.id ?? '' })).messages?.map(({ text }) => text)).toEqual(['Job nightly of type periodic ended with state failure. <https://prow/1|View logs>']);
  // A channel that is not there, and a workspace without a token, do not keep the report waiting.
  expect(await reporter.report(job('failure', { reporter_config: { slack: { channel: 'nowhere' } } }), { signal })).toEqual({ kind: 'done' });
  expect(await reporter.report(job('failure', { reporter_config: { slack: { host: 'other' } } }), { signal })).toEqual({ kind: 'done' });
});

import { expect, test } from '@jest/globals';
import type { SlackApp } from '../../src/slack/app.js';
import { MOST_BYTES, slackRoutes } from '../../src/slack/route.js';

/** Slack's addresses before an app that answers with how much it was given. */
function stand() {
  const seen: number[] = [];
  const slack: SlackApp = { handle: async ({ body, signature }) => { seen.push(body.length); return { status: 200, body: `${signature} ${body.length}`, contentType: 'text/plain' }; } };
  return { seen, app: slackRoutes(slack) };
}

/** A body of unknown length, which tells how much of it was read. */
function unending(part: Uint8Array) {
  let read = 0;
  const stream = new ReadableStream<Uint8Array>({ pull(controller) { read += part.length; controller.enqueue(part); } }, { highWaterMark: 0 });
  return { stream, read: () => read };
}

test.each(['/slack/commands', '/slack/events'])('%s takes what is as large as may be, and no more', async (path) => {
  const { app, seen } = stand();
  const fits = await app.request(path, { method: 'POST', body: 'x'.repeat(MOST_BYTES), headers: { 'x-slack-signature': 'v0' } });
  expect([fits.status, await fits.text()]).toEqual([200, `v0 ${MOST_BYTES}`]);
  const large = await app.request(path, { method: 'POST', body: 'x'.repeat(MOST_BYTES + 1), headers: { 'content-length': String(MOST_BYTES + 1) } });
  expect([large.status, await large.text()]).toEqual([413, `more than ${MOST_BYTES} bytes\n`]);
  expect(seen).toEqual([MOST_BYTES]);
});

test('a body without a length, or with a wrong one, is given up where it is too large', async () => {
  const { app, seen } = stand();
  for (const headers of [{}, { 'content-length': '10', 'transfer-encoding': 'chunked' }]) {
    const { stream, read } = unending(new Uint8Array(64_000));
    const answer = await app.request(new Request('http://host/slack/events', { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit));
    expect(answer.status).toBe(413);
    expect(read()).toBeLessThan(MOST_BYTES + 200_000);
  }
  expect(seen).toEqual([]);
});

test('only these two addresses answer', async () => {
  const { app } = stand();
  expect((await app.request('/slack/other', { method: 'POST', body: 'x' })).status).toBe(404);
  expect((await app.request('/slack/events')).status).toBe(404);
});

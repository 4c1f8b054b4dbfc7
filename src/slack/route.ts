import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { SlackApp } from './app.js';

/** Slack sends a few kilobytes; this much is read before the signature can be checked. */
export const MOST_BYTES = 1_000_000;

/** Where Slack calls: `/slack/commands` and `/slack/events`. A larger body than MOST_BYTES is answered with 413 and not read to its end. */
export function slackRoutes(slack: SlackApp): Hono {
  const app = new Hono();
  const limit = bodyLimit({ maxSize: MOST_BYTES, onError: (c) => c.text(`more than ${MOST_BYTES} bytes\n`, 413) });
  app.post('/slack/:what{commands|events}', limit, async (c) => {
    const { status, body, contentType } = await slack.handle({
      body: await c.req.text(), signature: c.req.header('x-slack-signature') ?? '', timestamp: c.req.header('x-slack-request-timestamp') ?? '', contentType: c.req.header('content-type') ?? '',
    });
    return new Response(body, { status, headers: { 'content-type': contentType } });
  });
  return app;
}

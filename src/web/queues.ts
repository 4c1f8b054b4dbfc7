import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Queue } from 'bullmq';
import { Hono } from 'hono';
import { loopbackOnly } from './security.js';

/** Bull Board at `/queues`, for administrators: on a listener of its own on 127.0.0.1, since nobody signs in (design decision 16). */
export function createQueueUi({ queues, mode }: { queues: readonly Queue[]; mode: 'act' | 'dry' }): Hono {
  const server = new HonoAdapter(serveStatic);
  server.setBasePath('/queues');
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: mode === 'dry' })), serverAdapter: server, options: { uiConfig: { boardTitle: 'Prow queues' } } });
  const app = new Hono();
  app.use(loopbackOnly());
  app.route('/queues', server.registerPlugin());
  app.get('/', (c) => c.redirect('/queues'));
  return app;
}

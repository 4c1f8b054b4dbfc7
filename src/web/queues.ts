import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Queue } from 'bullmq';
import { Hono } from 'hono';
import { findAsset } from './assets.js';
import { actRoutes } from './jobs/actRoutes.js';
import { listRoutes } from './jobs/listRoutes.js';
import { runRoutes } from './jobs/runRoutes.js';
import type { JobPages } from './jobs/shared.js';
import { loopbackOnly, pageHeaders } from './security.js';

/** Pages about jobs with buttons that act. Whoever mounts it guards it. */
export function createJobActions(jobs: JobPages): Hono {
  const app = new Hono();
  app.use(pageHeaders());
  const listener = { adminUrl: '/queues', pages: ['/jobs'] };
  app.route('/', actRoutes(jobs));
  app.route('/', listRoutes(jobs, listener));
  app.route('/', runRoutes(jobs, { ...listener, acting: 'buttons' }));
  app.get('/assets/*', (c) => {
    const asset = findAsset(c.req.path);
    return asset ? c.body(asset.body, 200, { 'Content-Type': asset.type, 'Cache-Control': 'no-cache' }) : c.notFound();
  });
  return app;
}

/** Bull Board at `/queues` and pages that act on jobs, for administrators: on a listener of its own on 127.0.0.1, since nobody signs in (design decision 16). */
export function createQueueUi({ queues, mode, jobs }: { queues: readonly Queue[]; mode: 'act' | 'dry'; jobs?: JobPages | undefined }): Hono {
  const server = new HonoAdapter(serveStatic);
  server.setBasePath('/queues');
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: mode === 'dry' })), serverAdapter: server, options: { uiConfig: { boardTitle: 'Prow queues' } } });
  const app = new Hono();
  app.use(loopbackOnly());
  app.route('/queues', server.registerPlugin());
  app.get('/', (c) => c.redirect(jobs ? '/jobs' : '/queues'));
  if (jobs) app.route('/', createJobActions(jobs));
  return app;
}

import { Hono } from 'hono';
import type { MetricsAdapter } from '../adapters/metrics.js';
import type { Adders } from './workers.js';

const COUNT_MS = 1_000;

/** `look` brings the gauges up to date before they are read. */
export function metricsApp(metrics: MetricsAdapter, look: () => Promise<void>): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) => {
    await look();
    return c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
  });
  app.get('/healthz', (c) => c.text('OK'));
  return app;
}

/** Sizes of the queues; Redis being away must not keep a scrape waiting. */
export async function countJobs(adders: Adders, metrics: MetricsAdapter): Promise<void> {
  const late = new Promise<void>((resolve) => { setTimeout(resolve, COUNT_MS).unref(); });
  const { [Symbol.asyncDispose]: _close, ...queues } = adders;
  const counted = Promise.all(Object.entries(queues).map(async ([queue, adder]) => {
    for (const [state, jobs] of Object.entries(await adder.counts())) metrics.set('prow_queue_jobs', jobs, { queue, state });
  }));
  await Promise.race([counted.catch(() => {}), late]);
}

import { Hono } from 'hono';
import { problemsOf, readiness, type Check } from './health.js';

/** `/healthz` and `/healthz/ready` (config 9.1): 404 until ready is declared, then 200, or 503 with what is wrong. Remarks are told, and change nothing. */
export function createProbes(checks: readonly Check[], remarks: readonly Check[] = []): { readonly app: Hono; declareReady(): void } {
  let declared = false;
  const app = new Hono();
  app.get('/healthz', (c) => c.text('OK'));
  app.get('/healthz/ready', async (c) => {
    const state = await readiness(declared, checks);
    if (state.kind === 'starting') return c.text('starting\n', 404);
    const told = await problemsOf(remarks);
    if (state.kind === 'ready') return c.text(told.length === 0 ? 'OK' : `OK, but\n${told.join('\n')}\n`);
    return c.text(`${[...state.problems, ...told].join('\n')}\n`, 503);
  });
  return { app, declareReady: () => { declared = true; } };
}

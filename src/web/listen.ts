import { serve, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';

/** A listening server. */
export interface Listener {
  readonly port: number;
  /** Takes no new connections and waits for what is being answered, no longer than `graceMs`; live streams are cut after two seconds, which is longer than a webhook may take. */
  close(graceMs: number): Promise<void>;
}

/** Listens; port 0 takes a free one. Rejects with one line when the port is taken. */
export function listen(app: Pick<Hono, 'fetch'>, port: number, hostname: string): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname }, (info) => { resolve({ port: info.port, close: (graceMs) => close(server, graceMs) }); });
    server.once('error', (error: NodeJS.ErrnoException) => { reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken already`) : error); });
  });
}

/** Longer than storing a webhook may take. */
const CUT_MS = 2_000;

function close(server: ServerType, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { if ('closeAllConnections' in server) server.closeAllConnections(); }, Math.min(graceMs, CUT_MS));
    server.close(() => { clearTimeout(timer); resolve(); });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}

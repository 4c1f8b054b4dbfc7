import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received { readonly event: string; readonly action: string | undefined; readonly headers: IncomingHttpHeaders; readonly raw: string; readonly body: Readonly<Record<string, unknown>> }

/** Takes webhooks and keeps them. */
export interface Receiver {
  readonly url: string;
  readonly got: readonly Received[];
  /** `event.action` of each, in order of arrival. */
  names(): readonly string[];
  /** What to answer from now on. */
  answer(status: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Listens on a port of its own. */
export async function startReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const raw = Buffer.concat(parts).toString();
      const body = JSON.parse(raw) as Record<string, unknown>;
      got.push({ event: String(request.headers['x-github-event']), action: typeof body.action === 'string' ? body.action : undefined, headers: request.headers, raw, body });
      response.writeHead(status).end('seen');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`, got,
    names: () => got.map(({ event, action }) => (action === undefined ? event : `${event}.${action}`)),
    answer(next) { status = next; },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An external plugin over HTTP that can be away, slow or broken. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly got: Received[];
  /** Held answers: what `answer` does not end itself. */
  readonly held: ServerResponse[];
  up(): Promise<void>;
  down(): Promise<void>;
}

/** Takes a port of its own, and keeps it while it is down. `answer` gives the status; `hold` leaves the request open. */
export async function receiver(answer: (one: Received, nth: number) => number | 'hold' | Readonly<{ json: unknown }> = () => 200, { start = 'up' }: Readonly<{ start?: 'up' | 'down' }> = {}): Promise<Receiver> {
  const got: Received[] = [];
  const held: ServerResponse[] = [];
  let server: Server | undefined;
  let port = 0;
  const open = (): Promise<void> => new Promise((resolve, reject) => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
        got.push(one);
        const said = answer(one, got.length);
        if (said === 'hold') held.push(response);
        else if (typeof said === 'number') response.writeHead(said).end(`answer ${got.length}`);
        else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said.json));
      });
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => { port = (server?.address() as AddressInfo).port; resolve(); });
  });
  const down = (): Promise<void> => new Promise((resolve) => {
    if (!server?.listening) { resolve(); return; }
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
  await open();
  if (start === 'down') await down();
  return { url: `http://127.0.0.1:${port}`, got, held, up: open, down, [Symbol.asyncDispose]: down };
}

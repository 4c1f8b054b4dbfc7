import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openHttp, type KubeHttp } from '../../../src/adapters/kube/http.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  /** Of what is not just read. */
  readonly body: string;
}

export type Answer = (response: ServerResponse, asked: Asked) => void;

/** An API server that answers as it is told: the queue's answers first, then always the last thing to say. */
export interface Scripted extends AsyncDisposable {
  readonly url: string;
  readonly http: KubeHttp;
  readonly asked: readonly Asked[];
  readonly answers: Answer[];
  otherwise: Answer;
  /** Cuts all connections. */
  breakAll(): void;
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => (response) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
export const refuse = (code: number, reason: string, headers?: Readonly<Record<string, string>>): Answer => json(code, { kind: 'Status', status: 'Failure', code, reason, message: `refused: ${reason}` }, headers);
export const drop: Answer = (response) => { response.socket?.destroy(); };

/** Starts it on a free port of loopback. */
export async function scripted(otherwise: Answer = refuse(503, 'Unavailable')): Promise<Scripted> {
  const asked: Asked[] = [];
  const answers: Answer[] = [];
  const state = { otherwise };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://kube');
    const take = (body: string) => {
      const one: Asked = { method: request.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body };
      asked.push(one);
      (answers.shift() ?? state.otherwise)(response, one);
    };
    if (request.method === 'GET') {
      request.resume();
      take('');
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.once('end', () => { take(body); });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agent = new Agent({ keepAlive: true });
  const http = openHttp({ get: async () => ({ server: url, agent, headers: {} }), [Symbol.dispose]: () => { agent.destroy(); } }, { userAgent: 'test', answerMs: 2_000 });
  return {
    url, http, asked, answers,
    get otherwise() { return state.otherwise; },
    set otherwise(answer) { state.otherwise = answer; },
    breakAll() { server.closeAllConnections(); },
    async [Symbol.asyncDispose]() {
      http[Symbol.dispose]();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

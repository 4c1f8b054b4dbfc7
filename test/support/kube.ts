import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { ProwJob } from '../../src/core/prowjob.js';

/** As much of a Kubernetes API as creating, listing, writing and deleting ProwJobs needs, over real HTTP. */
export interface FakeKube extends AsyncDisposable {
  readonly url: string;
  readonly jobs: ReadonlyMap<string, ProwJob>;
  /** Told when a ProwJob was created. */
  onCreate(listener: (job: ProwJob) => void): void;
  /** Answers that come before the real ones, first in first out: a status, `drop` to cut the connection, `pass` for the real one. */
  readonly faults: (number | 'drop' | 'pass')[];
  /** Writes a kubeconfig that leads here. */
  writeKubeconfig(path: string): string;
}

const PATH = /^\/apis\/prow\.k8s\.io\/v1\/namespaces\/[^/]+\/prowjobs(?:\/([^/?]+))?$/;

function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof into === 'object' && into !== null ? { ...(into as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete base[key];
    else base[key] = merge(base[key], value);
  }
  return base;
}

/** Starts it on a free port of loopback. */
export async function startFakeKube(): Promise<FakeKube> {
  const jobs = new Map<string, ProwJob>();
  const listeners: ((job: ProwJob) => void)[] = [];
  const faults: (number | 'drop' | 'pass')[] = [];
  let version = 1;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: unknown) => { response.writeHead(status, { 'content-type': 'application/json' }); response.end(JSON.stringify(body)); };
      const refuse = (status: number, reason: string) => { answer(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: reason, code: status }); };
      const fault = faults.shift();
      if (fault === 'drop') { request.socket.destroy(); return; }
      if (fault !== undefined && fault !== 'pass') { refuse(fault, 'Fault'); return; }
      const url = new URL(request.url ?? '', 'http://kube');
      const found = PATH.exec(url.pathname);
      if (!found) { refuse(404, 'NotFound'); return; }
      const name = found[1];
      const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as ProwJob) : undefined;
      if (request.method === 'POST' && body) {
        if (jobs.has(body.metadata.name)) { refuse(409, 'AlreadyExists'); return; }
        const made: ProwJob = { ...body, metadata: { ...body.metadata, uid: randomUUID(), resourceVersion: String(version++), creationTimestamp: new Date().toISOString() } };
        jobs.set(made.metadata.name, made);
        for (const listener of listeners) listener(made);
        answer(201, made);
      } else if (request.method === 'PATCH' && name !== undefined) {
        const job = jobs.get(name);
        const wanted = body?.metadata.resourceVersion;
        if (!job) { refuse(404, 'NotFound'); return; }
        if (wanted !== undefined && wanted !== job.metadata.resourceVersion) { refuse(409, 'Conflict'); return; }
        const next = merge(job, body) as ProwJob;
        const made: ProwJob = { ...next, metadata: { ...next.metadata, resourceVersion: String(version++) } };
        jobs.set(name, made);
        answer(200, made);
      } else if (request.method === 'PUT' && name !== undefined && body) {
        const job = jobs.get(name);
        if (!job) { refuse(404, 'NotFound'); return; }
        if (body.metadata.resourceVersion !== job.metadata.resourceVersion) { refuse(409, 'Conflict'); return; }
        const made: ProwJob = { ...body, metadata: { ...body.metadata, resourceVersion: String(version++) } };
        jobs.set(name, made);
        answer(200, made);
      } else if (request.method === 'DELETE' && name !== undefined) {
        const wanted = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid;
        const job = jobs.get(name);
        if (!job) { refuse(404, 'NotFound'); return; }
        if (wanted !== undefined && wanted !== job.metadata.uid) { refuse(409, 'Conflict'); return; }
        jobs.delete(name);
        answer(200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
      } else if (request.method === 'GET' && name !== undefined) {
        const job = jobs.get(name);
        if (job) answer(200, job);
        else refuse(404, 'NotFound');
      } else if (request.method === 'GET') {
        const wanted = (url.searchParams.get('labelSelector') ?? '').split(',').filter((term) => term !== '').map((term) => term.split('='));
        const all = [...jobs.values()].filter((job) => wanted.every(([key = '', value]) => job.metadata.labels?.[key] === value));
        const from = Number(url.searchParams.get('continue') ?? 0);
        const limit = Number(url.searchParams.get('limit') ?? all.length) || all.length;
        const rest = from + limit < all.length ? String(from + limit) : '';
        answer(200, { kind: 'ProwJobList', apiVersion: 'prow.k8s.io/v1', metadata: { resourceVersion: String(version), continue: rest }, items: all.slice(from, from + limit) });
      } else refuse(405, 'MethodNotAllowed');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url, jobs, faults,
    onCreate: (listener) => { listeners.push(listener); },
    writeKubeconfig(path) {
      const cluster = { apiVersion: 'v1', kind: 'Config', 'current-context': 'test', clusters: [{ name: 'test', cluster: { server: url } }], users: [{ name: 'test', user: {} }], contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }] };
      writeFileSync(path, JSON.stringify(cluster), { mode: 0o600 });
      return path;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    },
  };
}

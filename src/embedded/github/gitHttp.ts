import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { whoCalls } from './auth.js';
import { gitEnv } from './git.js';
import { ApiError, findRepo, fullName, key, type Hub } from './hub.js';
import { listRefs } from './gitRead.js';
import { refMoved } from './mutate/refs.js';
import { atLeast, canSee, covers, grants, rightOf } from './permissions.js';
import type { Who } from './state/people.js';
import type { Repo } from './state.js';

/**
 * Git over HTTP, with or without `/git` in front: `git http-backend` does the work. Reading streams; a push is taken one at a time per
 * repository, so that the references before and after tell what it did.
 */
const pathOf = /^(?:\/git)?\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/;

const refuse = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response => new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain', ...headers } });
const askForName = (): Response => refuse(401, 'Authentication required', { 'www-authenticate': 'Basic realm="GitHub"' });

/** Whether the caller may read (or push); a response where not. */
function admit(hub: Hub, who: Who, repo: Repo | undefined, pushes: boolean): Response | undefined {
  if (!repo || !canSee(hub.state, who, repo)) return who.kind === 'anonymous' ? askForName() : refuse(404, 'Repository not found.');
  if (who.kind === 'installation' && repo.private && !grants(who.permissions, { name: 'contents', level: 'read' })) return refuse(403, 'Resource not accessible by integration');
  if (!pushes) return undefined;
  if (who.kind === 'anonymous') return askForName();
  const may = who.kind === 'installation' ? covers(hub.state, who, repo) && grants(who.permissions, { name: 'contents', level: 'write' }) : atLeast(rightOf(hub.state, who, repo), 'write');
  if (!may) return refuse(403, `Permission to ${fullName(repo)}.git denied to ${who.login}.`);
  return repo.archived ? refuse(403, 'This repository was archived so it is read-only.') : undefined;
}

function backend(hub: Hub, repo: Repo, request: Request, service: string, who: Who): { readonly head: Promise<{ status: number; headers: Headers }>; readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> } {
  const url = new URL(request.url);
  const env: Record<string, string> = {
    ...gitEnv, GIT_PROJECT_ROOT: hub.git.dir(fullName(repo)), GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: `/${service}`, REQUEST_METHOD: request.method, QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers.get('content-type') ?? '', REMOTE_ADDR: '127.0.0.1', REMOTE_USER: who.login,
  };
  for (const [header, name] of [['content-length', 'CONTENT_LENGTH'], ['content-encoding', 'HTTP_CONTENT_ENCODING'], ['git-protocol', 'GIT_PROTOCOL']] as const) {
    const value = request.headers.get(header);
    if (value !== null) env[name] = value;
  }
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  if (request.body) Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]).on('error', () => { child.kill(); }).pipe(child.stdin);
  else child.stdin.end();
  request.signal.addEventListener('abort', () => { child.kill(); }, { once: true });
  const done = new Promise<void>((resolve, reject) => { child.once('error', reject); child.once('close', () => { resolve(); }); });
  const { promise: head, resolve, reject } = promiseOf<{ status: number; headers: Headers }>();
  let before = Buffer.alloc(0);
  let begun = false;
  /** The reader may go at any time; what git still says is not for anybody then. */
  let gone = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      child.stdout.on('data', (chunk: Buffer) => {
        if (gone) return;
        if (begun) { controller.enqueue(chunk); if ((controller.desiredSize ?? 1) <= 0) child.stdout.pause(); return; }
        before = Buffer.concat([before, chunk]);
        const end = before.indexOf('\r\n\r\n');
        if (end < 0) return;
        begun = true;
        resolve(parseHead(before.subarray(0, end).toString()));
        if (before.length > end + 4) controller.enqueue(before.subarray(end + 4));
      });
      child.stdout.once('end', () => { if (!begun) reject(new Error('git http-backend said nothing')); if (!gone) controller.close(); });
      child.stdout.once('error', reject);
    },
    pull() { child.stdout.resume(); },
    cancel() { gone = true; child.kill(); },
  }, { highWaterMark: 16 });
  return { head, body, done };
}

function promiseOf<T>(): { promise: Promise<T>; resolve(value: T): void; reject(err: Error): void } {
  let settle: { resolve(value: T): void; reject(err: Error): void } = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<T>((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
}

function parseHead(text: string): { status: number; headers: Headers } {
  const headers = new Headers();
  let status = 200;
  for (const line of text.split('\r\n')) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    if (key(name) === 'status') status = Number.parseInt(value, 10);
    else headers.append(name, value);
  }
  return { status, headers };
}

/** Takes a push and does what follows from it before the pusher hears that it is done. */
function receive(hub: Hub, repo: Repo, request: Request, who: Who): Promise<Response> {
  return hub.git.exclusive(fullName(repo), async () => {
    const before = await listRefs(hub, repo);
    const { head, body, done } = backend(hub, repo, request, 'git-receive-pack', who);
    const bytes = await new Response(body).arrayBuffer();
    const { status, headers } = await head;
    await done;
    const after = await listRefs(hub, repo);
    for (const ref of new Set([...before.keys(), ...after.keys()])) {
      if (before.get(ref) !== after.get(ref)) await refMoved(hub, who, repo, { ref, before: before.get(ref) ?? null, after: after.get(ref) ?? null });
    }
    return new Response(bytes, { status, headers });
  });
}

/** Answers a call of git; undefined when it is not one. */
export async function serveGit(hub: Hub, request: Request): Promise<Response | undefined> {
  const url = new URL(request.url);
  const [, owner, name, service] = pathOf.exec(url.pathname) ?? [];
  if (owner === undefined || name === undefined || service === undefined || owner === 'repos') return undefined;
  let who: Who;
  try {
    who = whoCalls(hub, request.headers.get('authorization') ?? undefined);
  } catch (err) {
    if (err instanceof ApiError) return err.status === 401 ? askForName() : refuse(err.status, err.message);
    throw err;
  }
  const repo = findRepo(hub, owner, name) ?? hub.state.repos.get(hub.state.renamed.get(key(`${owner}/${name}`)) ?? -1);
  const pushes = service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  const refusal = admit(hub, who, repo, pushes);
  if (refusal) return refusal;
  if (!repo) return refuse(404, 'Repository not found.');
  if (service === 'git-receive-pack') return receive(hub, repo, request, who);
  const { head, body } = backend(hub, repo, request, service, who);
  const { status, headers } = await head;
  return new Response(body, { status, headers });
}

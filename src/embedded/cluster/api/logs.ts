import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { flagOf, numberOf, send, type Call } from './http.js';
import { at, fieldsOf, listOf, textOf, type Fields, type Kobject } from './object.js';
import { badRequest } from './status.js';

const PIECE = 1 << 16;
const POLL_MS = 100;

/** Where a container's log lies: the kubelet writes it, the API reads it. `run` counts the restarts. */
export function logFile(root: string, { namespace, name, uid }: { namespace: string; name: string; uid: string }, container: string, run: number): string {
  return join(root, `${namespace}_${name}_${uid}`, container, `${String(run)}.log`);
}

/** A line of a container's log as it lies on disk: time, stream, whether the line ends there, text. */
export interface LogLine { readonly time: string; readonly whole: boolean; readonly text: string }

/** Reads a line of the form `TIME stdout|stderr F|P TEXT`; undefined for anything else. */
export function parseLogLine(line: string): LogLine | undefined {
  const [, time, tag, text = ''] = /^(\S+) (?:stdout|stderr) ([FP]) (.*)$/s.exec(line) ?? [];
  return time === undefined ? undefined : { time, whole: tag === 'F', text };
}

interface Wanted { readonly container: string; readonly run: number; readonly follow: boolean; readonly timestamps: boolean; readonly tail: number | undefined; readonly limit: number; readonly since: number | undefined }

const statusesOf = (pod: Kobject): readonly unknown[] => ['initContainerStatuses', 'containerStatuses'].flatMap((list) => listOf(at(pod, 'status', list)));

function chooseContainer(pod: Kobject, asked: string | null): string {
  const spec = fieldsOf(pod.spec);
  const names = (list: string): readonly string[] => listOf(spec[list]).flatMap((one) => textOf(at(one, 'name')) ?? []);
  const containers = names('containers');
  const inits = names('initContainers');
  if (asked) {
    if (![...containers, ...inits].includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const [first = ''] = containers;
  if (containers.length === 1) return first;
  const init = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${containers.join(' ')}]${init}`);
}

/** What a request for a log means for a pod as it is now. Throws 400. */
export function readLogOptions(pod: Kobject, query: URLSearchParams, now: number): Wanted {
  const container = chooseContainer(pod, query.get('container'));
  const status: Fields = fieldsOf(statusesOf(pod).find((one) => at(one, 'name') === container));
  const restarts = Number(status.restartCount ?? 0);
  const previous = flagOf(query, 'previous');
  const waiting = at(status, 'state', 'waiting');
  const ran = at(status, 'lastState', 'terminated') !== undefined;
  if (previous && !ran) throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  if (!previous && !ran && (Object.keys(status).length === 0 || waiting !== undefined)) throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${textOf(at(waiting, 'reason')) ?? 'ContainerCreating'}`);
  const seconds = numberOf(query, 'sinceSeconds');
  const time = query.get('sinceTime');
  if (time && Number.isNaN(Date.parse(time))) throw badRequest(`sinceTime: Invalid value: "${time}"`);
  if (seconds !== undefined && time) throw badRequest('sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified');
  return {
    container, run: previous || (waiting !== undefined && ran) ? Math.max(0, restarts - 1) : restarts,
    follow: flagOf(query, 'follow') && !previous, timestamps: flagOf(query, 'timestamps'), tail: numberOf(query, 'tailLines'), limit: numberOf(query, 'limitBytes') ?? Number.POSITIVE_INFINITY,
    since: seconds !== undefined ? now - seconds * 1000 : time ? Date.parse(time) : undefined,
  };
}

/** Where the last lines of a file begin. */
async function tailStart(file: FileHandle, lines: number): Promise<number> {
  let end = (await file.stat()).size;
  let left = lines + 1; // the line break at the very end is none between lines
  if (lines === 0) return end;
  while (end > 0) {
    const start = Math.max(0, end - PIECE);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    for (let n = buffer.lastIndexOf(10, bytesRead - 1); n >= 0; n = n === 0 ? -1 : buffer.lastIndexOf(10, n - 1)) if (--left === 0) return start + n + 1;
    end = start;
  }
  return 0;
}

const pause = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const end = (): void => { clearTimeout(timer); signal.removeEventListener('abort', end); resolve(); };
  const timer = setTimeout(end, POLL_MS);
  signal.addEventListener('abort', end, { once: true });
});

/**
 * Writes a container's log. `alive` says whether the container may still write; a follower reads on until it may not.
 * Throws 400 before it writes anything.
 */
export async function writeLog(call: Call, { pod, root, now, alive }: { pod: Kobject; root: string; now: number; alive: (container: string, run: number) => boolean }): Promise<void> {
  const { url: { searchParams: query }, response, signal } = call;
  const wanted = readLogOptions(pod, query, now);
  const path = logFile(root, { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid }, wanted.container, wanted.run);
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  let left = wanted.limit;
  let rest = Buffer.alloc(0);
  let begins = true;
  const show = (line: Buffer): string => {
    const parsed = parseLogLine(line.toString());
    if (!parsed || (wanted.since !== undefined && Date.parse(parsed.time) < wanted.since)) return '';
    const text = `${wanted.timestamps && begins ? `${parsed.time} ` : ''}${parsed.text}${parsed.whole ? '\n' : ''}`;
    begins = parsed.whole;
    return text;
  };
  const emit = async (piece: Buffer): Promise<void> => {
    const data = Buffer.concat([rest, piece]);
    let from = 0;
    let text = '';
    for (let n = data.indexOf(10); n >= 0; n = data.indexOf(10, from)) { text += show(data.subarray(from, n)); from = n + 1; }
    rest = data.subarray(from);
    if (text === '') return;
    const bytes = Buffer.from(text);
    await send(call, bytes.length > left ? bytes.subarray(0, left) : bytes);
    left -= bytes.length;
  };
  while (!signal.aborted && wanted.follow && alive(wanted.container, wanted.run) && !(await stat(path).catch(() => undefined))) await pause(signal);
  const file = await open(path).catch(() => undefined);
  try {
    if (file) {
      let offset = wanted.tail === undefined ? 0 : await tailStart(file, wanted.tail);
      const buffer = Buffer.alloc(PIECE);
      while (left > 0 && !signal.aborted) {
        // Asked before reading: what was written until then is read below.
        const more = wanted.follow && alive(wanted.container, wanted.run);
        const { bytesRead } = await file.read(buffer, 0, PIECE, offset);
        offset += bytesRead;
        if (bytesRead > 0) await emit(Buffer.from(buffer.subarray(0, bytesRead)));
        else if (more) await pause(signal);
        else break;
      }
    }
    response.end();
  } finally {
    await file?.close();
  }
}

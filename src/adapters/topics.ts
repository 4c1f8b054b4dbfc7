import type { PubSub } from '@google-cloud/pubsub';
import { PermissionError, RemoteError } from '../core/errors.js';
import type { Topics } from '../core/ports/topics.js';

/** gRPC's INVALID_ARGUMENT; a topic that is missing may be made. */
const INVALID = 3;
/** PERMISSION_DENIED, UNAUTHENTICATED. */
const REFUSED: ReadonlySet<number> = new Set([7, 16]);

/** Publishes with the account of the environment; PUBSUB_EMULATOR_HOST is heeded. The SDK is loaded with the first message. */
export function createTopics({ mode }: Readonly<{ mode: 'act' | 'dry' }>): Topics & AsyncDisposable {
  const clients = new Map<string, Promise<PubSub>>();
  const clientOf = (project: string): Promise<PubSub> => {
    const known = clients.get(project);
    if (known) return known;
    const opening = import('@google-cloud/pubsub').then(({ PubSub: Client }) => new Client({ projectId: project }));
    clients.set(project, opening);
    return opening;
  };
  return {
    async publish({ project, topic, json }, { signal }) {
      if (mode === 'dry') return;
      signal.throwIfAborted();
      const client = await clientOf(project);
      try {
        // One message at a time: whoever waits for it reports a job.
        await untilAborted(client.topic(topic, { batching: { maxMessages: 1 } }).publishMessage({ data: Buffer.from(json) }), signal);
      } catch (cause) {
        signal.throwIfAborted();
        const { code = 0, message = String(cause) } = cause as Readonly<{ code?: number; message?: string }>;
        const what = `Pub/Sub refused a message to ${project}/${topic}: ${message}`;
        if (REFUSED.has(code)) throw new PermissionError(what, { service: 'pubsub', permission: 'pubsub.topics.publish', cause });
        throw new RemoteError(what, { service: 'pubsub', retry: code === INVALID ? 'never' : 'later', cause });
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...clients.values()].map(async (client) => (await client).close()));
    },
  };
}

/** The SDK takes no signal: whoever gives up just stops waiting. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => { reject(signal.reason as Error); };
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => { signal.removeEventListener('abort', stop); });
  });
}

import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/ports/clock.js';
import { timestamp, type Kobject } from '../api/object.js';
import type { Client } from './client.js';

/** Records what happens to pods as events of the cluster. Never throws and never waits: events are news, not truth. */
export interface Recorder { record(pod: Kobject, what: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string; readonly component?: string; readonly container?: string }): void }

/** Records through a client, as the kubelet of a node; an event that repeats itself is counted. */
export function createRecorder({ client, clock, node, signal }: { client: Client; clock: Clock; node: string; signal: AbortSignal }): Recorder {
  const seen = new Map<string, { readonly path: string; count: number; made: Promise<unknown> }>();
  return {
    record(pod, { type, reason, message, component = 'kubelet', container }) {
      const { namespace = '', name, uid, resourceVersion } = pod.metadata;
      const key = `${uid} ${reason} ${container ?? ''} ${message}`;
      const now = timestamp(clock.now());
      const known = seen.get(key);
      if (known) {
        known.count++;
        const body = { count: known.count, lastTimestamp: now };
        known.made = known.made.then(() => client.ask({ method: 'PATCH', path: known.path, body, signal })).catch(() => undefined);
        return;
      }
      const event = `${name.slice(0, 230)}.${randomBytes(8).toString('hex')}`;
      const path = `/api/v1/namespaces/${namespace}/events`;
      const body = {
        apiVersion: 'v1', kind: 'Event', metadata: { name: event, namespace }, type, reason, message: message.slice(0, 1024), count: 1, firstTimestamp: now, lastTimestamp: now, eventTime: null,
        involvedObject: { kind: 'Pod', apiVersion: 'v1', namespace, name, uid, resourceVersion, ...(container === undefined ? {} : { fieldPath: container }) },
        source: { component, ...(component === 'kubelet' ? { host: node } : {}) }, reportingComponent: component, reportingInstance: component === 'kubelet' ? node : '',
      };
      if (seen.size > 2_000) seen.clear();
      seen.set(key, { path: `${path}/${event}`, count: 1, made: client.ask({ method: 'POST', path, body, signal }).catch(() => undefined) });
    },
  };
}

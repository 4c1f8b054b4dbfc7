import { at, fieldsOf, listOf, textOf, type Fields, type Kobject } from './object.js';
import { valuesAt } from './jsonpath.js';
import type { Kind } from './kinds.js';

export interface Column { readonly name: string; readonly type: string; readonly format: string; readonly description: string; readonly priority: number }
type Cell = string | number | null;
interface Layout { readonly columns: readonly Column[]; readonly cells: (object: Kobject, now: number) => readonly Cell[] }

const column = (name: string, description: string, { type = 'string', format = '', priority = 0 } = {}): Column => ({ name, type, format, description, priority });
const named = column('Name', 'Name must be unique within a namespace.', { format: 'name' });
const aged = column('Age', 'Time since the object was created.');

/** A span of time as kubectl writes it: `45s`, `3m5s`, `2h`, `4d3h`. */
export function humanSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${String(Math.max(0, seconds))}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${String(minutes)}m` : `${String(minutes)}m${String(seconds % 60)}s`;
  if (minutes < 180) return `${String(minutes)}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${String(hours)}h` : `${String(hours)}h${String(minutes % 60)}m`;
  if (hours < 48) return `${String(hours)}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${String(days)}d` : `${String(days)}d${String(hours % 24)}h`;
  if (days < 730) return `${String(days)}d`;
  return `${String(Math.floor(days / 365))}y${days % 365 === 0 ? '' : `${String(days % 365)}d`}`;
}

/** How long ago a time was; `<unknown>` without one. */
export function ageOf(time: unknown, now: number): string {
  const at0 = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at0) ? '<unknown>' : humanSpan(now - at0);
}

/** What a waiting or ended container says of itself. */
function containerReason(state: unknown): string | undefined {
  const ended = at(state, 'terminated');
  if (ended === undefined) return textOf(at(state, 'waiting', 'reason'));
  const signal = at(ended, 'signal');
  return textOf(at(ended, 'reason')) || (typeof signal === 'number' && signal > 0 ? `Signal:${String(signal)}` : `ExitCode:${String(at(ended, 'exitCode') as number)}`);
}

/** The state of a pod in one word, as `kubectl get pods` shows it. */
export function podState(pod: Kobject): { readonly ready: number; readonly total: number; readonly restarts: number; readonly reason: string } {
  const statuses = listOf(at(pod, 'status', 'containerStatuses'));
  const inits = listOf(at(pod, 'status', 'initContainerStatuses'));
  const total = listOf(at(pod, 'spec', 'containers')).length;
  let reason = textOf(at(pod, 'status', 'reason')) || (textOf(at(pod, 'status', 'phase')) ?? '');
  let restarts = 0;
  let initializing = false;
  inits.forEach((status, n) => {
    if (initializing) return;
    restarts += Number(at(status, 'restartCount') ?? 0);
    const spec = listOf(at(pod, 'spec', 'initContainers')).find((one) => at(one, 'name') === at(status, 'name'));
    if (at(status, 'state', 'terminated', 'exitCode') === 0) return;
    if (at(spec, 'restartPolicy') === 'Always' && at(status, 'started') === true) return;
    const inner = at(status, 'state', 'terminated') === undefined && at(status, 'state', 'waiting', 'reason') === 'PodInitializing' ? undefined : containerReason(at(status, 'state'));
    reason = inner === undefined ? `Init:${String(n)}/${String(inits.length)}` : `Init:${inner}`;
    initializing = true;
  });
  const ready = statuses.filter((status) => at(status, 'ready') === true && at(status, 'state', 'running') !== undefined).length;
  if (!initializing || statuses.some((status) => at(status, 'state', 'running') !== undefined)) {
    restarts = statuses.reduce<number>((sum, status) => sum + Number(at(status, 'restartCount') ?? 0), 0);
    const running = statuses.some((status) => at(status, 'state', 'running') !== undefined && at(status, 'ready') === true);
    for (const status of [...statuses].reverse()) reason = containerReason(at(status, 'state')) ?? reason;
    if (reason === 'Completed' && running) reason = 'Running';
  }
  if (pod.metadata.deletionTimestamp !== undefined) reason = at(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : 'Terminating';
  return { ready, total, restarts, reason };
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  Pod: {
    columns: [
      named, column('Ready', 'The aggregate readiness state of this pod for accepting traffic.'), column('Status', 'The aggregate status of the containers in this pod.'), column('Restarts', 'The number of times the containers in this pod have been restarted.'), aged,
      column('IP', 'IP address allocated to the pod.', { priority: 1 }), column('Node', 'The node that the pod runs on.', { priority: 1 }), column('Nominated Node', 'The node a preempting pod waits for.', { priority: 1 }), column('Readiness Gates', 'Further conditions of readiness.', { priority: 1 }),
    ],
    cells(pod, now) {
      const { ready, total, restarts, reason } = podState(pod);
      return [pod.metadata.name, `${String(ready)}/${String(total)}`, reason, String(restarts), ageOf(pod.metadata.creationTimestamp, now), textOf(at(pod, 'status', 'podIP')) ?? '<none>', textOf(at(pod, 'spec', 'nodeName')) ?? '<none>', textOf(at(pod, 'status', 'nominatedNodeName')) ?? '<none>', '<none>'];
    },
  },
  Namespace: {
    columns: [named, column('Status', 'The status of the namespace'), aged],
    cells: (one, now) => [one.metadata.name, textOf(at(one, 'status', 'phase')) ?? '', ageOf(one.metadata.creationTimestamp, now)],
  },
  Node: {
    columns: [named, column('Status', 'The status of the node'), column('Roles', 'The roles of the node'), aged, column('Version', 'Kubelet Version reported by the node.')],
    cells: (one, now) => [one.metadata.name, listOf(at(one, 'status', 'conditions')).some((each) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True') ? 'Ready' : 'NotReady', '<none>', ageOf(one.metadata.creationTimestamp, now), textOf(at(one, 'status', 'nodeInfo', 'kubeletVersion')) ?? ''],
  },
  ConfigMap: {
    columns: [named, column('Data', 'How many entries it has.'), aged],
    cells: (one, now) => [one.metadata.name, String(Object.keys(fieldsOf(one.data)).length + Object.keys(fieldsOf(one.binaryData)).length), ageOf(one.metadata.creationTimestamp, now)],
  },
  Secret: {
    columns: [named, column('Type', 'What kind of secret it is.'), column('Data', 'How many entries it has.'), aged],
    cells: (one, now) => [one.metadata.name, textOf(one.type) ?? 'Opaque', String(Object.keys(fieldsOf(one.data)).length), ageOf(one.metadata.creationTimestamp, now)],
  },
  Event: {
    columns: [
      column('Last Seen', 'When it was last recorded.'), column('Type', 'Normal or Warning.'), column('Reason', 'Why it happened, in one word.'), column('Object', 'What it is about.'), column('Subobject', 'Which part of it.', { priority: 1 }),
      column('Source', 'Who recorded it.', { priority: 1 }), column('Message', 'What happened.'), column('First Seen', 'When it was first recorded.', { priority: 1 }), column('Count', 'How often it was recorded.', { priority: 1 }), { ...named, priority: 1 },
    ],
    cells(one, now) {
      const object = `${(textOf(at(one, 'involvedObject', 'kind')) ?? '').toLowerCase()}/${textOf(at(one, 'involvedObject', 'name')) ?? ''}`;
      const source = [textOf(at(one, 'source', 'component')), textOf(at(one, 'source', 'host'))].filter((part) => part !== undefined && part !== '').join(', ');
      const first = one.firstTimestamp ?? one.eventTime;
      return [ageOf(one.lastTimestamp ?? first, now), textOf(one.type) ?? '', textOf(one.reason) ?? '', object, textOf(at(one, 'involvedObject', 'fieldPath')) ?? '', source, (textOf(one.message) ?? '').trim(), ageOf(first, now), typeof one.count === 'number' && one.count > 0 ? String(one.count) : '1', one.metadata.name];
    },
  },
  CustomResourceDefinition: {
    columns: [named, column('Created At', 'When it was created.', { type: 'date' })],
    cells: (one) => [one.metadata.name, one.metadata.creationTimestamp],
  },
};

function customLayout({ custom }: Kind): Layout | undefined {
  if (!custom) return undefined;
  const own = custom.columns.length > 0 ? custom.columns : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
  return {
    columns: [named, ...own.map(({ name, type, description = `Custom resource definition column (in JSONPath format): ${name}`, priority = 0, format = '' }) => column(name, description, { type, priority, format }))],
    cells: (object, now) => [object.metadata.name, ...own.map(({ type, jsonPath }): Cell => {
      const values = valuesAt(object, jsonPath);
      const [first] = values;
      if (first === undefined || first === null) return null;
      if (type === 'date') return ageOf(first, now);
      if (type === 'integer' || type === 'number') return typeof first === 'number' ? first : null;
      return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(',');
    })],
  };
}

const plain: Layout = { columns: [named, aged], cells: (one, now) => [one.metadata.name, ageOf(one.metadata.creationTimestamp, now)] };

/** How much of an object goes along with its row. */
export type Include = 'None' | 'Metadata' | 'Object';

/** Only the metadata of an object (`as=PartialObjectMetadata`). */
export function partial(object: Kobject): Fields {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** How a kind is shown as a table: its columns, and the row of one object as JSON. */
export function tableOf(kind: Kind): { readonly columns: readonly Column[]; row(object: Kobject, include: Include, now: number): Fields } {
  const { columns, cells } = customLayout(kind) ?? LAYOUTS[kind.kind] ?? plain;
  return {
    columns,
    row: (object, include, now) => ({ cells: cells(object, now), object: include === 'None' ? null : include === 'Object' ? object : partial(object) }),
  };
}

import { at, fieldsOf, listOf, textOf, type Fields, type Kobject } from '../api/object.js';
import { expand } from './expand.js';

/** Reads the text of a ConfigMap or Secret; undefined when there is no such object. */
export type ReadData = (kind: 'configMap' | 'secret', name: string) => Promise<ReadonlyMap<string, Buffer> | undefined>;

/** A container cannot start until somebody makes what it names; the message says what. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/** A field of a pod as the downward API gives it. Throws MissingError for what it does not know. */
export function podField(pod: Kobject, path: string, status: { readonly ip: string; readonly node: string }): string {
  const [, which, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (which !== undefined && key !== undefined) return textOf(fieldsOf(at(pod, 'metadata', which))[key]) ?? '';
  switch (path) {
    case 'metadata.name': case 'metadata.namespace': case 'metadata.uid': return textOf(at(pod, ...path.split('.'))) ?? '';
    case 'metadata.labels': case 'metadata.annotations': return Object.entries(fieldsOf(at(pod, ...path.split('.')))).map(([name, value]) => `${name}=${JSON.stringify(value)}`).sort().join('\n');
    case 'spec.nodeName': return status.node;
    case 'spec.serviceAccountName': return textOf(at(pod, 'spec', 'serviceAccountName')) ?? 'default';
    case 'status.podIP': case 'status.hostIP': case 'status.podIPs': case 'status.hostIPs': return status.ip;
    default: throw new MissingError(`unsupported fieldPath ${path}`);
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };

/** A quantity as a plain number: `100m` is 0.1, `1Ki` is 1024. NaN for what is none. */
export function quantity(text: string): number {
  const [, number, unit = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)([numkKMGTPE]?i?)$/.exec(text) ?? [];
  return number === undefined ? NaN : Number(number) * (UNITS[unit] ?? NaN);
}

/** A container's resource in units of the divisor, rounded up; without a limit, the machine's. */
export function resourceField(pod: Kobject, own: Fields, ref: Fields, machine: { readonly cpus: number; readonly memory: number }): string {
  const name = textOf(ref.containerName);
  const container = name === undefined ? own : fieldsOf(['containers', 'initContainers'].flatMap((list) => listOf(at(pod, 'spec', list))).find((one) => at(one, 'name') === name));
  const [, kind = '', resource = ''] = /^(limits|requests)\.(.+)$/.exec(textOf(ref.resource) ?? '') ?? [];
  const stated = at(container, 'resources', kind, resource);
  const value = stated === undefined ? (kind === 'requests' ? 0 : resource === 'cpu' ? machine.cpus : machine.memory) : quantity(String(stated as string | number));
  const divisor = quantity(ref.divisor === undefined || ref.divisor === '0' ? '1' : String(ref.divisor as string | number)) || 1;
  return String(Math.ceil(value / divisor - 1e-9));
}

async function dataOf(kind: 'configMap' | 'secret', ref: Fields, read: ReadData): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const name = textOf(ref.name) ?? '';
  const data = await read(kind, name);
  if (!data && ref.optional !== true) throw new MissingError(`${kind === 'secret' ? 'secret' : 'configmap'} "${name}" not found`);
  return data;
}

/** The variables of a container in their order, expanded. Throws MissingError. */
export async function containerEnv(pod: Kobject, container: Fields, { read, status, machine }: { read: ReadData; status: { readonly ip: string; readonly node: string }; machine: { readonly cpus: number; readonly memory: number } }): Promise<ReadonlyMap<string, string>> {
  const env = new Map<string, string>();
  for (const source of listOf(container.envFrom)) {
    const prefix = textOf(at(source, 'prefix')) ?? '';
    for (const [kind, field] of [['configMap', 'configMapRef'], ['secret', 'secretRef']] as const) {
      const ref = at(source, field);
      if (ref === undefined) continue;
      for (const [key, value] of (await dataOf(kind, fieldsOf(ref), read)) ?? []) env.set(`${prefix}${key}`, value.toString());
    }
  }
  for (const one of listOf(container.env)) {
    const name = textOf(at(one, 'name')) ?? '';
    const from = at(one, 'valueFrom');
    if (from === undefined) { env.set(name, expand(textOf(at(one, 'value')) ?? '', env)); continue; }
    const field = at(from, 'fieldRef', 'fieldPath');
    if (typeof field === 'string') { env.set(name, podField(pod, field, status)); continue; }
    const resource = at(from, 'resourceFieldRef');
    if (resource !== undefined) { env.set(name, resourceField(pod, container, fieldsOf(resource), machine)); continue; }
    for (const [kind, refName] of [['configMap', 'configMapKeyRef'], ['secret', 'secretKeyRef']] as const) {
      const ref = at(from, refName);
      if (ref === undefined) continue;
      const key = textOf(at(ref, 'key')) ?? '';
      const value = (await dataOf(kind, fieldsOf(ref), read))?.get(key);
      if (value !== undefined) env.set(name, value.toString());
      else if (at(ref, 'optional') !== true) throw new MissingError(`couldn't find key ${key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${pod.metadata.namespace ?? ''}/${textOf(at(ref, 'name')) ?? ''}`);
    }
  }
  return env;
}

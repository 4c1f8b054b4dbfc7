import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fields, Manifest } from './render.js';

export interface Port { readonly name: string; readonly containerPort: number }
export interface KeyRef { readonly name: string; readonly key: string }
export interface EnvVar { readonly name: string; readonly value?: string; readonly valueFrom?: Readonly<{ secretKeyRef: KeyRef }> }
export interface Item { readonly key: string; readonly path: string }
export interface Probe { readonly httpGet?: Readonly<{ path: string; port: string }>; readonly exec?: Readonly<{ command: readonly string[] }> }
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly EnvVar[];
  readonly ports: readonly Port[];
  readonly volumeMounts: readonly Readonly<{ name: string; mountPath: string; readOnly?: boolean }>[];
  readonly securityContext: Fields;
  readonly resources: Readonly<{ requests?: Fields; limits?: Fields }>;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}
export interface Volume {
  readonly name: string;
  readonly emptyDir?: Fields;
  readonly ephemeral?: Fields;
  readonly configMap?: Readonly<{ name: string; items?: readonly Item[] }>;
  readonly secret?: Readonly<{ secretName: string; items?: readonly Item[] }>;
  readonly projected?: Readonly<{ sources: readonly Readonly<{ configMap: Readonly<{ name: string }> }>[] }>;
}
export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Fields;
  readonly containers: readonly [Container];
  readonly volumes: readonly Volume[];
}
/** A Deployment or StatefulSet. */
export interface Workload extends Manifest {
  readonly spec: Readonly<{
    replicas?: number;
    selector: Readonly<{ matchLabels: Readonly<Record<string, string>> }>;
    template: Readonly<{ metadata: Readonly<{ labels: Readonly<Record<string, string>> }>; spec: PodSpec }>;
    volumeClaimTemplates?: readonly Readonly<{ metadata: Readonly<{ name: string }> }>[];
  }>;
}

/** The Deployments and StatefulSets among the objects. */
export function workloads(objects: readonly Manifest[]): readonly Workload[] {
  return objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet') as unknown as readonly Workload[];
}

/** The one whose name ends so. Throws when it is not there. */
export function workload(objects: readonly Manifest[], suffix: string): Workload {
  const found = workloads(objects).find(({ metadata }) => metadata.name.endsWith(suffix));
  if (!found) throw new Error(`there is no workload ${suffix}`);
  return found;
}

export interface Started {
  /** Arguments with the paths of mounts below `root`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Lays out below `root` what kubelet would mount, and gives arguments and environment as the process would find them. ConfigMaps are those of the
 * chart; of Secrets and other people's ConfigMaps each key has the text `KEY of NAME`.
 */
export function startOf({ spec }: Workload, objects: readonly Manifest[], root: string): Started {
  const { containers: [container], volumes } = spec.template.spec;
  const put = (mount: string, path: string, text: string): void => {
    const to = join(root, mount, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  };
  for (const { name, mountPath } of container.volumeMounts) {
    mkdirSync(join(root, mountPath), { recursive: true });
    const volume = volumes.find((one) => one.name === name);
    for (const { key, path } of volume?.secret?.items ?? []) put(mountPath, path, `${key} of ${volume?.secret?.secretName ?? ''}`);
    for (const { name: map, items } of [...(volume?.configMap ? [volume.configMap] : []), ...(volume?.projected?.sources.map(({ configMap }) => ({ ...configMap, items: undefined })) ?? [])]) {
      const found = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map);
      const data = (found?.['data'] ?? Object.fromEntries((items ?? []).map(({ key }) => [key, '{}\n']))) as Readonly<Record<string, string>>;
      for (const { key, path } of items ?? Object.keys(data).map((one) => ({ key: one, path: one }))) put(mountPath, path, data[key] ?? '');
    }
  }
  const env: Record<string, string> = {};
  const expand = (text: string): string => text.replace(/\$\(([A-Z_]+)\)/g, (whole, name: string) => env[name] ?? whole);
  for (const { name, value, valueFrom } of container.env) env[name] = value === undefined ? secretText(valueFrom?.secretKeyRef) : expand(value);
  const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
  const below = (arg: string): string => arg.replace(/=(\/.*)$/, (whole, path: string) => (mounts.some((mount) => path === mount || path.startsWith(`${mount}/`)) ? `=${join(root, path)}` : whole));
  return { args: (container.args ?? []).map((arg) => below(expand(arg))), env };
}

function secretText(ref: KeyRef | undefined): string {
  if (!ref) throw new Error('a variable without a value');
  if (ref.key === 'url') return 'rediss://:secret@redis.example.com:6380';
  return ref.key === 'appid' ? '42' : 'letters-and-1-digit';
}

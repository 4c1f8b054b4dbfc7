import { chmod, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { at, fieldsOf, listOf, textOf, type Fields, type Kobject } from '../api/object.js';
import { expand } from './expand.js';
import type { Mapping } from './paths.js';
import { MissingError, podField, resourceField, type ReadData } from './podEnv.js';

/** A pod asks for what this kubelet never gives; waiting would not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

export interface VolumeDeps {
  readonly read: ReadData;
  /** Folders of this machine (and what is below) that pods may mount. */
  readonly hostPaths: readonly string[];
  readonly status: { readonly ip: string; readonly node: string };
  readonly machine: { readonly cpus: number; readonly memory: number };
}

interface File { readonly path: string; readonly content: Buffer; readonly mode: number }

const NAME = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/;

function chosen(data: ReadonlyMap<string, Buffer>, source: Fields, mode: number, what: string): readonly File[] {
  if (source.items === undefined) return [...data].map(([path, content]) => ({ path, content, mode }));
  return listOf(source.items).flatMap((item) => {
    const key = textOf(at(item, 'key')) ?? '';
    const path = textOf(at(item, 'path')) ?? '';
    if (!NAME.test(path)) throw new RefusedError(`${what}: path "${path}" must be relative and stay inside of the volume`);
    const content = data.get(key);
    if (content === undefined && source.optional !== true) throw new MissingError(`${what} references non-existent key: ${key}`);
    const own = at(item, 'mode');
    return content === undefined ? [] : [{ path: path.replace(/^\.\//, ''), content, mode: typeof own === 'number' ? own : mode }];
  });
}

async function filesOf(pod: Kobject, source: Fields, kind: string, mode: number, deps: VolumeDeps): Promise<readonly File[]> {
  switch (kind) {
    case 'secret': case 'configMap': {
      const name = textOf(kind === 'secret' ? (source.secretName ?? source.name) : source.name) ?? '';
      const data = await deps.read(kind, name);
      if (!data && source.optional !== true) throw new MissingError(`${kind === 'secret' ? 'secret' : 'configmap'} "${name}" not found`);
      return data ? chosen(data, source, mode, kind === 'secret' ? `secret ${name}` : `configmap ${name}`) : [];
    }
    case 'downwardAPI': return listOf(source.items).map((item) => {
      const path = textOf(at(item, 'path')) ?? '';
      if (!NAME.test(path)) throw new RefusedError(`downwardAPI: path "${path}" must be relative and stay inside of the volume`);
      const field = textOf(at(item, 'fieldRef', 'fieldPath'));
      const text = field === undefined ? resourceField(pod, {}, fieldsOf(at(item, 'resourceFieldRef')), deps.machine) : podField(pod, field, deps.status);
      return { path, content: Buffer.from(text), mode };
    });
    case 'projected': {
      const parts = listOf(source.sources).flatMap((one) => Object.entries(fieldsOf(one)));
      const files: File[] = [];
      for (const [inner, value] of parts) if (inner !== 'serviceAccountToken') files.push(...(await filesOf(pod, fieldsOf(value), inner, mode, deps)));
      return files;
    }
    default: throw new RefusedError(`volumes of type ${kind} do not exist in this cluster`);
  }
}

/** Written aside and put in place at once: no container sees half of a volume. */
async function fill(dir: string, files: readonly File[]): Promise<void> {
  const fresh = `${dir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const { path, content, mode } of files) {
    const target = join(fresh, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  }
  await rm(dir, { recursive: true, force: true });
  await rename(fresh, dir);
}

const inside = (path: string, roots: readonly string[]): boolean => roots.some((root) => path === resolve(root) || path.startsWith(`${resolve(root)}${sep}`));

/** Makes a pod's volumes as folders; answers where each one is. Throws MissingError (try again) or RefusedError. */
export async function makeVolumes(pod: Kobject, dir: string, deps: VolumeDeps): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const volume of listOf(at(pod, 'spec', 'volumes'))) {
    const name = textOf(at(volume, 'name')) ?? '';
    const [kind = 'emptyDir', value] = Object.entries(fieldsOf(volume)).find(([key]) => key !== 'name') ?? [];
    const source = fieldsOf(value);
    const place = join(dir, name);
    if (kind === 'emptyDir') await mkdir(place, { recursive: true });
    else if (kind === 'hostPath') {
      const path = resolve(textOf(source.path) ?? '/');
      if (!inside(path, deps.hostPaths)) throw new RefusedError(`hostPath ${path} is not allowed in this cluster`);
      if (source.type === 'DirectoryOrCreate' || source.type === undefined || source.type === '') await mkdir(path, { recursive: true }).catch(() => undefined);
      places.set(name, path);
      continue;
    } else await fill(place, await filesOf(pod, source, kind, typeof source.defaultMode === 'number' ? source.defaultMode : 0o644, deps));
    places.set(name, place);
  }
  return places;
}

/** Where a container's mounts lead on this machine. Makes the folders that `subPath` names. Throws RefusedError. */
export async function mountsOf(container: Fields, places: ReadonlyMap<string, string>, env: ReadonlyMap<string, string>): Promise<readonly Mapping[]> {
  const mappings: Mapping[] = [];
  for (const mount of listOf(container.volumeMounts)) {
    const place = places.get(textOf(at(mount, 'name')) ?? '');
    const from = textOf(at(mount, 'mountPath')) ?? '';
    if (place === undefined || from === '') continue;
    const part = textOf(at(mount, 'subPath')) ?? expand(textOf(at(mount, 'subPathExpr')) ?? '', env);
    const to = join(place, part);
    if (to !== place && !to.startsWith(`${place}${sep}`)) throw new RefusedError(`subPath "${part}" leads out of its volume`);
    if (part !== '' && !(await stat(to).catch(() => undefined))) await mkdir(to, { recursive: true });
    mappings.push({ from: from.startsWith('/') ? from : `/${from}`, to, ...(at(mount, 'readOnly') === true ? { access: 'read' as const } : {}) });
  }
  return nest(mappings);
}

/** A mount inside of another is a link there, so that it is found by way of the outer folder as well. */
async function nest(mappings: readonly Mapping[]): Promise<readonly Mapping[]> {
  for (const inner of mappings) {
    const outer = mappings.filter(({ from }) => inner.from.startsWith(`${from}/`)).sort((a, b) => b.from.length - a.from.length)[0];
    if (!outer) continue;
    const link = join(outer.to, inner.from.slice(outer.from.length + 1));
    await mkdir(dirname(link), { recursive: true });
    await symlink(inner.to, link).catch(() => undefined); // something is there already: it stays
  }
  return mappings;
}

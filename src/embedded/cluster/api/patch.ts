import { isFields, same, type Fields } from './object.js';

/** A patch that cannot be applied; `kind` says whether it is written wrongly or does not fit the object. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly kind: 'malformed' | 'unfit';
  constructor(kind: 'malformed' | 'unfit', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** JSON merge patch (RFC 7386): null removes, lists are replaced. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = { ...(isFields(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

interface Operation { readonly op: string; readonly path: string; readonly from?: string; readonly value?: unknown }

function operationOf(value: unknown, n: number): Operation {
  const { op, path, from } = isFields(value) ? value : {};
  const where = `operation ${String(n)}`;
  if (typeof op !== 'string' || typeof path !== 'string') throw new PatchError('malformed', `${where}: op and path are needed`);
  if (path !== '' && !path.startsWith('/')) throw new PatchError('malformed', `${where}: path "${path}" must start with /`);
  if (!['add', 'remove', 'replace', 'move', 'copy', 'test'].includes(op)) throw new PatchError('malformed', `${where}: unknown op "${op}"`);
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') throw new PatchError('malformed', `${where}: from is needed`);
  if ((op === 'add' || op === 'replace' || op === 'test') && !Object.hasOwn(value as object, 'value')) throw new PatchError('malformed', `${where}: value is needed`);
  return value as Operation;
}

const stepsOf = (pointer: string): readonly string[] => pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function indexOf(step: string, length: number, pointer: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(step) || Number(step) >= length) throw new PatchError('unfit', `the path ${pointer} does not exist`);
  return Number(step);
}

function read(document: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce((inner: unknown, step) => {
    if (Array.isArray(inner)) return inner[indexOf(step, inner.length, pointer)] as unknown;
    if (isFields(inner) && Object.hasOwn(inner, step)) return inner[step];
    throw new PatchError('unfit', `the path ${pointer} does not exist`);
  }, document);
}

type Change = Readonly<{ kind: 'remove' } | { kind: 'add' | 'replace'; value: unknown }>;

function change(document: unknown, steps: readonly string[], what: Change, pointer: string): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (what.kind === 'remove') throw new PatchError('unfit', 'the whole document cannot be removed');
    return what.value;
  }
  if (Array.isArray(document)) {
    const list = [...(document as unknown[])];
    if (rest.length === 0 && what.kind === 'add') list.splice(step === '-' ? list.length : indexOf(step, list.length + 1, pointer), 0, what.value);
    else if (rest.length === 0 && what.kind === 'remove') list.splice(indexOf(step, list.length, pointer), 1);
    else {
      const n = indexOf(step, list.length, pointer);
      list[n] = change(list[n], rest, what, pointer);
    }
    return list;
  }
  if (!isFields(document) || ((rest.length > 0 || what.kind !== 'add') && !Object.hasOwn(document, step))) throw new PatchError('unfit', `the path ${pointer} does not exist`);
  const result: Record<string, unknown> = { ...document };
  if (rest.length === 0 && what.kind === 'remove') delete result[step];
  else Object.defineProperty(result, step, { value: change(result[step], rest, what, pointer), enumerable: true, configurable: true, writable: true });
  return result;
}

/** JSON patch (RFC 6902). Throws PatchError. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new PatchError('malformed', 'a JSON patch is a list of operations');
  return (patch as unknown[]).map(operationOf).reduce((document: unknown, { op, path, from = '', value }) => {
    const steps = stepsOf(path);
    switch (op) {
      case 'test':
        if (!same(read(document, path), value)) throw new PatchError('unfit', `testing path ${path} failed`);
        return document;
      case 'remove': return change(document, steps, { kind: 'remove' }, path);
      case 'replace': read(document, path); return change(document, steps, { kind: 'replace', value }, path);
      case 'copy': return change(document, steps, { kind: 'add', value: read(document, from) }, path);
      case 'move': {
        if (path.startsWith(`${from}/`)) throw new PatchError('unfit', `${from} cannot be moved into itself`);
        const moved = read(document, from);
        return change(change(document, stepsOf(from), { kind: 'remove' }, from), steps, { kind: 'add', value: moved }, path);
      }
      default: return change(document, steps, { kind: 'add', value }, path);
    }
  }, target);
}

/** How the lists of built-in kinds are merged: by a key of their elements, or as sets of plain values. Other lists are replaced. */
const LISTS: Readonly<Record<string, string | true>> = {
  containers: 'name', initContainers: 'name', ephemeralContainers: 'name', env: 'name', volumes: 'name', volumeMounts: 'mountPath', volumeDevices: 'devicePath', ports: 'containerPort',
  imagePullSecrets: 'name', hostAliases: 'ip', topologySpreadConstraints: 'topologyKey', conditions: 'type', podIPs: 'ip', hostIPs: 'ip', ownerReferences: 'uid', resourceClaims: 'name', schedulingGates: 'name',
  finalizers: true,
};

function mergeElements(target: readonly unknown[], patch: readonly unknown[], key: string): readonly unknown[] {
  const keyOf = (one: unknown): unknown => (isFields(one) ? one[key] : undefined);
  if (patch.some((one) => isFields(one) && one.$patch === 'replace' && keyOf(one) === undefined)) return patch.filter((one) => !(isFields(one) && one.$patch === 'replace' && keyOf(one) === undefined));
  let result = [...target];
  for (const one of patch) {
    const wanted = keyOf(one);
    if (!isFields(one) || wanted === undefined) throw new PatchError('malformed', `an element of a list that is merged needs its key ${key}`);
    const n = result.findIndex((other) => keyOf(other) === wanted);
    if (one.$patch === 'delete') result = result.filter((other) => keyOf(other) !== wanted);
    else if (n < 0) result.push(strategicPatch({}, one));
    else result[n] = strategicPatch(result[n], one);
  }
  return result;
}

function ordered(list: readonly unknown[], order: readonly unknown[], key: string | true): readonly unknown[] {
  const place = (one: unknown): number => order.findIndex((wanted) => (key === true ? wanted === one : isFields(wanted) && isFields(one) && wanted[key] === one[key]));
  const named = list.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b));
  return [...named, ...list.filter((one) => place(one) < 0)];
}

/** Kubernetes' strategic merge patch, with its directives, for the built-in kinds. Throws PatchError. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === 'replace') return fields;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw new PatchError('malformed', `unknown directive $patch: ${String(directive)}`);
  const before: Fields = isFields(target) ? target : {};
  const result: Record<string, unknown> = Array.isArray(retained) ? Object.fromEntries(Object.entries(before).filter(([key]) => retained.includes(key))) : { ...before };
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith('$')) continue;
    const how = LISTS[key];
    const old = result[key];
    if (value === null) delete result[key];
    else if (Array.isArray(value) && how === true) result[key] = [...new Set([...(Array.isArray(old) ? (old as unknown[]) : []), ...(value as unknown[])])];
    else if (Array.isArray(value) && how !== undefined && value.every(isFields)) result[key] = mergeElements(Array.isArray(old) ? (old as unknown[]) : [], value as unknown[], how as string);
    else result[key] = strategicPatch(old, value);
  }
  for (const [key, value] of Object.entries(fields)) {
    const [, kind, name = ''] = /^\$(deleteFromPrimitiveList|setElementOrder)\/(.+)$/.exec(key) ?? [];
    const list = result[name];
    if (!kind || !Array.isArray(list) || !Array.isArray(value)) continue;
    result[name] = kind === 'setElementOrder' ? ordered(list as unknown[], value as unknown[], LISTS[name] ?? true) : (list as unknown[]).filter((one) => !value.includes(one));
  }
  return result;
}

import { findDuration } from '../duration.js';
import type { Path } from '../findings.js';
import { fieldList } from './normalize.js';
import { isQuantity } from './quantity.js';
import { KUBE_TYPES } from './types.js';

/** What data of a type of the tables may look like, with its fields at hand. */
type Shape = Readonly<
  | { kind: 'string' | 'number' | 'int32' | 'port' | 'boolean' | 'quantity' | 'any' | 'duration' | 'nanoseconds' }
  | { kind: 'list'; inside: Shape }
  | { kind: 'map'; inside: Shape }
  | { kind: 'object'; byName: ReadonlyMap<string, Shape>; byLower: ReadonlyMap<string, Shape> }
>;

export interface DataFaults {
  /** What no component of Prow could read: another kind of value than the field has. */
  readonly wrong: readonly (readonly [path: Path, message: string])[];
  /** Fields that the type does not have; keys match without regard to case, as upstream's do. */
  readonly unknown: readonly Path[];
  /** Texts that stand there as plain numbers or booleans. */
  readonly unquoted: readonly Path[];
}

const NONE: DataFaults = { wrong: [], unknown: [], unquoted: [] };
const shapes = new Map<string, Shape>();

/** Durations of decoration; the first two may also be numbers of nanoseconds (config 1.2). */
const TEXTS: Readonly<Record<string, Shape>> = {
  'DecorationConfig.timeout': { kind: 'nanoseconds' }, 'DecorationConfig.grace_period': { kind: 'nanoseconds' },
  'DecorationConfig.pod_pending_timeout': { kind: 'duration' }, 'DecorationConfig.pod_running_timeout': { kind: 'duration' }, 'DecorationConfig.pod_unscheduled_timeout': { kind: 'duration' },
};

/** The numbers of core/v1 that have 64 bits; all others have 32. */
const LONG: ReadonlySet<string> = new Set([
  'activeDeadlineSeconds', 'expirationSeconds', 'fsGroup', 'runAsGroup', 'runAsUser', 'seconds', 'supplementalGroups', 'terminationGracePeriodSeconds', 'tolerationSeconds',
]);
const PORT: Shape = { kind: 'port' };
const INT32: Shape = { kind: 'int32' };

/** What a field of core/v1 may hold; a port is a number or a name. */
function coreShape(kind: string, name: string, type: string): Shape {
  if (name === 'port' && type === 'any') return PORT;
  const shape = shapeOf(type);
  if (!Object.hasOwn(KUBE_TYPES, kind) || LONG.has(name)) return shape;
  if (shape.kind === 'list' && shape.inside.kind === 'number') return { kind: 'list', inside: INT32 };
  return shape.kind === 'number' ? INT32 : shape;
}

function isInt32(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31;
}

function shapeOf(type: string): Shape {
  const kind = type.replace(/[*!]$/, '');
  const known = shapes.get(kind);
  if (known) return known;
  const made = makeShape(kind);
  shapes.set(kind, made);
  return made;
}

function makeShape(kind: string): Shape {
  if (kind === 'string' || kind === 'number' || kind === 'boolean' || kind === 'quantity') return { kind };
  if (kind.startsWith('[')) return { kind: 'list', inside: shapeOf(kind.slice(1, -1)) };
  if (kind.startsWith('{')) return { kind: 'map', inside: shapeOf(kind.slice(1, -1)) };
  const fields = fieldList(kind);
  if (!fields) return { kind: 'any' };
  const byName = new Map(fields.map(({ name, type }) => [name, TEXTS[`${kind}.${name}`] ?? coreShape(kind, name, type)]));
  return { kind: 'object', byName, byLower: new Map([...byName].map(([name, shape]) => [name.toLowerCase(), shape])) };
}

/** Compares data of a file with a type of the tables, at any depth. It is made for every job of a load: what is right costs next to nothing. */
export function dataFaults(type: string, value: unknown): DataFaults {
  const walker = new Walker();
  walker.walk(shapeOf(type), value);
  return walker.faults();
}

class Walker {
  readonly #path: (string | number)[] = [];
  #wrong: (readonly [Path, string])[] | undefined;
  #unknown: Path[] | undefined;
  #unquoted: Path[] | undefined;

  faults(): DataFaults {
    return this.#wrong || this.#unknown || this.#unquoted ? { wrong: this.#wrong ?? [], unknown: this.#unknown ?? [], unquoted: this.#unquoted ?? [] } : NONE;
  }

  walk(shape: Shape, value: unknown): void {
    if (value === null || value === undefined) return;
    switch (shape.kind) {
      case 'any': return;
      case 'string':
        if (typeof value === 'object') this.#say('a text', value);
        else if (typeof value !== 'string') (this.#unquoted ??= []).push([...this.#path]);
        return;
      case 'boolean': if (typeof value !== 'boolean') this.#say('true or false', value); return;
      case 'int32': if (!isInt32(value)) this.#say('a whole number of 32 bits', value); return;
      case 'port': if (typeof value !== 'string' && !isInt32(value)) this.#say('the number or the name of a port', value); return;
      case 'number': if (!Number.isInteger(value) || Math.abs(Number(value)) > 2 ** 63) this.#say('a whole number', value); return;
      case 'quantity': if ((typeof value !== 'string' && typeof value !== 'number') || !isQuantity(value)) this.#say('a quantity such as 500m or 2Gi', value); return;
      case 'duration': if (typeof value !== 'string' || findDuration(value) === undefined) this.#say('a duration like 1h30m', value); return;
      case 'nanoseconds': if (!Number.isInteger(value) && (typeof value !== 'string' || findDuration(value) === undefined)) this.#say('a duration like 1h30m', value); return;
      case 'list': this.#list(shape.inside, value); return;
      case 'map': case 'object': this.#fields(shape, value); return;
      default: shape satisfies never;
    }
  }

  #list(inside: Shape, value: unknown): void {
    if (!Array.isArray(value)) {
      this.#say('a list', value);
      return;
    }
    for (let at = 0; at < value.length; at++) {
      this.#path.push(at);
      this.walk(inside, value[at]);
      this.#path.pop();
    }
  }

  #fields(shape: Extract<Shape, { kind: 'map' | 'object' }>, value: unknown): void {
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#say('a map', value);
      return;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    for (const key in fields) {
      const inside = shape.kind === 'map' ? shape.inside : (shape.byName.get(key) ?? shape.byLower.get(key.toLowerCase()));
      this.#path.push(key);
      if (inside) this.walk(inside, fields[key]);
      else (this.#unknown ??= []).push([...this.#path]);
      this.#path.pop();
    }
  }

  #say(expected: string, value: unknown): void {
    const found = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : JSON.stringify(value);
    (this.#wrong ??= []).push([[...this.#path], `expected ${expected}, found ${found}`]);
  }
}

/** Parts of a job that a load keeps as the file has them, and their types. */
const JOB_DATA: Readonly<Record<string, string>> = {
  spec: 'PodSpec', decoration_config: 'DecorationConfig', reporter_config: 'ReporterConfig', rerun_auth_config: 'RerunAuthConfig', prowjob_defaults: 'ProwJobDefaults', extra_refs: '[Refs]', jenkins_spec: 'JenkinsSpec', retry: 'Retry',
};
const DURATION_KEYS: ReadonlySet<unknown> = new Set(Object.keys(TEXTS).map((key) => key.slice('DecorationConfig.'.length)));

/** Values of the wrong kind in a job as its file has it; durations of its decoration are looked at when it is put together. */
export function jobDataFaults(job: Readonly<Record<string, unknown>>): readonly (readonly [path: Path, message: string])[] {
  const faults: (readonly [Path, string])[] = [];
  for (const key in JOB_DATA) {
    const value = job[key];
    if (value === undefined) continue;
    for (const [path, message] of dataFaults(JOB_DATA[key] ?? '', value).wrong) {
      if (key !== 'decoration_config' || !DURATION_KEYS.has(path[0])) faults.push([[key, ...path], message]);
    }
  }
  return faults;
}

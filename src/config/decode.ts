import { z } from 'zod';
import { atMost, type Findings, type Path } from './findings.js';
import type { Source } from './yaml/source.js';

/** The message of a warning about a key that nothing reads. */
export const UNKNOWN_KEY = 'unknown key, it has no effect';

/**
 * Decodes a file as upstream does (config 1.1): keys match without regard to case where no exact one is there, null means unset,
 * plain numbers and booleans become text where text is wanted, unknown keys are named in a warning and ignored. Every fault is
 * reported with its place; undefined when there was one.
 */
export function decode<S extends z.ZodType>(schema: S, source: Source, findings: Findings, alsoKnown: readonly string[] = []): z.output<S> | undefined {
  const { result } = parsed(schema, source, findings, alsoKnown);
  return result.success ? result.data : undefined;
}

/** What a file says without the parts in which its faults are. */
export interface Sound<T> {
  readonly value: T;
  /** The parts that are left out; none where nothing is wrong. */
  readonly cut: readonly Path[];
}

/**
 * As `decode`, but of a file with faults it gives what is left without them, so that the rest can be looked at in the same load. `partOf`
 * tells the part that falls with a fault. Undefined when nothing can be made of the rest.
 */
export function decodeSound<S extends z.ZodType>(schema: S, source: Source, findings: Findings, partOf: (fault: Path) => Path, alsoKnown: readonly string[] = []): Sound<z.output<S>> | undefined {
  const { result, normalized } = parsed(schema, source, findings, alsoKnown);
  if (result.success) return { value: result.data, cut: [] };
  const cut = result.error.issues.map(({ path }) => partOf(path));
  if (cut.some(({ length }) => length === 0)) return undefined;
  const rest = schema.safeParse(without(normalized, cut));
  return rest.success ? { value: rest.data, cut } : undefined;
}

/** A value without some of its parts; entries of lists close up. */
function without(value: unknown, cut: readonly Path[]): unknown {
  if (cut.length === 0 || typeof value !== 'object' || value === null) return value;
  const below = new Map<PropertyKey | undefined, Path[]>();
  for (const [first, ...rest] of cut) below.set(first, [...(rest.length === 0 ? [] : (below.get(first) ?? [])), rest]);
  const kept = (key: PropertyKey, item: unknown): readonly unknown[] => {
    const inside = below.get(key) ?? [];
    return inside.some(({ length }) => length === 0) ? [] : [without(item, inside)];
  };
  if (Array.isArray(value)) return value.flatMap((item: unknown, at) => kept(at, item));
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => kept(key, item).map((one) => [key, one] as const)));
}

/** Where the entries of a list stood in the file that are left when parts are cut. */
export function placesWithout(cut: readonly Path[], list: Path, count: number): readonly number[] {
  const gone = new Set(cut.filter((path) => path.length === list.length + 1 && list.every((part, at) => path[at] === part)).map((path) => path[list.length]));
  if (gone.size === 0) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: count + gone.size }, (_, at) => at).filter((at) => !gone.has(at));
}

function parsed<S extends z.ZodType>(schema: S, source: Source, findings: Findings, alsoKnown: readonly string[]): Readonly<{ result: z.ZodSafeParseResult<z.output<S>>; normalized: unknown }> {
  const unknown: Path[] = [];
  const value = normalize(planOf(schema), source.value ?? {}, { path: [], unknown });
  const others = new Set(unknown.length > 0 ? alsoKnown.map((known) => known.toLowerCase()) : []);
  const unread = unknown.filter((path) => path.length > 1 || !others.has(String(path[0]).toLowerCase()));
  findings.warnings.push(...atMost(unread.map((path) => source.finding(path, UNKNOWN_KEY, 'key'))));
  const result = schema.safeParse(value, { jitless: isRare(schema) });
  if (!result.success) {
    const errors = result.error.issues.map((issue) => source.finding(issue.path, messageOf(issue)));
    findings.errors.push(...atMost(errors.sort((a, b) => a.line - b.line || a.column - b.column)));
  }
  return { result, normalized: value };
}

/** So often a schema is read as it is; compiled it is faster, but compiling takes as long as reading many files. */
const RARE = 3;
const uses = new WeakMap<z.ZodType, number>();

function isRare(schema: z.ZodType): boolean {
  const before = uses.get(schema) ?? 0;
  uses.set(schema, before + 1);
  return before < RARE;
}

function messageOf(issue: z.core.$ZodIssue): string {
  // The deepest member of a union that got furthest says more than "invalid input".
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat();
    if (inner.length > 0) return inner.map((one) => messageOf(one)).filter((text, at, all) => all.indexOf(text) === at).join(', or ');
  }
  return issue.message.replace(/^Invalid (?:input|option): /, '').replace(', received', ', found');
}

/** What is to be done to a value before its schema sees it; worked out once for a schema. */
type Plan = Readonly<
  | { kind: 'text' | 'as it is' }
  | { kind: 'list' | 'map'; schema: z.core.$ZodType; plan: Plan }
  | { kind: 'fields'; fields: ReadonlyMap<string, Plan>; byLower: ReadonlyMap<string, string>; loose: boolean }
  | { kind: 'union'; members: readonly Plan[] }
>;

/** Where the value stands that is being normalized, and the unknown keys that were met. */
interface At {
  readonly path: PropertyKey[];
  readonly unknown: Path[];
}

const AS_IT_IS: Plan = { kind: 'as it is' };
const TEXT: Plan = { kind: 'text' };
const plans = new WeakMap<z.core.$ZodType, Plan>();

function planOf(schema: z.core.$ZodType): Plan {
  const known = plans.get(schema);
  if (known) return known;
  const made = makePlan(unwrap(schema));
  plans.set(schema, made);
  return made;
}

function makePlan(inner: z.core.$ZodType): Plan {
  if (inner instanceof z.core.$ZodString || inner instanceof z.core.$ZodEnum) return TEXT;
  if (inner instanceof z.core.$ZodArray) return { kind: 'list', schema: inner._zod.def.element, plan: planOf(inner._zod.def.element) };
  if (inner instanceof z.core.$ZodRecord) return { kind: 'map', schema: inner._zod.def.valueType, plan: planOf(inner._zod.def.valueType) };
  if (inner instanceof z.core.$ZodUnion) return { kind: 'union', members: inner._zod.def.options.map(planOf) };
  if (!(inner instanceof z.core.$ZodObject)) return AS_IT_IS;
  const shape = Object.entries(inner._zod.def.shape as Readonly<Record<string, z.core.$ZodType>>);
  return {
    kind: 'fields',
    fields: new Map(shape.map(([key, field]) => [key, planOf(field)])),
    byLower: new Map(shape.map(([key]) => [key.toLowerCase(), key])),
    loose: inner._zod.def.catchall !== undefined,
  };
}

function normalize(plan: Plan, value: unknown, at: At): unknown {
  if (plan.kind === 'text') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof value !== 'object' || value === null || plan.kind === 'as it is') return plan.kind === 'union' ? normalize(memberFor(plan.members, value), value, at) : value;
  if (plan.kind === 'union') return normalize(memberFor(plan.members, value), value, at);
  if (Array.isArray(value)) return plan.kind === 'list' ? value.map((item: unknown, n) => below(plan, n, item, at)) : value;
  if (plan.kind === 'map') return plan.plan === AS_IT_IS ? value : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(plan, key, item, at)]));
  return plan.kind === 'fields' ? fieldsOf(plan, value as Readonly<Record<string, unknown>>, at) : value;
}

function below({ schema, plan }: Extract<Plan, { kind: 'list' | 'map' }>, key: PropertyKey, item: unknown, at: At): unknown {
  if (item === null) return zeroOf(schema);
  at.path.push(key);
  const out = normalize(plan, item, at);
  at.path.pop();
  return out;
}

function fieldsOf({ fields, byLower, loose }: Extract<Plan, { kind: 'fields' }>, value: Readonly<Record<string, unknown>>, at: At): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const exact = fields.has(key);
    const name = exact ? key : byLower.get(key.toLowerCase());
    const item = value[key];
    if (name === undefined) {
      if (loose && key !== '__proto__') out[key] = item;
      else at.unknown.push([...at.path, key]);
      continue;
    }
    if (item === null || (!exact && Object.hasOwn(value, name))) continue;
    at.path.push(name);
    out[name] = normalize(fields.get(name) ?? AS_IT_IS, item, at);
    at.path.pop();
  }
  return out;
}

/** The schema below defaults, options and transformations. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault
    || schema instanceof z.core.$ZodReadonly || schema instanceof z.core.$ZodNullable
  ) return unwrap(schema._zod.def.innerType);
  return schema instanceof z.core.$ZodPipe ? unwrap(schema._zod.def.in) : schema;
}

/** Of a union the member that is made for this kind of value. */
function memberFor(members: readonly Plan[], value: unknown): Plan {
  const kinds: readonly Plan['kind'][] = isRecord(value) ? ['map', 'fields'] : Array.isArray(value) ? ['list'] : ['text'];
  return members.find(({ kind }) => kinds.includes(kind)) ?? AS_IT_IS;
}

/** What null means inside a list or a map: Go's zero value. */
function zeroOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.core.$ZodNullable) return null;
  const inner = unwrap(schema);
  if (inner instanceof z.core.$ZodArray) return [];
  if (inner instanceof z.core.$ZodRecord || inner instanceof z.core.$ZodObject) return {};
  if (inner instanceof z.core.$ZodString || (inner instanceof z.core.$ZodUnion && inner._zod.def.options.some((option) => unwrap(option) instanceof z.core.$ZodString))) return '';
  if (inner instanceof z.core.$ZodNumber) return 0;
  if (inner instanceof z.core.$ZodBoolean) return false;
  return null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { at, textOf, type Kobject } from './object.js';
import { badRequest } from './status.js';

/** Whether an object is meant. */
export type Match = (object: Kobject) => boolean;

type Requirement = Readonly<
  | { kind: 'in' | 'notin'; key: string; values: readonly string[] }
  | { kind: 'exists' | 'absent'; key: string }
  | { kind: 'greater' | 'less'; key: string; bound: number }
>;

const KEY = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const PAIR = new RegExp(`^(${KEY})\\s*(==|=|!=|>|<)\\s*(.*)$`);
const BARE = new RegExp(`^(!?)\\s*(${KEY})$`);

/** Commas inside of parentheses part values, not terms. */
const termsOf = (text: string): readonly string[] => text.split(/,(?![^(]*\))/).map((term) => term.trim()).filter((term) => term !== '');

function valueOf(text: string, term: string): string {
  if (!VALUE.test(text)) throw badRequest(`unable to parse requirement: values: Invalid value: "${text}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.' (in "${term}")`);
  return text;
}

function requirement(term: string): Requirement {
  const set = SET.exec(term);
  if (set) return { kind: set[2] === 'in' ? 'in' : 'notin', key: set[1] ?? '', values: (set[3] ?? '').split(',').map((value) => valueOf(value.trim(), term)) };
  const pair = PAIR.exec(term);
  if (pair) {
    const [, key = '', sign, text = ''] = pair;
    const value = valueOf(text.trim(), term);
    if (sign !== '>' && sign !== '<') return { kind: sign === '!=' ? 'notin' : 'in', key, values: [value] };
    if (!/^\d+$/.test(value)) throw badRequest(`unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer (in "${term}")`);
    return { kind: sign === '>' ? 'greater' : 'less', key, bound: Number(value) };
  }
  const bare = BARE.exec(term);
  if (bare) return { kind: bare[1] ? 'absent' : 'exists', key: bare[2] ?? '' };
  throw badRequest(`unable to parse requirement: found '${term}', expected: !, identifier, or 'end of string'`);
}

function holds(one: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, one.key) ? labels[one.key] : undefined;
  switch (one.kind) {
    case 'in': return value !== undefined && one.values.includes(value);
    case 'notin': return value === undefined || !one.values.includes(value);
    case 'exists': return value !== undefined;
    case 'absent': return value === undefined;
    case 'greater': return value !== undefined && /^\d+$/.test(value) && Number(value) > one.bound;
    case 'less': return value !== undefined && /^\d+$/.test(value) && Number(value) < one.bound;
    default: return one satisfies never;
  }
}

/** A label selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k`; undefined when it selects everything. Throws 400. */
export function labelMatch(text: string): Match | undefined {
  const all = termsOf(text).map(requirement);
  return all.length === 0 ? undefined : ({ metadata: { labels = {} } }) => all.every((one) => holds(one, labels));
}

/** Fields that may be selected by, for each kind; `metadata.name` and `metadata.namespace` for all. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'],
  Event: ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type'],
  Secret: ['type'],
  Namespace: ['status.phase'],
};

function fieldValue(object: Kobject, field: string): string {
  const value = field === 'source' ? at(object, 'source', 'component') : at(object, ...field.split('.'));
  return textOf(value) ?? (value === undefined || value === null ? (field === 'spec.hostNetwork' ? 'false' : '') : String(value as number | boolean));
}

/** A field selector: `a=b,c!=d` over the fields that the kind knows; undefined when it selects everything. Throws 400. */
export function fieldMatch(text: string, kind: string): Match | undefined {
  const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[kind] ?? [])];
  const all = text.split(/(?<!\\),/).map((term) => term.trim()).filter((term) => term !== '').map((term) => {
    const found = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (!found) throw badRequest(`invalid field selector "${term}"; can't understand it`);
    const [, field = '', sign, value = ''] = found;
    if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
    return { field, wanted: sign !== '!=', value: value.replace(/\\([\\,=])/g, '$1') };
  });
  return all.length === 0 ? undefined : (object) => all.every(({ field, wanted, value }) => (fieldValue(object, field) === value) === wanted);
}

/** Both selectors as one; undefined when there is none. */
export function both(one: Match | undefined, other: Match | undefined): Match | undefined {
  return one && other ? (object) => one(object) && other(object) : (one ?? other);
}

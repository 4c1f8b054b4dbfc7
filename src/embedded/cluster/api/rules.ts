import { checkMeta } from './names.js';
import { at, fieldsOf, isFields, listOf, same, without, type Fields, type Kobject } from './object.js';
import { fillDefaults, prune, schemaFaults, unknownFields } from './schema.js';
import { fillPodSpec, podFaults, podUpdateFaults, qosClass } from './podRules.js';
import { badRequest, invalid, type Cause } from './status.js';
import { apiVersionOf, type Kind } from './kinds.js';

const MEBIBYTE = 1024 * 1024;
const isBase64 = (value: unknown): boolean => typeof value === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.replace(/\s/g, ''));
const META = ['name', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

function dataFaults(object: Fields, kind: 'ConfigMap' | 'Secret'): readonly Cause[] {
  const causes: Cause[] = [];
  let size = 0;
  for (const part of ['data', 'binaryData']) {
    for (const [key, value] of Object.entries(fieldsOf(object[part]))) {
      const field = `${part}[${key}]`;
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key.startsWith('..')) causes.push({ reason: 'FieldValueInvalid', field, message: `Invalid value: "${key}": a valid config key must consist of alphanumeric characters, '-', '_' or '.'` });
      if (typeof value !== 'string') causes.push({ reason: 'FieldValueTypeInvalid', field, message: 'Invalid value: must be a string' });
      else if ((kind === 'Secret' || part === 'binaryData') && !isBase64(value)) throw badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: illegal base64 data in ${field}`);
      else size += value.length;
    }
  }
  if (size > MEBIBYTE) causes.push({ reason: 'FieldValueTooLong', field: 'data', message: `Too long: may not be more than ${String(MEBIBYTE)} bytes` });
  return causes;
}

/** Secrets may be written as text; they are stored in base64. */
function foldStringData(object: Fields): Fields {
  const { stringData, ...rest } = object;
  if (!isFields(stringData)) return rest;
  return { ...rest, data: { ...fieldsOf(rest.data), ...Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])) } };
}

/** An object of the right kind and version, or 400; kind and apiVersion may be left out of built-in ones. */
export function readObject(kind: Kind, body: unknown): Fields {
  if (!isFields(body)) throw badRequest('the body must be a JSON object');
  const version = apiVersionOf(kind);
  if (kind.custom && (body.kind === undefined || body.apiVersion === undefined)) throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): Object '${body.kind === undefined ? 'Kind' : 'apiVersion'}' is missing`);
  // A custom resource's kind is a field like others; a built-in one says how to read the rest.
  if (kind.custom && body.kind !== undefined && body.kind !== kind.kind && (body.apiVersion ?? version) === version) throw invalid(kind, String(at(body, 'metadata', 'name') ?? ''), [{ reason: 'FieldValueInvalid', field: 'kind', message: `Invalid value: ${JSON.stringify(body.kind)}: must be ${kind.kind}` }]);
  if ((body.kind !== undefined && body.kind !== kind.kind) || (body.apiVersion !== undefined && body.apiVersion !== version)) {
    throw badRequest(`the API version and kind in the data (${String(body.apiVersion)}, Kind=${String(body.kind)}) do not match the expected ones (${version}, Kind=${kind.kind})`);
  }
  if (body.metadata !== undefined && !isFields(body.metadata)) throw badRequest('metadata must be an object');
  return { apiVersion: version, kind: kind.kind, ...body };
}

/** Brings a written object into the form in which it is stored: pruned, with defaults, only known metadata. */
export function normalize(kind: Kind, object: Fields): Fields {
  const metadata = Object.fromEntries(Object.entries(fieldsOf(object.metadata)).filter(([key, value]) => META.includes(key) && value !== null && !(key === 'finalizers' && Array.isArray(value) && value.length === 0)));
  const whole: Fields = { ...object, metadata };
  const own = kind.fields ? fieldsOf(prune(whole, kind.fields)) : whole;
  if (kind.custom) return fieldsOf(fillDefaults(prune(own, kind.custom.schema), kind.custom.schema));
  switch (kind.kind) {
    case 'Pod': return { ...own, spec: fillPodSpec(fieldsOf(own.spec)) };
    case 'Secret': return { type: 'Opaque', ...foldStringData(own) };
    case 'Namespace': return { ...own, spec: { finalizers: ['kubernetes'], ...fieldsOf(own.spec) }, status: { phase: 'Active', ...fieldsOf(own.status) } };
    case 'Event': return { source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '', ...own };
    default: return own;
  }
}

/** With `fieldValidation=Strict` a field that would be pruned is refused. Events, namespaces and nodes are not checked. */
export function checkStrict(kind: Kind, object: Fields): void {
  const schema = kind.custom?.schema ?? kind.fields;
  const unknown = schema ? unknownFields(object, schema) : [];
  if (unknown.length > 0) throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${unknown.map((path) => `unknown field "${path}"`).join(', ')}`);
}

const STANDARD = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** Finalizers of built-in kinds bear a domain. */
function plainFinalizers(object: Fields): readonly Cause[] {
  const { finalizers } = fieldsOf(object.metadata);
  return listOf(finalizers).flatMap((one, n) => (String(one).includes('/') || STANDARD.includes(String(one)) ? [] : [{ reason: 'FieldValueInvalid', field: `metadata.finalizers[${String(n)}]`, message: `Invalid value: ${JSON.stringify(one)}: name is neither a standard finalizer name nor is it fully qualified` }]));
}

function faultsOf(kind: Kind, object: Fields): readonly Cause[] {
  const meta: Cause[] = [...checkMeta(fieldsOf(object.metadata), kind.names)];
  if (kind.custom) return [...meta, ...schemaFaults(object, kind.custom.schema)];
  meta.push(...plainFinalizers(object));
  switch (kind.kind) {
    case 'ConfigMap': case 'Secret': return [...meta, ...dataFaults(object, kind.kind)];
    case 'Event': return fieldsOf(object.involvedObject).namespace !== undefined && fieldsOf(object.involvedObject).namespace !== fieldsOf(object.metadata).namespace
      ? [...meta, { reason: 'FieldValueInvalid', field: 'involvedObject.namespace', message: 'Invalid value: does not match event.namespace' }] : meta;
    default: return meta;
  }
}

/** A value of the wrong type cannot even be read: 400. A custom resource's own fields are read by its schema, which says 422. */
function refuse(kind: Kind, name: string, causes: readonly Cause[]): void {
  const unreadable = causes.find(({ reason, field = '' }) => reason === 'FieldValueTypeInvalid' && (!kind.custom || field.startsWith('metadata.')));
  if (unreadable) throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${unreadable.field ?? ''}: ${unreadable.message}`);
  if (causes.length > 0) throw invalid(kind, name, causes);
}

/** Values of a built-in kind that have the wrong type. What is missing is told by the kind's own rules. */
function typeFaults(kind: Kind, object: Fields): readonly Cause[] {
  return kind.fields ? schemaFaults(object, kind.fields).filter(({ reason }) => reason === 'FieldValueTypeInvalid') : [];
}

/** Checks a new object. Throws 400 or 422 with every fault. */
export function checkNew(kind: Kind, object: Fields): void {
  const causes = [...faultsOf(kind, object), ...typeFaults(kind, object), ...(kind.kind === 'Pod' ? podFaults(fieldsOf(object.spec)) : [])];
  const { name, generateName } = fieldsOf(object.metadata);
  refuse(kind, String(name ?? generateName ?? ''), causes);
}

/** Checks a changed object against what it was. Throws 400 or 422 with every fault. */
export function checkChanged(kind: Kind, before: Kobject, object: Fields): void {
  const causes: Cause[] = [...faultsOf(kind, object)];
  if (kind.kind === 'Pod') causes.push(...podUpdateFaults(fieldsOf(before.spec), fieldsOf(object.spec)));
  if ((kind.kind === 'ConfigMap' || kind.kind === 'Secret') && before.immutable === true && (object.immutable !== true || !same(before.data, object.data) || !same(before.binaryData, object.binaryData))) causes.push({ reason: 'FieldValueForbidden', field: 'data', message: 'Forbidden: field is immutable when `immutable` is set' });
  if (kind.kind === 'Secret' && before.type !== object.type) causes.push({ reason: 'FieldValueInvalid', field: 'type', message: `Invalid value: ${JSON.stringify(object.type)}: field is immutable` });
  const { finalizers = [], deletionTimestamp } = before.metadata;
  const added = deletionTimestamp === undefined ? [] : ((fieldsOf(object.metadata).finalizers ?? []) as string[]).filter((one) => !finalizers.includes(one));
  if (added.length > 0) causes.push({ reason: 'FieldValueForbidden', field: 'metadata.finalizers', message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}` });
  refuse(kind, before.metadata.name, causes);
}

/** What the server sets in a new object's body: a pod starts as Pending, whatever it says of itself. */
export function freshBody(kind: Kind, object: Fields): Fields {
  return kind.kind === 'Pod' ? { ...object, status: { phase: 'Pending', qosClass: qosClass(fieldsOf(object.spec)) } } : object;
}

/** Whether anything but metadata differs. */
export function bodyDiffers(before: Kobject, object: Fields): boolean {
  return !same(without(before, 'metadata'), without(object, 'metadata'));
}

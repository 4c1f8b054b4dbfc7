import { isFields, type Fields } from './object.js';
import type { Cause } from './status.js';

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const ANNOTATIONS_LIMIT = 256 * 1024;

/** A label of DNS (RFC 1123): containers, volumes, namespaces. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** A name of DNS (RFC 1123): most objects. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

function isQualified(text: string): boolean {
  const [last = '', prefix, ...more] = text.split('/').reverse();
  return more.length === 0 && last.length > 0 && last.length <= 63 && QUALIFIED.test(last) && (prefix === undefined || isSubdomain(prefix));
}

const subdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')";
const labelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name')";
const wrong = (field: string, value: string, rule: string): Cause => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${rule}` });

function mapOfText(value: unknown, field: string): { readonly causes: readonly Cause[]; readonly entries: readonly (readonly [string, string])[] } {
  if (value === undefined || value === null) return { causes: [], entries: [] };
  if (!isFields(value)) return { causes: [{ reason: 'FieldValueTypeInvalid', field, message: 'Invalid value: must be a map of strings' }], entries: [] };
  const entries = Object.entries(value);
  return {
    causes: entries.filter(([, text]) => typeof text !== 'string').map(([key]) => ({ reason: 'FieldValueTypeInvalid', field: `${field}.${key}`, message: 'Invalid value: must be a string' })),
    entries: entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : [])),
  };
}

/** What is wrong with an object's metadata; `style` says which rule its name follows. */
export function checkMeta(meta: Fields, style: 'label' | 'subdomain'): readonly Cause[] {
  const causes: Cause[] = [];
  const { name, finalizers } = meta;
  if (typeof name !== 'string' || name === '') causes.push({ reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value: name or generateName is required' });
  else if (!(style === 'label' ? isDnsLabel(name) : isSubdomain(name))) causes.push(wrong('metadata.name', name, style === 'label' ? labelRule : subdomainRule));
  const labels = mapOfText(meta.labels, 'metadata.labels');
  const annotations = mapOfText(meta.annotations, 'metadata.annotations');
  causes.push(...labels.causes, ...annotations.causes);
  for (const [key, value] of labels.entries) {
    if (!isQualified(key)) causes.push(wrong('metadata.labels', key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"));
    if (value.length > 63) causes.push(wrong('metadata.labels', value, 'must be no more than 63 bytes'));
    else if (!VALUE.test(value)) causes.push(wrong('metadata.labels', value, "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"));
  }
  for (const [key] of annotations.entries) if (!isQualified(key.toLowerCase())) causes.push(wrong('metadata.annotations', key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"));
  if (annotations.entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0) > ANNOTATIONS_LIMIT) causes.push({ reason: 'FieldValueTooLong', field: 'metadata.annotations', message: `Too long: may not be more than ${String(ANNOTATIONS_LIMIT)} bytes` });
  if (finalizers !== undefined && finalizers !== null) {
    if (!Array.isArray(finalizers)) causes.push({ reason: 'FieldValueTypeInvalid', field: 'metadata.finalizers', message: 'Invalid value: must be a list of strings' });
    else for (const one of finalizers as unknown[]) if (typeof one !== 'string' || !isQualified(one)) causes.push(wrong('metadata.finalizers', String(one), "name part must consist of alphanumeric characters, '-', '_' or '.'"));
  }
  return causes;
}

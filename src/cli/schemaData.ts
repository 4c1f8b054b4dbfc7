import type { z } from 'zod';
import { fieldList } from '../config/kube/normalize.js';
import { PROW_TEXTS } from '../config/kube/prowTexts.js';
import { own } from '../config/lookup.js';

export type Json = z.core.JSONSchema.BaseSchema;

/** JSON Schemas of types of the tables, and of whatever they hold, by name. */
export function dataSchemas(types: Iterable<string>): Record<string, Json> {
  const schemas: Record<string, Json> = {};
  const add = (type: string): void => {
    const fields = fieldList(type);
    if (!fields || Object.hasOwn(schemas, type)) return;
    schemas[type] = {};
    const properties = Object.fromEntries(fields.map((field) => [field.name, { description: about(type, field.name), ...schemaOf(field.type, add) }]));
    schemas[type] = { type: ['object', 'null'], properties, additionalProperties: false } as unknown as Json;
  };
  for (const type of types) add(type);
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a field means. Those of pods mean what they mean to Kubernetes, whose documentation has them under these names. */
function about(type: string, name: string): string {
  const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = PROW_TEXTS;
  return own(own(texts, type), name) ?? `Kubernetes: ${type}.${name}.`;
}

const PLAIN: Readonly<Record<string, readonly string[]>> = {
  string: ['string', 'number', 'boolean', 'null'], number: ['number', 'null'], boolean: ['boolean', 'null'], quantity: ['string', 'number', 'null'],
};

function schemaOf(type: string, add: (type: string) => void): Json {
  const kind = type.replace(/[*!]$/, '');
  const inner = kind.slice(1, -1);
  if (kind.startsWith('[')) return { type: ['array', 'null'], items: schemaOf(inner, add) } as unknown as Json;
  if (kind.startsWith('{')) return { type: ['object', 'null'], additionalProperties: schemaOf(inner, add) } as unknown as Json;
  const plain = PLAIN[kind];
  if (plain) return { type: plain } as unknown as Json;
  if (!fieldList(kind)) return {};
  add(kind);
  return { $ref: `#/$defs/${kind}` };
}

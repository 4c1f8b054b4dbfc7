import { isRecord } from '../decode.js';
import type { Data } from './schema.js';

/** A field of an object that was kept as the file has it; keys match without regard to case where no exact one is there. */
export function field(of: unknown, name: string): unknown {
  if (!isRecord(of)) return undefined;
  if (Object.hasOwn(of, name)) return of[name];
  // Names of fields are ASCII, so that a key that differs in case only has the same length. Mostly there is none.
  for (const key in of) if (key.length === name.length && key.toLowerCase() === name.toLowerCase()) return of[key];
  return undefined;
}

/** A text, also where it stands as a plain number or boolean; empty where there is none. */
export function textAt(of: unknown, name: string): string {
  const value = field(of, name);
  return isText(value) ? String(value) : '';
}

/** A list of objects; what is no object counts as an empty one, so that places stay right. */
export function listAt(of: unknown, name: string): readonly Data[] {
  const value = field(of, name);
  return Array.isArray(value) ? value.map((item: unknown) => (isRecord(item) ? item : {})) : [];
}

/** A list of texts. */
export function textsAt(of: unknown, name: string): readonly string[] {
  const value = field(of, name);
  return Array.isArray(value) ? value.filter(isText).map(String) : [];
}

function isText(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

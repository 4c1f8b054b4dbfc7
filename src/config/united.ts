import type { Findings, Path } from './findings.js';
import type { Source } from './yaml/source.js';

/** Keys of a decoded file whose value differs from the one an empty file has. */
export function setKeys<T extends Readonly<Record<string, unknown>>>(value: T, empty: T): readonly (keyof T & string)[] {
  return Object.keys(value).filter((key) => JSON.stringify(value[key]) !== JSON.stringify(empty[key]));
}

/** Says of keys that they may not stand in a supplemental file. */
export function refuse(keys: readonly string[], path: Path, source: Source, findings: Findings): void {
  for (const key of keys) findings.errors.push(source.finding([...path, key], 'may not stand in a supplemental file', 'key'));
}

/** The union of two maps; a key that both have is an error at the second one. */
export function united<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, path: Path, source: Source, findings: Findings): Readonly<Record<string, T>> {
  for (const key of Object.keys(b)) if (Object.hasOwn(a, key)) findings.errors.push(source.finding([...path, key], 'is set in another file already', 'key'));
  return { ...a, ...b };
}

/** Whether a value as the file has it says nothing. */
export function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0 || value === false || (typeof value === 'object' && Object.values(value).every(isZero));
}

import { isFields } from './object.js';

/** The values at a simple JSONPath of a printer column: names, `['names']`, `[n]` and `[*]`. Unknown syntax finds nothing. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  const steps = [...path.matchAll(/\.([A-Za-z0-9_\-/]+)|\['([^']+)'\]|\[(\*|\d+)\]/g)];
  return steps.reduce<readonly unknown[]>((values, [, name, quoted, index]) => {
    const key = name ?? quoted;
    if (key !== undefined) return values.flatMap((one) => (isFields(one) && one[key] !== undefined ? [one[key]] : []));
    if (index === '*') return values.flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : isFields(one) ? Object.values(one) : []));
    return values.flatMap((one) => (Array.isArray(one) && one[Number(index)] !== undefined ? [one[Number(index)] as unknown] : []));
  }, [value]);
}

import { z } from 'zod';
import type { TypeName } from './normalize.js';

/**
 * An object that stays as the file has it, and whose fields the tables of `types.ts` and `prowTypes.ts` know: unknown ones are found by
 * `unknownFieldsOf` when somebody asks, JSON Schemas take their descriptions from there.
 */
export function dataOf(type: TypeName) {
  return z.record(z.string(), z.unknown()).readonly().meta({ kube: type });
}

/** The type of the tables that a schema was made for; undefined for every other schema. */
export function dataTypeOf(schema: z.core.$ZodType): string | undefined {
  const type = z.globalRegistry.get(schema)?.['kube'];
  return typeof type === 'string' ? type : undefined;
}

import { z } from 'zod';
import { JobConfig } from '../config/jobs/schema.js';
import { InRepoConfig } from '../config/jobs/inRepo.js';
import { OwnersYaml } from '../config/owners.js';
import { PluginsConfig } from '../config/plugins/schema.js';
import { ProwConfig } from '../config/prow/schema.js';
import { UsageError } from './flags.js';
import { dataSchemas, type Json } from './schemaData.js';

const KINDS = {
  config: () => schemaOf([ProwConfig, JobConfig], 'config.yaml'),
  jobs: () => schemaOf([JobConfig], 'a file of job configuration'),
  'in-repo': () => schemaOf([InRepoConfig], '.prow.yaml'),
  plugins: () => schemaOf([PluginsConfig], 'plugins.yaml'),
  owners: () => schemaOf([OwnersYaml], 'OWNERS'),
} as const satisfies Readonly<Record<string, () => unknown>>;

/** `prow schema KIND`: the JSON Schema of a kind of file, for editors. */
export async function schemaCommand(args: readonly string[], { print }: { readonly print: (line: string) => void }): Promise<number> {
  const [kind, ...more] = args;
  const usage = `prow schema KIND, of ${Object.keys(KINDS).join(', ')}`;
  if (kind !== undefined && /^--?h(?:elp)?$/.test(kind)) {
    print(`Usage: ${usage}`);
    return 0;
  }
  if (kind === undefined || more.length > 0 || !Object.hasOwn(KINDS, kind)) throw new UsageError(`expected ${usage}`);
  print(JSON.stringify(KINDS[kind as keyof typeof KINDS](), undefined, 2));
  return 0;
}

/** config.yaml may hold jobs as well, so it is what several schemas know together. */
function schemaOf(parts: readonly z.ZodType[], title: string): Json {
  const schemas = parts.map((part) => z.toJSONSchema(part, { io: 'input', unrepresentable: 'any', override: ({ jsonSchema }) => { asRead(jsonSchema); } }));
  const [first = {}] = schemas;
  const whole: Json = { ...first, title, properties: Object.assign({}, ...schemas.toReversed().map(({ properties }) => properties)) as Record<string, Json> };
  const $defs = dataSchemas(markedTypes(whole));
  return { ...whole, ...(Object.keys($defs).length > 0 && { $defs }) };
}

/** What the loader takes beyond its own schema: null for whatever is unset, numbers and booleans for texts. What it warns of is refused. */
function asRead(schema: Json): void {
  delete schema.readOnly;
  delete schema.propertyNames;
  if (schema.type === 'object' && schema.properties) schema.additionalProperties ??= false;
  // Called once more for a schema around another one, which then has its types already.
  if (typeof schema.type !== 'string' || schema.enum) return;
  Object.assign(schema, { type: [...(schema.type === 'string' ? ['string', 'number', 'boolean'] : [schema.type]), 'null'] });
}

/** Turns our own marks into what editors know: forms of text into words, types of data into references. Gives the types. */
function markedTypes(node: unknown, types = new Set<string>()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return types;
  const schema = node as Json;
  const { kube, form } = schema;
  if (typeof form === 'string') {
    schema.description = [schema.description, form].filter((text) => text !== undefined).join(' ');
    delete schema['form'];
  }
  if (typeof kube === 'string') {
    types.add(kube);
    const { description } = schema;
    for (const key of Object.keys(schema)) delete schema[key];
    Object.assign(schema, { ...(description !== undefined && { description }), $ref: `#/$defs/${kube}` });
    return types;
  }
  for (const below of Object.values(schema)) markedTypes(below, types);
  return types;
}

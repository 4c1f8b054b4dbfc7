import { buildSchema, parse, validate, type DocumentNode, type GraphQLError, type GraphQLSchema } from 'graphql';

export interface Documents {
  readonly schema: GraphQLSchema;
  /** A document read and checked against the schema. */
  read(query: string): { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };
}

let known: Promise<Documents> | undefined;

async function load(): Promise<Documents> {
  const { schema: published } = await import('@octokit/graphql-schema');
  const schema = buildSchema(published.idl, { assumeValid: true, assumeValidSDL: true, noLocation: true });
  const read = new Map<string, ReturnType<Documents['read']>>();
  return {
    schema,
    read(query) {
      const had = read.get(query);
      if (had) return had;
      const document = parse(query);
      const errors = validate(schema, document);
      const answer = errors.length ? { errors } : { document };
      if (read.size < 200) read.set(query, answer);
      return answer;
    },
  };
}

/** GitHub's published schema. It is big: read on first use, and once per process. */
export const documents = (): Promise<Documents> => (known ??= load());

import { execute, GraphQLError, type ExecutionResult } from 'graphql';
import { actor, orgNode } from './graphql/actors.js';
import { connection, GraphqlRefusal, type Node, type PageArgs, type Scope } from './graphql/connection.js';
import { issueNode } from './graphql/issues.js';
import { mutations } from './graphql/mutations.js';
import { byNodeId } from './graphql/nodes.js';
import { repoNode } from './graphql/repos.js';
import { documents } from './graphql/schema.js';
import { ApiError, findRepo, iso, key, type Hub } from './hub.js';
import { canSee } from './permissions.js';
import { searchIssues } from './search.js';
import type { Who } from './state/people.js';

export interface GraphqlRequest { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> | null; readonly operationName?: string | null }
/** What the answer's `rateLimit` field says. */
export interface GraphqlRate { readonly limit: number; readonly remaining: number; readonly used: number; readonly reset: number }

function root(scope: Scope, rate: GraphqlRate): Node {
  const { hub, who } = scope;
  return {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repo = findRepo(hub, owner, name) ?? hub.state.repos.get(hub.state.renamed.get(key(`${owner}/${name}`)) ?? -1);
      if (!repo || !canSee(hub.state, who, repo)) throw new GraphqlRefusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      return repoNode(scope, repo);
    },
    search: ({ type, query, ...args }: PageArgs & { type: string; query: string }) => {
      const found = type.startsWith('ISSUE') ? searchIssues(hub, who, query) : [];
      return connection(found, args, ({ repo, issue }) => issueNode(scope, repo, issue), { issueCount: found.length, repositoryCount: 0, userCount: 0, wikiCount: 0, discussionCount: 0, codeCount: 0 });
    },
    viewer: () => actor(scope, who.login),
    user: ({ login }: { login: string }) => actor(scope, login) ?? refuse(`Could not resolve to a User with the login of '${login}'.`),
    organization: ({ login }: { login: string }) => orgNode(scope, login) ?? refuse(`Could not resolve to an Organization with the login of '${login}'.`),
    repositoryOwner: ({ login }: { login: string }) => orgNode(scope, login) ?? actor(scope, login),
    node: ({ id }: { id: string }) => byNodeId(scope, id) ?? refuse(`Could not resolve to a node with the global id of '${id}'`),
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => byNodeId(scope, id)),
    rateLimit: () => ({ limit: rate.limit, cost: 1, nodeCount: 1, remaining: rate.remaining, used: rate.used, resetAt: iso(rate.reset * 1000) }),
    ...mutations(scope),
  };
}

const refuse = (message: string): never => { throw new GraphqlRefusal('NOT_FOUND', message); };

function shown(error: GraphQLError): object {
  const { message, path, locations, originalError } = error;
  const type = originalError instanceof GraphqlRefusal ? originalError.type : originalError instanceof ApiError ? (originalError.status === 403 ? 'FORBIDDEN' : originalError.status === 404 ? 'NOT_FOUND' : 'UNPROCESSABLE') : undefined;
  return { ...(type === undefined ? {} : { type }), ...(path ? { path } : {}), ...(locations ? { locations } : {}), message };
}

/** Executes a GraphQL request against GitHub's published schema; GitHub says 200 whatever comes of it. */
export async function graphql(hub: Hub, who: Who, { query, variables, operationName }: GraphqlRequest, rate: GraphqlRate): Promise<object> {
  const known = await documents();
  let read: ReturnType<typeof known.read>;
  try { read = known.read(query); } catch (err) {
    if (err instanceof GraphQLError) return { errors: [shown(err)] };
    throw err;
  }
  if ('errors' in read) return { errors: read.errors.map(shown) };
  const scope: Scope = { hub, who, repository: (repo) => repoNode(scope, repo) };
  const answer: ExecutionResult = await execute({
    schema: known.schema, document: read.document, rootValue: root(scope, rate), variableValues: variables ?? {}, ...(operationName ? { operationName } : {}),
    fieldResolver(source: unknown, args: unknown, _context: unknown, info) {
      const parent = source as Node;
      if (!(info.fieldName in parent)) throw new Error(`the embedded GitHub does not know ${info.parentType.name}.${info.fieldName}`);
      const value = parent[info.fieldName];
      return typeof value === 'function' ? (value as (given: unknown) => unknown)(args) : value;
    },
  });
  return { ...(answer.data === undefined ? {} : { data: answer.data }), ...(answer.errors ? { errors: answer.errors.map(shown) } : {}) };
}

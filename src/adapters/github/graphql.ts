import { NotFoundError, PermissionError, RemoteError } from '../../core/errors.js';
import type { Caller, Http } from './http.js';

interface GraphqlError {
  readonly type?: string;
  readonly message?: string;
  readonly path?: readonly (string | number)[];
}

/** What GraphQL's own errors mean; GitHub sends them with status 200. An answer with errors is not used, not even in part. */
export function graphqlError(errors: readonly GraphqlError[], what: string): RemoteError {
  const text = errors.map(({ message = '', path }) => (path ? `${message} (${path.join('.')})` : message)).join('; ').slice(0, 1_000);
  const about = { service: 'github' } as const;
  if (errors.every(({ type }) => type === 'NOT_FOUND')) return new NotFoundError(`GitHub found nothing for ${what}: ${text}`, about);
  const forbidden = errors.find(({ type, message = '' }) => type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES' || /not accessible by/i.test(message));
  if (forbidden) return new PermissionError(`the App or token may not read all of ${what}: ${text}`, about);
  // A malformed query is our mistake and stays one; everything else ("Something went wrong…", timeouts) may pass.
  return new RemoteError(`GitHub failed at ${what}: ${text}`, { ...about, retry: errors.some(({ message = '' }) => /^(Field|Parse error|Variable|Argument)/.test(message)) ? 'never' : 'later' });
}

export interface Query {
  /** For logs and errors. */
  readonly name: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One GraphQL query; mutations are logged only in a dry run, and then give `{}`. `tolerate`: paths that may be missing for want of rights. */
export async function graphql<T>(http: Pick<Http, 'call'>, query: Query, caller: Caller, tolerate: (path: readonly (string | number)[]) => boolean = () => false): Promise<T> {
  const { data } = await http.call({
    ...caller, method: 'POST', route: '/graphql', params: { query: query.text, variables: query.variables },
    accept: 'application/vnd.github.antiope-preview+json, application/vnd.github.merge-info-preview+json',
    repeatable: !/^\s*mutation\b/.test(query.text),
  });
  const { data: result, errors } = (data ?? { data: {} }) as { data?: T | null; errors?: readonly GraphqlError[] };
  const serious = (errors ?? []).filter(({ type, path = [] }) => !(type === 'FORBIDDEN' && tolerate(path)));
  if (serious.length > 0) throw graphqlError(serious, query.name);
  if (result === undefined || result === null) throw new RemoteError(`GitHub gave no data for ${query.name}`, { service: 'github' });
  return result;
}

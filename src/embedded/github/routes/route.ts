import { ApiError, type Hub, type Urls } from '../hub.js';
import type { Need } from '../permissions.js';
import type { Permission, Who } from '../state/people.js';
import type { Repo } from '../state.js';
import type { Faults } from '../faults.js';
import type { Rates } from '../rates.js';
import type { Sender } from '../webhooks.js';

/** What routes work with. */
export interface Parts { readonly hub: Hub; readonly sender: Sender; readonly rates: Rates; readonly faults: Faults; readonly urls: Urls }

/** A call on its way. */
export interface Ask extends Parts {
  readonly who: Who;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: unknown;
}
/** A call about a repository that is there and that the caller can see. */
export interface RepoAsk extends Ask { readonly repo: Repo }

export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly status: number; readonly body: string; readonly type: string }
  | { readonly kind: 'empty'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Paged; only the page asked for is rendered. `under` wraps it with a `total_count`. */
  | { readonly kind: 'list'; readonly items: readonly unknown[]; render(item: unknown): unknown; readonly under?: string; readonly more?: Readonly<Record<string, unknown>>; readonly cursor?: boolean };

export const json = (body: unknown, status = 200): Answer => ({ kind: 'json', status, body });
export const empty = (status = 204): Answer => ({ kind: 'empty', status });
export function list<T>(items: readonly T[], render: (item: T) => unknown, wrap: { readonly under?: string; readonly more?: Readonly<Record<string, unknown>>; readonly cursor?: boolean } = {}): Answer {
  return { kind: 'list', items, render: (item) => render(item as T), ...wrap };
}

/**
 * Who may call a route. `anyOf` names the App permissions of which one is enough; `issue` stands for those of issues,
 * or of pull requests where the number in the path is one; `jwt` wants the App itself; `user` a personal token.
 */
export type Access =
  | { readonly kind: 'public' } | { readonly kind: 'jwt' } | { readonly kind: 'user' }
  | { readonly kind: 'anyOf'; readonly needs: readonly Need[] }
  | { readonly kind: 'issue'; readonly level: Need['level'] };

export const need = (...words: readonly `${string}=${Need['level']}`[]): Access => ({
  kind: 'anyOf', needs: words.map((word) => { const [name = '', level = 'read'] = word.split('='); return { name, level: level as Need['level'] }; }),
});
export const issueNeed = (level: Need['level']): Access => ({ kind: 'issue', level });

interface Base { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string; readonly access: Access; readonly resource?: 'core' | 'search' }

export type Route =
  | (Base & { readonly about: 'any'; handle(ask: Ask): Answer | Promise<Answer> })
  /** `right`: what a person needs in the repository. */
  | (Base & { readonly about: 'repo'; readonly right: Permission; handle(ask: RepoAsk): Answer | Promise<Answer> });

type Method = Base['method'];

/** Declares a route that is about no one repository. */
export const route = (method: Method, path: string, access: Access, handle: (ask: Ask) => Answer | Promise<Answer>): Route => ({ about: 'any', method, path, access, handle });

/** Declares a route below `/repos/:owner/:repo`; the path is what follows. */
export const repoRoute = (method: Method, path: string, { access, right = 'read' }: { access: Access; right?: Permission }, handle: (ask: RepoAsk) => Answer | Promise<Answer>): Route =>
  ({ about: 'repo', method, path: `/repos/:owner/:repo${path}`, access, right, handle });

export interface Compiled { readonly route: Route; readonly pattern: RegExp; readonly names: readonly string[] }

/** `:name` is one segment, `*name` any number of them. */
export function compile(item: Route): Compiled {
  const names: string[] = [];
  const source = item.path.replace(/[.+?()|[\]\\^$]/g, '\\$&').replace(/[:*][a-z_]+/g, (part) => {
    names.push(part.slice(1));
    return part.startsWith(':') ? '([^/]+)' : '(.+)';
  });
  return { route: item, pattern: new RegExp(`^${source}/?$`), names };
}

const plain = (text: string): string => { try { return decodeURIComponent(text); } catch { return text; } };

/** Finds the route of a call; routes are in order of precedence. */
export function findRoute(routes: readonly Compiled[], method: string, path: string): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const { route: item, pattern, names } of routes) {
    if (item.method !== method) continue;
    const found = pattern.exec(path);
    if (found) return { route: item, params: Object.fromEntries(names.map((name, index) => [name, plain(found[index + 1] ?? '')])) };
  }
  return undefined;
}

/** A body's fields, read with care. */
export interface Fields {
  text(name: string): string | undefined;
  /** The text, null, or undefined where it is absent. */
  maybe(name: string): string | null | undefined;
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
  texts(name: string): readonly string[] | undefined;
  object(name: string): Fields | undefined;
  objects(name: string): readonly Fields[] | undefined;
  has(name: string): boolean;
  readonly raw: Readonly<Record<string, unknown>>;
}

const mistyped = (name: string, value: unknown, type: string): ApiError => new ApiError(422, `Invalid request.\n\nFor '${`properties/${name}`}', ${JSON.stringify(value) ?? 'nil'} is not ${type}.`);

/** Takes a body apart; a value of the wrong type is a 422 that names it. */
export function fields(body: unknown): Fields {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) throw new ApiError(422, `Invalid request.\n\nFor 'links/0/schema', ${JSON.stringify(body)} is not an object.`);
  const raw = (body ?? {}) as Readonly<Record<string, unknown>>;
  const typed = <T>(name: string, type: string, test: (value: unknown) => value is T): T | undefined => {
    const value = raw[name];
    if (value === undefined || value === null) return undefined;
    if (!test(value)) throw mistyped(name, value, type);
    return value;
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    raw,
    has: (name) => raw[name] !== undefined,
    text: (name) => typed(name, 'a string', isText),
    maybe: (name) => (raw[name] === null ? null : typed(name, 'a string', isText)),
    flag: (name) => typed(name, 'a boolean', (value): value is boolean => typeof value === 'boolean'),
    number: (name) => typed(name, 'an integer', (value): value is number => Number.isInteger(value)),
    texts: (name) => typed(name, 'an array', (value): value is string[] => Array.isArray(value) && value.every(isText)),
    object: (name) => { const found = typed(name, 'an object', isObject); return found && fields(found); },
    objects: (name) => typed(name, 'an array', (value): value is object[] => Array.isArray(value) && value.every(isObject))?.map(fields),
  };
}

/** A field that must be there. */
export function required(resource: string, name: string, value: string | undefined): string {
  if (value === undefined) throw new ApiError(422, 'Validation Failed', { errors: [{ resource, code: 'missing_field', field: name }] });
  return value;
}

export const number = (text: string | undefined): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new ApiError(404, 'Not Found');
  return value;
};

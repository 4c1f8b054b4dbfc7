import type { PullCommit } from '../../src/core/ports/github.js';
import { createHandling, type HandlingDeps } from '../../src/handlers/dispatch.js';
import { delivery, pullPayload, signal, snapshot, world, type World } from './fakes.js';

/** A run of one plugin for one event on o/r#1, in a world that is prepared first. */
export interface Ran {
  readonly event: string;
  readonly payload: object;
  readonly plugins?: Readonly<Record<string, unknown>>;
  readonly prow?: Readonly<Record<string, unknown>>;
  readonly prepare?: (world: World) => void;
  readonly deps?: Partial<HandlingDeps>;
  /** Of the delivery, milliseconds since the epoch. */
  readonly at?: number;
  readonly attempt?: number;
}

export async function ran(plugin: string, { event, payload, plugins = {}, prow = {}, prepare, deps = {}, at, attempt = 1 }: Ran): Promise<World> {
  const made = world(snapshot({ enabled: [plugin], plugins, prow }), deps);
  prepare?.(made);
  await createHandling(made.deps).run(plugin, delivery(event, payload, at === undefined ? {} : { at }), { signal, attempt });
  return made;
}

/** A `pull_request` payload with any field of the pull request. */
export function pull(about: Parameters<typeof pullPayload>[0], over: object = {}): object {
  const payload = pullPayload(about) as { readonly pull_request: object };
  return { ...payload, pull_request: { ...payload.pull_request, ...over } };
}

/** The texts of all comments on #1, oldest first. */
export const texts = ({ github }: World): readonly string[] => (github.commentsOf.get(1) ?? []).map(({ body }) => body);

export function commit(message: string, over: Partial<PullCommit> = {}): PullCommit {
  return { sha: 'c0ffee1234567890', message, parents: ['base'], author: { login: 'author', type: 'User' }, ...over };
}

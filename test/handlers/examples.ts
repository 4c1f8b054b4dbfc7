import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Example {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Published {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

const folder = dirname(createRequire(import.meta.url).resolve('@octokit/webhooks-examples/package.json'));

/** Every payload that GitHub publishes, of github.com and of the oldest and newest server. */
export const examples: readonly Example[] = ['api.github.com', 'ghes-35', 'ghes-31']
  .flatMap((host) => JSON.parse(readFileSync(join(folder, host, 'index.json'), 'utf8')) as readonly Published[])
  .flatMap(({ name, examples: list }) => list.map((payload) => ({ name, payload, body: JSON.stringify(payload) })));

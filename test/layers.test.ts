import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

const base = ['core', 'config'] as const;
const view = [...base, 'handlers/registry', 'jobs/reconcile', 'tide/decide'] as const;
/** Which folder may import which; an entry with a file's name opens that file only. A folder may always import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  adapters: base,
  'handlers/<plugin>': [...base, 'handlers/plugin'],
  handlers: [...base, 'handlers/<plugin>'],
  jobs: base,
  tide: base,
  slack: base,
  web: view,
  cli: view,
  queues: [...base, 'handlers', 'jobs', 'tide', 'slack'],
  // The pods' own programs store results where the server's do.
  embedded: ['core', 'adapters/storage/open'],
};
/** Entry points put everything together: every file directly in src/ and what they are made of, the demonstration, and the command line's. */
const isEntry = (file: string) => /^src\/(?:(?:assembly|demo)\/)?[^/]+\.tsx?$/.test(file) || file === 'src/cli/main.ts';

/** Libraries that talk to the outside world, and the folders (or files) that may import them. */
const reserved: readonly Readonly<{ library: RegExp; only: readonly string[] }>[] = [
  { library: /^(?:@octokit\/.+|octokit)$/, only: ['src/adapters/'] },
  // Bull Board's adapter takes BullMQ's queues as they are.
  { library: /^bullmq$/, only: ['src/adapters/', 'src/web/queues'] },
  { library: /^(?:ioredis|prom-client)$/, only: ['src/adapters/'] },
  { library: /^@kubernetes\/client-node$/, only: ['src/adapters/', 'src/embedded/cluster/kubelet'] },
  { library: /^probot$/, only: ['src/adapters/', 'src/handlers/app'] },
  { library: /^@slack\/.+$/, only: ['src/slack/app'] },
  { library: /^@bull-board\/.+$/, only: ['src/web/queues'] },
  { library: /^esbuild$/, only: ['src/embedded/utilities/images'] },
  { library: /^@peculiar\/.+$/, only: ['src/embedded/cluster/api/tls'] },
];
/** Folders that import from npm nothing but this. */
const libraries: Readonly<Record<string, readonly RegExp[]>> = {
  core: [/^zod$/, /^yaml$/, /^re2js$/, /^lru-cache$/],
  config: [/^zod$/, /^yaml$/, /^js-yaml$/],
  embedded: [/^hono(?:\/.+)?$/, /^@hono\/node-server(?:\/.+)?$/, /^graphql(?:\/.+)?$/, /^@octokit\/(?:graphql-schema|openapi|openapi-types|webhooks-types|webhooks-examples)(?:\/.+)?$/, /^yaml$/, /^zod$/],
};
/** Descriptions of what GitHub says and means, not clients of it: the types are for all, the schemas for the embedded GitHub. */
const describes = (library: string, file: string) =>
  /^@octokit\/(?:webhooks-types|openapi-types)$/.test(library) || (file.startsWith('src/embedded/') && /^@octokit\/(?:graphql-schema|openapi)(?:\/.+)?$/.test(library));

interface Import {
  readonly from: string;
  readonly to: string;
}

/** What the table allows, as sentences; empty when all is well. */
function faults({ from, to }: Import, exists: (file: string) => boolean): readonly string[] {
  if (isEntry(from)) return [];
  const layer = layerOf(from);
  if (!to.startsWith('.')) {
    if (to.startsWith('node:')) return [];
    const home = reserved.find(({ library }) => library.test(to));
    const allowed = libraries[layer];
    const wrong = allowed ? !allowed.some((one) => one.test(to)) : home && !home.only.some((place) => from.startsWith(place)) && !describes(to, from);
    const excused = home?.only.some((place) => from.startsWith(place)) ?? false;
    return wrong && !excused ? [`${from} imports ${to}, which ${home ? `only ${home.only.join(' and ')} may` : `${layer} may not`}`] : [];
  }
  const target = targetOf(from, to, exists);
  if (target === undefined) return [`${from} imports ${to}, which does not exist`];
  const other = layerOf(target);
  if (layer === other && (layer !== 'handlers/<plugin>' || pluginOf(from) === pluginOf(target))) return [];
  const file = target.replace(/^src\//, '').replace(/\.tsx?$/, '');
  const open = mayImport[layer] ?? [];
  return open.includes(other) || open.includes(file) ? [] : [`${from} (${layer}) imports ${target} (${other})`];
}

function layerOf(file: string): string {
  if (file.startsWith('queues/')) return 'queues';
  const [, top = '', ...rest] = file.split('/');
  return top === 'handlers' && rest.length > 1 ? 'handlers/<plugin>' : top;
}

function pluginOf(file: string): string | undefined {
  return file.split('/')[2];
}

function targetOf(from: string, to: string, exists: (file: string) => boolean): string | undefined {
  const path = join(dirname(from), to);
  return [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx'), path].find(exists);
}

/** Groups of files that reach one another; each one is a cycle. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    const at = order.size;
    order.set(file, at);
    let lowest = at;
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, order.get(next) ?? at);
    }
    low.set(file, lowest);
    if (lowest === at) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || (edges.get(file) ?? []).includes(file)) found.push(group);
    }
    return lowest;
  };
  for (const file of edges.keys()) if (!order.has(file)) visit(file);
  return found;
}

const files = ['src', 'queues']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const exists = (file: string) => existsSync(join(root, file));
const imports: readonly Import[] = files.flatMap((from) =>
  // Finds type imports, re-exports, dynamic imports and `import('…')` types as well.
  ts.preProcessFile(readFileSync(join(root, from), 'utf8'), true, true).importedFiles.map(({ fileName }) => ({ from, to: fileName })));

test('every folder imports only what it may', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.flatMap((one) => faults(one, exists))).toEqual([]);
});

test('no file reaches itself through its imports', () => {
  const edges = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to } of imports) {
    const target = to.startsWith('.') ? targetOf(from, to, exists) : undefined;
    if (target !== undefined) edges.get(from)?.push(target);
  }
  expect(cycles(edges)).toEqual([]);
});

test.each<[from: string, to: string, allowed: boolean]>([
  ['src/core/ids.ts', 'zod', true],
  ['src/core/ids.ts', '../config/load.js', false],
  ['src/core/ids.ts', 'ioredis', false],
  ['src/core/ids.ts', 'node:fs', true],
  ['src/config/load.ts', '../core/ids.js', true],
  ['src/config/load.ts', '../adapters/redis.js', false],
  ['src/adapters/redis.ts', 'ioredis', true],
  ['src/adapters/redis.ts', '../handlers/plugin.js', false],
  ['src/handlers/hold/plugin.ts', '../plugin.js', true],
  ['src/handlers/hold/plugin.ts', '../registry.js', false],
  ['src/handlers/hold/plugin.ts', '../lgtm/decide.js', false],
  ['src/handlers/hold/plugin.ts', './decide.js', true],
  ['src/handlers/hold/plugin.ts', '@octokit/core', false],
  ['src/handlers/registry.ts', './hold/plugin.js', true],
  ['src/handlers/payload.ts', '@octokit/webhooks-types', true],
  ['src/handlers/app.ts', 'probot', true],
  ['src/tide/decide.ts', '../jobs/reconcile.js', false],
  ['src/web/app.tsx', '../tide/decide.js', true],
  ['src/web/app.tsx', '../tide/act.js', false],
  ['src/web/app.tsx', '@bull-board/api', false],
  ['src/web/queues.ts', '@bull-board/api', true],
  ['queues/event.ts', '../src/handlers/dispatch.js', true],
  ['queues/event.ts', '../src/handlers/hold/plugin.js', false],
  ['queues/event.ts', 'bullmq', false],
  ['src/embedded/github/server.ts', '../../core/ids.js', true],
  ['src/embedded/github/server.ts', '../../config/load.js', false],
  ['src/embedded/github/server.ts', '@octokit/core', false],
  ['src/embedded/cluster/kubelet.ts', '@kubernetes/client-node', true],
  ['src/embedded/cluster/kubelet/client.ts', '@kubernetes/client-node', true],
  ['src/embedded/cluster/api.ts', '@kubernetes/client-node', false],
  ['src/embedded/cluster/api/tls.ts', '@peculiar/x509', true],
  ['src/embedded/cluster/api/server.ts', '@peculiar/x509', false],
  ['src/main.ts', './adapters/redis.js', true],
])('the rule about %s importing %s', (from, to, allowed) => expect(faults({ from, to }, (file) => file.endsWith('.ts'))).toHaveLength(allowed ? 0 : 1));

test('a file that is not there, and a cycle, are found', () => {
  expect(faults({ from: 'src/core/ids.ts', to: './nowhere.js' }, () => false)).toEqual(['src/core/ids.ts imports ./nowhere.js, which does not exist']);
  expect(cycles(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']], ['d', ['d']]]))).toEqual([['b', 'c'], ['d']]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import * as clientNode from '@kubernetes/client-node';
import { printOf, readContexts, type KubeSources } from '../../../src/adapters/kube/contexts.js';
import { ConfigError } from '../../../src/core/errors.js';

const root = mkdtempSync(join(tmpdir(), 'prow-contexts-'));
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

/** A kubeconfig with these contexts, whose servers are named after them. */
function kubeconfig(names: readonly string[], current?: string): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', ...(current !== undefined && { 'current-context': current }),
    clusters: names.map((name) => ({ name: `c-${name}`, cluster: { server: `https://${name}.test` } })),
    users: names.map((name) => ({ name: `u-${name}`, user: { token: name } })),
    contexts: names.map((name) => ({ name, context: { cluster: `c-${name}`, user: `u-${name}` } })),
  });
}

let count = 0;
function folder(files: Readonly<Record<string, string>>): string {
  const dir = join(root, String(count++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

const none: KubeSources = { inCluster: 'use', env: {} };
const pod = () => ({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }, serviceAccount: folder({ token: 'pod-token\n', 'ca.crt': 'CA' }) });

function seen(sources: Partial<KubeSources>, disabled: readonly string[] = []) {
  const { infrastructure, clusters, warnings } = readContexts({ ...none, ...sources }, disabled, clientNode);
  const server = (one: { load(): clientNode.KubeConfig } | undefined) => one?.load().getCurrentCluster()?.server.replace(/^https:\/\/|\.test$/g, '');
  return { main: server(infrastructure), clusters: Object.fromEntries([...clusters].map(([alias, one]) => [alias, server(one)])), warnings };
}

test.each<{ name: string; sources: () => Partial<KubeSources>; disabled?: string[]; main: string | undefined; clusters: Record<string, string> }>([
  { name: 'nothing at all', sources: () => ({}), main: undefined, clusters: {} },
  { name: 'one file', sources: () => ({ file: join(folder({ k: kubeconfig(['a', 'b'], 'b') }), 'k') }), main: 'b', clusters: { a: 'a', b: 'b', default: 'b' } },
  { name: 'a context named default', sources: () => ({ file: join(folder({ k: kubeconfig(['a', 'default'], 'a') }), 'k') }), main: 'a', clusters: { a: 'a', default: 'default' } },
  { name: 'the cluster around', sources: pod, main: '10.0.0.1:443', clusters: { default: '10.0.0.1:443' } },
  { name: 'the cluster around and a file', sources: () => ({ ...pod(), file: join(folder({ k: kubeconfig(['a'], 'a') }), 'k') }), main: '10.0.0.1:443', clusters: { a: 'a', default: '10.0.0.1:443' } },
  { name: 'the cluster around, ignored', sources: () => ({ ...pod(), inCluster: 'ignore', file: join(folder({ k: kubeconfig(['a'], 'a') }), 'k') }), main: 'a', clusters: { a: 'a', default: 'a' } },
  { name: 'IPv6', sources: () => ({ ...pod(), env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' } }), main: '[fd00::1]:443', clusters: { default: '[fd00::1]:443' } },
  {
    name: 'a folder', main: 'b', clusters: { a: 'a', b: 'b', default: 'b' },
    sources: () => ({ dir: folder({ 'one.yaml': kubeconfig(['a'], 'a'), 'two.yaml': kubeconfig(['b'], 'b'), 'note.txt': 'no', '..data/three.yaml': kubeconfig(['c']), '..four.yaml': kubeconfig(['d']) }), suffix: '.yaml' }),
  },
  { name: 'a folder and a file', sources: () => ({ file: join(folder({ k: kubeconfig(['a'], 'a') }), 'k'), dir: folder({ k: kubeconfig(['b']) }) }), main: 'a', clusters: { a: 'a', b: 'b', default: 'a' } },
  { name: 'a disabled cluster', sources: () => ({ file: join(folder({ k: kubeconfig(['a', 'b'], 'a') }), 'k') }), disabled: ['b', 'zzz'], main: 'a', clusters: { a: 'a', default: 'a' } },
  { name: 'a disabled current context', sources: () => ({ dir: folder({ k1: kubeconfig(['a'], 'a'), k2: kubeconfig(['b'], 'b') }) }), disabled: ['b'], main: 'a', clusters: { a: 'a', default: 'a' } },
  {
    name: 'KUBECONFIG of two files, the first to say something wins', main: 'b', clusters: { a: 'a', b: 'b', default: 'b' },
    sources: () => { const dir = folder({ one: kubeconfig(['b'], 'b'), two: kubeconfig(['a', 'b'], 'a') }); return { env: { KUBECONFIG: `${join(dir, 'one')}:${join(dir, 'missing')}:${join(dir, 'two')}` } }; },
  },
  { name: "HOME's", sources: () => ({ env: { HOME: folder({ '.kube/config': kubeconfig(['a'], 'a') }) } }), main: 'a', clusters: { a: 'a', default: 'a' } },
  { name: 'an explicit file beside KUBECONFIG', sources: () => ({ env: { KUBECONFIG: '/nowhere' }, file: join(folder({ k: kubeconfig(['a'], 'a') }), 'k') }), main: 'a', clusters: { a: 'a', default: 'a' } },
])('$name', ({ sources, disabled, main, clusters }) => expect(seen(sources(), disabled)).toEqual({ main, clusters, warnings: [] }));

test.each<{ name: string; sources: () => Partial<KubeSources>; disabled?: string[]; says: RegExp }>([
  { name: 'a file that is not there', sources: () => ({ file: '/nowhere/kubeconfig' }), says: /^kubeconfig \/nowhere\/kubeconfig cannot be read: ENOENT/ },
  { name: 'a folder that is not there', sources: () => ({ dir: '/nowhere' }), says: /^--kubeconfig-dir \/nowhere: ENOENT/ },
  { name: 'a suffix without a folder', sources: () => ({ suffix: '.yaml' }), says: /^--kubeconfig-suffix needs --kubeconfig-dir$/ },
  { name: 'no YAML', sources: () => ({ file: join(folder({ k: '{' }), 'k') }), says: /k cannot be read: / },
  { name: 'an empty file', sources: () => ({ file: join(folder({ k: '' }), 'k') }), says: /k cannot be read: it is no kubeconfig/ },
  { name: 'a context twice', sources: () => ({ dir: folder({ k1: kubeconfig(['a'], 'a'), k2: kubeconfig(['a'], 'a') }) }), says: /k2: the context a is in another kubeconfig, too/ },
  { name: 'no current context', sources: () => ({ file: join(folder({ k: kubeconfig(['a']) }), 'k') }), says: /k: there is no current-context/ },
  { name: 'a current context that is not there', sources: () => ({ file: join(folder({ k: kubeconfig(['a'], 'z') }), 'k') }), says: /k: the current-context z is not there/ },
  { name: 'all disabled but one', sources: () => ({ file: join(folder({ k: kubeconfig(['a', 'b'], 'a') }), 'k') }), disabled: ['a'], says: /there is no current-context/ },
  { name: 'a cluster that is not there', sources: () => ({ file: join(folder({ k: kubeconfig(['a'], 'a').replace('"name":"c-a"', '"name":"other"') }), 'k') }), says: /k: the context a names the cluster c-a, which is not there/ },
  { name: 'a user who is not there', sources: () => ({ file: join(folder({ k: kubeconfig(['a'], 'a').replace('"name":"u-a"', '"name":"other"') }), 'k') }), says: /k: the context a names the user u-a, who is not there/ },
  { name: 'a server that is none', sources: () => ({ file: join(folder({ k: kubeconfig(['a'], 'a').replace('https://a.test', 'a:b:c') }), 'k') }), says: /the server of the cluster c-a is no address/ },
])('$name is an error that names the place', ({ sources, disabled, says }) => {
  expect(() => seen(sources(), disabled)).toThrow(ConfigError);
  expect(() => seen(sources(), disabled)).toThrow(says);
});

test('inside a cluster a broken KUBECONFIG is a warning', () => {
  const { main, warnings } = seen({ ...pod(), env: { ...pod().env, KUBECONFIG: join(folder({ k: '{' }), 'k') } });
  expect(main).toBe('10.0.0.1:443');
  expect(warnings).toEqual([expect.stringContaining('cannot be read')]);
});

test('the projected token takes the place of the account\'s', async () => {
  const dir = folder({ projected: 'other' });
  const headers = async (sources: Partial<KubeSources>) => {
    const options: { headers?: Record<string, string> } = {};
    await readContexts({ ...none, ...sources }, [], clientNode).infrastructure?.load().applyToHTTPSOptions(options);
    return options.headers;
  };
  expect(await headers(pod())).toEqual({ Authorization: 'Bearer pod-token\n' });
  expect(await headers({ ...pod(), projectedTokenFile: join(dir, 'projected') })).toEqual({ Authorization: 'Bearer other' });
});

test('a change of any file changes the print', () => {
  const dir = folder({ k: kubeconfig(['a'], 'a') });
  const sources = { ...none, dir };
  const first = printOf(sources);
  expect(printOf(sources)).toBe(first);
  writeFileSync(join(dir, 'more'), kubeconfig(['b']));
  const second = printOf(sources);
  rmSync(dir, { recursive: true });
  expect(new Set([first, second, printOf(sources)]).size).toBe(3);
});

import { expect, test } from '@jest/globals';
import { makeSnapshot } from '../../src/config/makeSnapshot.js';
import { PluginsConfig } from '../../src/config/plugins/schema.js';
import { ProwConfig } from '../../src/config/prow/schema.js';
import { RemoteError } from '../../src/core/errors.js';
import type { Repo } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/ports/log.js';
import type { Plugin } from '../../src/handlers/plugin.js';
import { openHelp } from '../../src/assembly/help.js';

const plugin = (name: string, over: Partial<Plugin> = {}): Plugin => ({ name, help: `What ${name} does.`, commands: {}, on: {}, ...over });
const PLUGINS = { plugins: { acme: { plugins: ['hold'], excluded_repos: ['quiet'] } }, external_plugins: { acme: [{ name: 'tea', endpoint: 'http://tea', events: ['push'] }, { name: 'milk', endpoint: 'http://milk' }] } };
const OFF = { orgs: [], repos: [], notOrgs: [], notRepos: [] };

type Ask = (endpoint: string, repos: readonly Repo[], options: Readonly<{ signal: AbortSignal }>) => Promise<unknown>;

function setUp({ ask = async () => ({ Description: 'Tea.', Commands: [{ Usage: '/tea' }] }), list = async () => ['shop', 'quiet'], plugins = PLUGINS, builtIn = [plugin('hold')], waitMs = 20, notRepos = [] }:
Readonly<{ ask?: Ask; list?: (org: string) => Promise<readonly string[]>; plugins?: object; builtIn?: readonly Plugin[]; waitMs?: number; notRepos?: readonly string[] }> = {}) {
  let now = 1_000_000;
  let config = plugins;
  const asked: string[] = [];
  const bodies: string[] = [];
  const help = openHelp({
    config: { current: () => makeSnapshot({ revision: '1', prow: ProwConfig.parse({}), plugins: PluginsConfig.parse(config), jobs: { presubmits: new Map(), postsubmits: new Map(), periodics: [] }, presets: [] }), problem: () => undefined },
    plugins: builtIn, settings: { enabled: { ...OFF, notRepos } }, clock: { now: () => now }, log: silentLog, waitMs,
    repositories: async (org) => { asked.push(org); return list(org); },
    external: { help: async (endpoint, repos, options) => { asked.push(endpoint); bodies.push(repos.map(({ org, name }) => `${org}/${name}`).join()); return ask(endpoint, repos, options); } },
  });
  return { help, asked, bodies, pass: (ms: number) => { now += ms; }, become: (other: object) => { config = other as typeof config; } };
}

test('external plugins are asked once for all their repositories, and their help is merged with the events that they get', async () => {
  const { help, asked, bodies } = setUp();
  const document = await help.document();
  expect(document.AllRepos).toEqual(['acme/quiet', 'acme/shop']);
  expect(document.ExternalPluginHelp['tea']).toEqual({ Description: 'Tea.', Config: {}, Events: ['push'], Commands: [{ Usage: '/tea', Featured: false, Description: '', Examples: [], WhoCanUse: '' }] });
  expect(document.RepoExternalPlugins).toEqual({ acme: ['tea', 'milk'] });
  expect(asked).toEqual(['acme', 'http://tea', 'http://milk']);
  expect(bodies).toEqual(['acme/quiet,acme/shop', 'acme/quiet,acme/shop']);
});

test('K36: what is known is given at once, and asked for again behind everybody’s back', async () => {
  let nth = 0;
  const { help, asked, pass } = setUp({ ask: async () => ({ Description: `Tea ${++nth}.` }), plugins: { external_plugins: { acme: [{ name: 'tea' }] } } });
  const said = async () => (await help.document()).ExternalPluginHelp['tea']?.Description;
  expect([await said(), await said()]).toEqual(['Tea 1.', 'Tea 1.']);
  pass(61_000);
  expect(await said()).toBe('Tea 1.');
  expect(await said()).toBe('Tea 2.');
  expect(asked.filter((one) => one === 'acme')).toHaveLength(1);
  pass(3_600_000);
  await help.document();
  expect(asked.filter((one) => one === 'acme')).toHaveLength(2);
});

test('who is late or fails is left out, holds nobody up, and is asked again after a while', async () => {
  let open: (help: unknown) => void = () => {};
  let fails = true;
  const { help, asked, pass } = setUp({ ask: (endpoint) => (endpoint === 'http://tea' ? new Promise((resolve) => { open = resolve; }) : fails ? Promise.reject(new RemoteError('no', { service: 'external' })) : Promise.resolve({ Description: 'Milk.' })) });
  expect(Object.keys((await help.document()).ExternalPluginHelp)).toEqual([]);
  await help.document();
  expect(asked.filter((one) => one.startsWith('http'))).toEqual(['http://tea', 'http://milk']);
  open({ Description: 'Late.' });
  fails = false;
  pass(10_000);
  expect(Object.values((await help.document()).ExternalPluginHelp).map(({ Description }) => Description).sort()).toEqual(['Late.', 'Milk.']);
});

test('answers of another shape are taken as far as they go; what is no help at all is left out', async () => {
  const { help } = setUp({ ask: async (endpoint) => (endpoint === 'http://tea' ? { Description: 7, Config: 'x', Commands: [{ Usage: '/tea', Examples: null }, 'x'] } : 'help!') });
  expect((await help.document()).ExternalPluginHelp).toEqual({ tea: { Description: '', Config: {}, Events: ['push'], Commands: [] } });
});

test('an organisation that cannot be listed contributes none; a new one is listed at once; a plugin that cannot describe itself is left out alone', async () => {
  const broken = plugin('broken', { describe: () => { throw new Error('no'); } });
  const { help, become, asked } = setUp({ list: async (org) => { if (org === 'acme') throw new Error('403'); return ['x']; }, builtIn: [plugin('hold'), broken] });
  const first = await help.document();
  expect([first.AllRepos, Object.keys(first.PluginHelp), first.RepoPlugins['']]).toEqual([[], ['hold'], ['hold', 'broken']]);
  become({ plugins: { beta: { plugins: ['hold'] } } });
  expect((await help.document()).AllRepos).toEqual(['beta/x']);
  expect(asked.filter((one) => one === 'beta')).toHaveLength(1);
});

test('what is on in a repository: exclusions, flags and names without case count', () => {
  const { help } = setUp({ notRepos: ['acme/off'] });
  expect(help.inRepo('acme/shop')).toEqual({ plugins: ['hold'], external: ['tea', 'milk'] });
  expect(help.inRepo('Acme/Quiet')).toEqual({ plugins: [], external: ['tea', 'milk'] });
  expect(help.inRepo('acme/off')).toEqual({ plugins: [], external: [] });
  expect(help.inRepo('nonsense')).toBeUndefined();
});

import { expect, test } from '@jest/globals';
import { Hono } from 'hono';
import type { HelpDocument } from '../../src/core/helpDocument.js';
import { anchorOf, catalogueOf, pieces, type InRepo } from '../../src/web/catalogue.js';
import { catalogueRoutes } from '../../src/web/catalogueRoutes.js';

const command = (Usage: string, over: Partial<HelpDocument['PluginHelp'][string]['Commands'][number]> = {}) => ({ Usage, Featured: false, Description: `Does ${Usage}.`, Examples: [Usage], WhoCanUse: 'Anyone', ...over });

const DOCUMENT: HelpDocument = {
  AllRepos: ['acme/quiet', 'acme/shop'],
  RepoPlugins: { '': ['hold', 'lgtm', 'size'], acme: ['hold', 'lgtm'], 'acme/shop': ['size'] },
  RepoExternalPlugins: { acme: ['refresh', 'mute'] },
  PluginHelp: {
    hold: { Description: 'Keeps it back. Until `/unhold`.', Config: {}, Events: ['generic comment'], Commands: [command('/hold [cancel]', { Examples: ['/hold', '/hold cancel'] }), command('/unhold')] },
    lgtm: { Description: 'Reviews.', Config: { '': 'Everywhere.', 'acme/shop': 'Here `lgtm` approves.' }, Snippet: 'lgtm:\n- repos: [acme]', Events: [], Commands: [command('/lgtm', { Featured: true }), command('/hold x', { Examples: ['/hold for-review'] })] },
    size: { Description: 'Measures.', Config: {}, Events: ['pull_request'], Commands: [] },
  },
  ExternalPluginHelp: { refresh: { Description: 'This is <b>deprecated!</b> Use <code>/retest</code> &amp; wait.<script>alert(1)</script>', Config: {}, Events: ['issue_comment'], Commands: [command('/refresh', { Description: 'Refreshes <a href="x">all</a>.', WhoCanUse: '' })] } },
};
const IN: Readonly<Record<string, InRepo>> = { 'acme/shop': { plugins: ['hold', 'lgtm', 'size'], external: ['refresh', 'mute'] }, 'acme/quiet': { plugins: [], external: ['refresh'] } };
const inRepo = (slug: string): InRepo | undefined => IN[slug];

test('without a repository every plugin there is, and its commands, featured ones first', () => {
  const { plugins, commands, found } = catalogueOf(DOCUMENT, undefined, inRepo);
  expect(plugins.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['hold built-in', 'lgtm built-in', 'mute external', 'refresh external', 'size built-in']);
  expect(commands.map(({ usage }) => usage)).toEqual(['/lgtm', '/hold [cancel]', '/unhold', '/hold x', '/refresh']);
  expect(found).toBe(true);
});

test('K5: of a repository that its organisation leaves out only what is on there', () => {
  expect(catalogueOf(DOCUMENT, 'acme/quiet', inRepo).plugins.map(({ name }) => name)).toEqual(['refresh']);
  expect(catalogueOf(DOCUMENT, 'other/thing', inRepo)).toMatchObject({ found: false, plugins: [], commands: [] });
});

test('the configuration is that of the repository, else of the installation', () => {
  const configOf = (repo: string | undefined) => catalogueOf(DOCUMENT, repo, inRepo).plugins.find(({ name }) => name === 'lgtm')?.config;
  expect(configOf('acme/shop')).toEqual([{ kind: 'text', text: 'Here ' }, { kind: 'code', text: 'lgtm' }, { kind: 'text', text: ' approves.' }]);
  expect(configOf(undefined)).toEqual([{ kind: 'text', text: 'Everywhere.' }]);
});

test('of HTML in help the words are kept, and nothing of it is HTML any more', () => {
  const refresh = catalogueOf(DOCUMENT, undefined, inRepo).plugins.find(({ name }) => name === 'refresh');
  expect(refresh?.about.map(({ text }) => text).join('|')).toBe('This is deprecated! Use |/retest| & wait.alert(1)');
  expect(refresh?.deprecated).toBe(true);
});

test.each([['/hold cancel', 'hold'], ['/remove-hold', 'remove_hold'], ['  /lgtm', 'lgtm'], ['/test ?', 'test'], ['', '']])('%j has the anchor %j', (example, want) => expect(anchorOf({ Usage: '', Examples: [example] })).toBe(want));

test('anchors are unique, and the first of a word is as upstream’s links have it', () => {
  const { commands, plugins } = catalogueOf(DOCUMENT, 'acme/shop', inRepo);
  expect(commands.map(({ anchor }) => anchor)).toEqual(['lgtm', 'hold', 'unhold', 'hold-2', 'refresh']);
  expect(plugins.flatMap((plugin) => plugin.commands.map(({ anchor }) => anchor)).sort()).toEqual(commands.map(({ anchor }) => anchor).sort());
});

test.each([['a `b` c', [['text', 'a '], ['code', 'b'], ['text', ' c']]], ['`a', [['text', '`a']]], ['', []], ['`a` `b`', [['code', 'a'], ['text', ' '], ['code', 'b']]]])('%j in pieces', (text, want) => expect(pieces(text).map(({ kind, text: one }) => [kind, one])).toEqual(want));

const app = new Hono().route('/', catalogueRoutes({ help: async () => DOCUMENT, inRepo }, { adminUrl: undefined, pages: ['/', '/command-help', '/plugins'] }));
const get = async (path: string): Promise<string> => (await app.request(path)).text();

test('the page of commands: usage, who, examples, plugin, filter by a form', async () => {
  const page = await get('/command-help?repo=acme%2Fshop');
  expect(page).toContain('<form class="filter" method="get" action="/command-help">');
  expect(page).toMatch(/<option value="acme\/shop" selected="">acme\/shop<\/option>/);
  expect(page).toMatch(/<tr id="hold">.*?<code>\/hold \[cancel\]<\/code>.*?<code>\/hold cancel<\/code>.*?Does \/hold \[cancel\]\..*?Anyone.*?href="\/plugins\?repo=acme%2Fshop#hold"/s);
  expect(page).toContain('aria-current="page"');
  expect(await get('/command-help')).toMatch(/<title>Commands · Prow<\/title>/);
});

test('the page of plugins: cards with what they are, details, configuration, snippet', async () => {
  const page = await get('/plugins?repo=acme%2Fshop');
  expect([...page.matchAll(/<section class="card" id="([^"]+)">/g)].map(([, id]) => id)).toEqual(['hold', 'lgtm', 'mute', 'refresh', 'size']);
  expect(page).toMatch(/id="refresh">.*?external.*?deprecated/s);
  expect(page).toContain('This external plugin gave no help.');
  expect(page).toContain('Configuration in acme/shop');
  expect(page).toContain('<pre class="snippet">lgtm:\n- repos: [acme]</pre>');
  expect(page).toContain('href="/command-help?repo=acme%2Fshop#hold"');
});

test('what comes from outside is escaped', async () => {
  const page = await get(`/command-help?repo=${encodeURIComponent('"><script>alert(1)</script>')}`);
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('as far as I know');
  expect(await get('/plugins')).not.toContain('<script>alert');
});

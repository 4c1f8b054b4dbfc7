import { expect, test } from '@jest/globals';
import type { Comment } from '../../src/core/ports/github.js';
import { NotFoundError } from '../../src/core/errors.js';
import { parseCommands } from '../../src/handlers/commands.js';
import { createHandling, partsOf, type HandlingDeps } from '../../src/handlers/dispatch.js';
import { parseEvents } from '../../src/handlers/events.js';
import { eventsOf, helpDocument, helpOf } from '../../src/handlers/help.js';
import { plugins } from '../../src/handlers/registry.js';
import { examples } from './examples.js';
import { commentPayload, delivery, fakeGitHub, pullPayload, signal, snapshot, source, world } from './fakes.js';
import { postsubmits, presubmits } from './trigger/jobs.js';

/** What every plugin promises, whatever it does. */

const names = plugins.map((plugin) => plugin.name);
const config = snapshot({
  enabled: names, presubmits: presubmits({ name: 'unit', always_run: true }, { name: 'go', run_if_changed: '\\.go$' }), postsubmits: postsubmits({ name: 'publish' }),
  plugins: { triggers: [{ repos: ['o/r'], trigger_github_workflows: true }] },
});

test('names are in order and used once', () => expect(names).toEqual([...new Set(names)].sort()));

test.each(plugins.map((plugin) => [plugin.name, plugin] as const))('%s explains itself', (_name, plugin) => {
  expect(plugin.name).toMatch(/^[a-z][a-z0-9-]*$/);
  expect(plugin.help).toMatch(/^[A-Z].{20,}\.$/);
  expect(eventsOf(plugin).length).toBeGreaterThan(0);
  for (const command of Object.values(plugin.commands)) {
    expect(command.usage).toMatch(/^\//);
    expect(command.about).toMatch(/\.$/);
    expect(command.who).not.toBe('');
    expect(command.examples.length).toBeGreaterThan(0);
  }
  expect(typeof (plugin.describe?.(config, undefined) ?? '')).toBe('string');
  expect(typeof (plugin.describe?.(config, { org: 'o', name: 'r' }) ?? '')).toBe('string');
});

const commands = plugins.flatMap((plugin) => Object.entries(plugin.commands).map(([verb, command]) => ({ plugin, verb, command, title: `${plugin.name} ${command.usage}` })));

test.each(commands)('$title: its examples are uses of it', ({ plugin, verb, command }) => {
  for (const example of command.examples) {
    const found = parseCommands(plugin.commands, example).map((parsed) => parsed.verb);
    // An example may belong to a sister command as well, as `/hold cancel` does.
    expect({ example, found }).toMatchObject({ found: expect.arrayContaining([verb]) });
    expect(parseCommands(plugin.commands, `Hello.\r\n${example}\r\nBye.`).length).toBeGreaterThan(0);
    expect(parseCommands(plugin.commands, `> ${example}`)).toEqual([]);
  }
});

test('the help document has every plugin, its commands and the repositories', () => {
  const document = helpDocument({ ...config, enabled: new Map([['org', ['hold']], ['o/r', ['trigger']]]) }, plugins, new Map([['org', ['b', 'a']]]));
  expect(document.AllRepos).toEqual(['o/r', 'org/a', 'org/b']);
  expect(document.RepoPlugins).toEqual({ '': names, org: ['hold'], 'o/r': ['trigger'] });
  expect(Object.keys(document.PluginHelp)).toEqual(names);
  expect(document.PluginHelp['hold']).toMatchObject({ Description: expect.stringContaining('do-not-merge/hold'), Events: [expect.stringMatching(/generic comment/)], Commands: [{ Usage: '/hold [cancel]', Featured: false, WhoCanUse: 'Anyone' }, {}] });
  expect(Object.keys(document.PluginHelp['trigger']?.Config ?? {})).toEqual(['o/r', 'org/a', 'org/b']);
  expect(document.PluginHelp['trigger']?.Commands.filter((command) => command.Featured).map((command) => command.Usage)).toEqual(['/ok-to-test', '/test (<job>... | all)', '/retest']);
  for (const plugin of plugins) expect(JSON.parse(JSON.stringify(helpOf(plugin, config, [])))).toEqual(helpOf(plugin, config, []));
});

/** A GitHub that knows any pull request, whose writes are counted. */
function permissive(): ReturnType<typeof fakeGitHub> {
  const github = fakeGitHub();
  const [opened] = parseEvents({ event: 'pull_request', body: JSON.stringify(pullPayload({ action: 'opened' })) });
  github.pull = (ref) => (opened.kind === 'pull_request' ? Promise.resolve({ ...opened.pull, ...ref }) : Promise.reject(new Error('no pull request')));
  return github;
}

function deps(mode: 'act' | 'dry', github: ReturnType<typeof fakeGitHub>): HandlingDeps {
  const none = new Set<string>();
  const layers = () => [];
  return {
    ...world(config).deps, config: source(config), mode, githubFor: () => github,
    git: {
      listFiles: () => Promise.resolve([]), readFiles: () => Promise.resolve(new Map()), changedPaths: () => Promise.resolve([]), hasMerges: () => Promise.resolve(false),
      tryMerge: (_repo, base) => Promise.resolve({ kind: 'clean', sha: base, tree: base }), idsAt: (_repo, shas) => Promise.resolve(shas.map(() => new Map())), mergeBases: () => Promise.resolve([]),
    },
    owners: {
      load: () => Promise.resolve({
        approvers: layers, reviewers: layers, leafApprovers: () => none, leafReviewers: () => none, requiredReviewers: () => none, labelsFor: () => none, approverDir: () => '', reviewerDir: () => '',
        topLevelApprovers: () => none, isNoParentOwners: () => false, isAutoApproveUnownedSubfolders: () => false, allApprovers: () => none, allReviewers: () => none, allOwners: () => none, ownersFile: 'OWNERS', fileAt: () => 'OWNERS',
      }),
    },
  };
}

test.each(names)('%s handles every published example without failing, and a dry run writes nothing', async (name) => {
  const plugin = plugins.find((one) => one.name === name);
  const handled = new Set<string>();
  for (const mode of ['act', 'dry'] as const) {
    const github = permissive();
    const given = deps(mode, github);
    const handling = createHandling(given);
    for (const { name: event, body, payload } of examples) {
      const it = { id: `${mode}-${event}-${String(payload['action'])}`, event, at: given.clock.now(), via: 'webhook', body } as const;
      if (plugin) for (const part of partsOf(plugin, parseEvents(it))) handled.add(part.event.kind);
      await handling.run(name, it, { signal, attempt: 1 });
    }
    if (mode === 'dry') expect(github.writes).toEqual([]);
  }
  const known = new Set(examples.flatMap((example) => parseEvents({ event: example.name, body: example.body }).map((event) => event.kind)));
  const listens = Object.keys(plugin?.on ?? {}).filter((kind) => kind !== 'command' && kind !== 'check');
  for (const kind of listens) expect({ kind, known: known.has(kind as never), handled: handled.has(kind) }).toEqual({ kind, known: true, handled: true });
});

test.each(commands)('$title: a dry run of it writes nothing', async ({ plugin, command }) => {
  for (const example of command.examples) {
    for (const on of ['pull', 'issue'] as const) {
      const github = permissive();
      const given = deps('dry', github);
      await createHandling(given).run(plugin.name, delivery('issue_comment', commentPayload({ body: example, on })), { signal, attempt: 1 });
      expect(github.writes).toEqual([]);
    }
  }
});

test('all plugins together answer every published example, though GitHub has nothing of it', async () => {
  const github = fakeGitHub();
  const gone: Comment[] = [];
  github.comments = () => Promise.resolve(gone);
  const handling = createHandling(deps('act', github));
  for (const { name: event, body } of examples) {
    const it = delivery(event, JSON.parse(body) as object);
    for (const name of await handling.pluginsFor(it)) {
      // A pull request that cannot be read is the only thing that may go wrong.
      await handling.run(name, it, { signal, attempt: 1 }).catch((error: unknown) => expect(error).toBeInstanceOf(NotFoundError));
    }
  }
});

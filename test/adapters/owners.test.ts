import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createGit } from '../../src/adapters/git/git.js';
import { createOwners } from '../../src/adapters/owners.js';
import { ownersRules } from '../../src/config/plugins/ownersRules.js';
import { PluginsConfig } from '../../src/config/plugins/schema.js';
import { NotFoundError, RemoteError } from '../../src/core/errors.js';
import { silentLog } from '../../src/core/ports/log.js';
import { snapshot, source } from '../handlers/fakes.js';
import { remote } from './git/repository.js';

const repo = { org: 'o', name: 'r' };
const signal = new AbortController().signal;
const none = () => Promise.resolve([]);

test('owners of a real repository follow its branch and its collaborators', async () => {
  await using origin = await remote();
  const first = await origin.commit(undefined, {
    OWNERS: 'approvers: [team]\n', OWNERS_ALIASES: 'aliases: {team: [Alice, bob]}\n', 'a/OWNERS': { link: '../OWNERS' }, 'doc/x.md': '---\napprovers: [carol]\n---\n', 'vendor/x/y/OWNERS': 'approvers: [mallory]\n',
  });
  const second = await origin.commit(first, { 'a/OWNERS': null });
  const third = await origin.commit(second, { 'a/OWNERS': 'approvers: [dave]\n' });
  let tip = first;
  let collaborators: readonly string[] | Error = ['Alice', 'carol', 'dave', 'mallory'];
  let config = snapshot({ plugins: { owners: { mdyamlrepos: ['o'] } } });
  const listed: string[] = [];
  const inner = createGit({ dir: join(origin.scratch, 'mirrors'), baseUrl: origin.baseUrl, credentials: () => Promise.resolve(undefined), clock: { now: () => Date.now() }, env: process.env, log: silentLog, censor: (text) => text });
  const owners = createOwners({
    git: { ...inner, filesAt: (where, sha, options) => { listed.push(sha); return inner.filesAt(where, sha, options); } },
    github: { teamMembers: none, branchSha: () => Promise.resolve(tip), collaborators: () => (collaborators instanceof Error ? Promise.reject(collaborators) : Promise.resolve(collaborators)) },
    config: { current: () => config }, log: silentLog,
  });
  const approvers = async (path: string) => [...(await owners.load(repo, 'main', { signal })).leafApprovers(path)].sort();
  expect(await approvers('a/x')).toEqual(['alice']);
  expect(await approvers('doc/x.md')).toEqual(['carol']);
  expect(await approvers('vendor/x/y/z')).toEqual(['alice']);
  collaborators = ['bob'];
  expect(await approvers('a/x')).toEqual(['bob']);
  collaborators = new RemoteError('down', { service: 'github' });
  expect(await approvers('a/x')).toEqual(['alice', 'bob']);
  expect(listed).toEqual([first]); // what a commit says is read once

  tip = third;
  expect(await approvers('a/x')).toEqual(['dave']);
  config = snapshot({ plugins: { owners: { mdyamlrepos: ['o'] } }, prow: { owners_dir_denylist: { repos: { 'o/r': ['^a$'] } } } });
  expect(await approvers('a/x')).toEqual(['alice', 'bob']); // another rule is another reading
  expect(listed).toEqual([first, third, third]);
});

test('many at once read a commit once, and an abort of one does not harm the others', async () => {
  let reads = 0;
  const aborting = new AbortController();
  const owners = createOwners({
    git: {
      filesAt: (_repo, _sha, options) => {
        reads++;
        return options.signal === aborting.signal ? new Promise((_, reject) => { aborting.signal.addEventListener('abort', () => reject(aborting.signal.reason as Error)); }) : Promise.resolve(new Map([['OWNERS', 'id']]));
      },
      readBlobs: () => Promise.resolve(['approvers: [alice]\n']),
    },
    github: { teamMembers: none, branchSha: () => Promise.resolve('a'.repeat(40)), collaborators: () => Promise.resolve(['alice']) }, config: source(snapshot()), log: silentLog,
  });
  const first = owners.load(repo, 'main', { signal: aborting.signal });
  const second = owners.load(repo, 'main', { signal });
  const failed = expect(first).rejects.toThrow('enough');
  while (reads === 0) await Promise.resolve();
  aborting.abort(new Error('enough'));
  await failed;
  expect([...(await second).allApprovers()]).toEqual(['alice']);
  await owners.load(repo, 'main', { signal });
  expect(reads).toBe(2);
});

test('an owners file may bear another name, and one name alone leaves the other as usual', () => {
  const rules = (filenames: object) => ownersRules({ ...snapshot(), plugins: PluginsConfig.parse({ owners: { filenames } }) }, repo);
  expect(rules({ o: { owners: 'MAINTAINERS' } })).toMatchObject({ ownersFile: 'MAINTAINERS', aliasesFile: 'OWNERS_ALIASES' });
  expect(rules({ 'o/r': { owners_aliases: 'A' }, o: { owners: 'B' } })).toMatchObject({ ownersFile: 'OWNERS', aliasesFile: 'A' });
});

test('CODEOWNERS counts where it is wanted and no owners file is there; teams are asked each time', async () => {
  await using origin = await remote();
  const sha = await origin.commit(undefined, { '.github/CODEOWNERS': '* @Ada @O/Core @o/none @else/core\n/docs/ x@example.com\n', 'src/a': '1\n' });
  const git = createGit({ dir: join(origin.scratch, 'mirrors'), baseUrl: origin.baseUrl, credentials: () => Promise.resolve(undefined), clock: { now: () => Date.now() }, env: process.env, log: silentLog, censor: (text) => text });
  let team: readonly string[] | Error = ['Cora'];
  const asked: string[] = [];
  const load = (plugins: object) => createOwners({
    git, config: source(snapshot({ plugins: { owners: plugins } })), log: silentLog,
    github: {
      branchSha: () => Promise.resolve(sha), collaborators: () => Promise.resolve(['ada', 'cora', 'dave']),
      teamMembers: (org, which) => {
        asked.push(`${org}/${'slug' in which ? which.slug : which.id}`);
        if ('slug' in which && which.slug === 'none') return Promise.reject(new NotFoundError('no such team', { service: 'github' }));
        return team instanceof Error ? Promise.reject(team) : Promise.resolve(team);
      },
    },
  }).load(repo, 'main', { signal });
  const on = await load({ codeowners: ['o'] });
  expect([[...on.leafApprovers('src/a')], [...on.leafReviewers('docs/x')], on.ownersFile]).toEqual([['ada', 'cora'], [], '.github/CODEOWNERS']);
  expect(asked).toEqual(['o/core', 'o/none']);
  team = ['dave'];
  expect([...(await load({ codeowners: ['o/r'], skip_collaborators: ['o'] })).leafApprovers('src/a')]).toEqual(['ada', 'dave']);
  expect([...(await load({})).allOwners()]).toEqual([]);
  team = new RemoteError('down', { service: 'github' });
  await expect(load({ codeowners: ['o'] })).rejects.toThrow('down'); // an outage takes nobody's rights
});

import { parse } from 'yaml';
import { createPersonalToken } from '../github/auth.js';
import { newId, nowIso, type Hub } from '../github/hub.js';
import { addAccount, addApp, addOrg, addTeam, install, setMember, setTeamMember } from '../github/mutate/orgs.js';
import { createRepo } from '../github/mutate/repos.js';
import type { Who } from '../github/state.js';
import { configYaml, pluginsYaml } from './config.js';
import { seedFiles, workflow } from './files.js';
import { APP_SLUG, ORG, REPO, personNames, persons, type PersonName } from './persons.js';

/** What an App's manifest says that it may do and hears of. */
export interface Manifest {
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

/** Reads `app.yml`. */
export function readManifest(yaml: string): Manifest {
  const { default_permissions: permissions = {}, default_events: events = [] } = parse(yaml) as { default_permissions?: Record<string, string>; default_events?: string[] };
  return { permissions, events };
}

export interface SeedWish {
  readonly manifest: Manifest;
  /** PEM of the App's public key. */
  readonly publicKey: string;
  readonly hookUrl: string;
  readonly hookSecret: string;
  /** Address of the installation's pages. */
  readonly pagesUrl: string;
  /** Files beside the usual ones, or instead of them. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Seeded {
  readonly appId: number;
  readonly tokens: Readonly<Record<PersonName, string>>;
  readonly configYaml: string;
  readonly pluginsYaml: string;
}

/** Fills an empty GitHub with the story's people, their organisation and repository, and the installed App. */
export async function seedStory(hub: Hub, { manifest, publicKey, hookUrl, hookSecret, pagesUrl, files = {} }: SeedWish): Promise<Seeded> {
  for (const login of personNames) addAccount(hub, login, { name: persons[login].name, email: `${login}@example.com` });
  const org = addOrg(hub, ORG, { defaultPermission: 'write' });
  const root: Who = { kind: 'user', login: 'ada' };
  for (const login of personNames) {
    const { org: role } = persons[login];
    if (role !== 'outside') setMember(hub, root, org, login, role);
  }
  const team = addTeam(hub, root, org, { name: 'Maintainers' });
  for (const login of ['ada', 'ben']) setTeamMember(hub, root, org, team, login, 'member');
  const texts = { configYaml: configYaml({ linkUrl: hub.urls.web, pagesUrl }), pluginsYaml: pluginsYaml() };
  await createRepo(hub, root, { owner: ORG, name: REPO, description: 'A small shop', files: { ...seedFiles({ workflow, ...texts }), ...files } });
  const app = addApp(hub, { slug: APP_SLUG, name: 'Prow', owner: ORG, publicKey, ...manifest });
  const id = newId(hub);
  hub.state.hooks.set(id, { id, target: { kind: 'app', appId: app.id }, url: hookUrl, secret: hookSecret, events: manifest.events, active: true, createdAt: nowIso(hub), updatedAt: nowIso(hub) });
  install(hub, root, app, ORG);
  return { appId: app.id, tokens: Object.fromEntries(personNames.map((login) => [login, createPersonalToken(hub, login)])) as Record<PersonName, string>, ...texts };
}

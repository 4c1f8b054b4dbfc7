import { createPersonalToken } from '../github/auth.js';
import type { Hub } from '../github/hub.js';
import { addAccount, addOrg, addTeam, install, setMember, setTeamMember } from '../github/mutate/orgs.js';
import { createRepo } from '../github/mutate/repos.js';
import type { App, Who } from '../github/state/people.js';
import { configYaml, pluginsYaml } from './config.js';
import { seedFiles, workflow } from './files.js';
import { jobsConfigYaml, jobsPluginsYaml, jobsYaml } from './jobFiles.js';
import { ORG, REPO, personNames, persons, type PersonName } from './persons.js';

export interface SeedWish {
  /** The App that plays the bot. */
  readonly app: App;
  /** Address of the installation's pages. */
  readonly pagesUrl: string;
  /** The bucket of jobs' results; without it the story has no jobs, and GitHub's workflows test. */
  readonly bucket?: string;
  /** Files beside the usual ones, or instead of them. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Seeded {
  readonly tokens: Readonly<Record<PersonName, string>>;
  readonly configYaml: string;
  readonly pluginsYaml: string;
  readonly jobsYaml: string | undefined;
}

/** Fills an empty GitHub with the story's people, their organisation and repository, and the installed App. */
export async function seedStory(hub: Hub, { app, pagesUrl, bucket, files = {} }: SeedWish): Promise<Seeded> {
  for (const login of personNames) addAccount(hub, login, { name: persons[login].name, email: `${login}@example.com` });
  const org = addOrg(hub, ORG, { defaultPermission: 'write' });
  const root: Who = { kind: 'user', login: 'ada' };
  for (const login of personNames) {
    const { org: role } = persons[login];
    if (role !== 'outside') setMember(hub, root, org, login, role);
  }
  const team = addTeam(hub, root, org, { name: 'Maintainers' });
  for (const login of ['ada', 'ben']) setTeamMember(hub, root, org, team, login, 'member');
  const at = { linkUrl: hub.urls.web, pagesUrl };
  const texts = bucket === undefined ? { configYaml: configYaml(at), pluginsYaml: pluginsYaml(), workflow } : { configYaml: jobsConfigYaml({ ...at, bucket }), pluginsYaml: jobsPluginsYaml(), jobsYaml: jobsYaml() };
  await createRepo(hub, root, { owner: ORG, name: REPO, description: 'A small shop', files: { ...seedFiles(texts), ...files } });
  install(hub, root, app, ORG);
  return { tokens: Object.fromEntries(personNames.map((login) => [login, createPersonalToken(hub, login)])) as Record<PersonName, string>, configYaml: texts.configYaml, pluginsYaml: texts.pluginsYaml, jobsYaml: 'jobsYaml' in texts ? texts.jobsYaml : undefined };
}

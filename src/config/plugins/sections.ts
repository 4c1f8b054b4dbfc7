import { findDuration } from '../duration.js';
import { field, listAt, textAt, textsAt } from '../jobs/data.js';
import type { PlacedFault } from '../jobs/podSpec.js';
import { pattern } from '../../core/re2.js';
import { regexFault } from '../scalars.js';
import type { PluginsConfig } from './schema.js';

/** Faults of single sections of plugins.yaml (config 3.5), in upstream's order. */
export function sectionFaults(config: PluginsConfig): readonly PlacedFault[] {
  return [
    ...regexFaults(config), ...requestFaults(config), ...assignerClashes(config), ...sizeFaults(config.size), ...matchingLabelFaults(config.require_matching_label),
    ...projectFaults(config.project_manager), ...repeatedRepos('welcome', config.welcome), ...commitMessageFaults(config.invalid_commit_msg),
    ...repeatedRepos('invalid_commit_msg', config.invalid_commit_msg),
  ];
}

type At = readonly (string | number)[];

function regexFaults(config: PluginsConfig): readonly PlacedFault[] {
  const texts: (readonly [At, string])[] = [
    ...listAt(config, 'blockades').map((one, at): readonly [At, string] => [['blockades', at, 'branchregexp'], textAt(one, 'branchregexp')]),
    ...listAt(config, 'cherry_pick_approved').map((one, at): readonly [At, string] => [['cherry_pick_approved', at, 'branchregexp'], textAt(one, 'branchregexp')]),
    ...(['blunderbuss', 'rifle'] as const).map((key): readonly [At, string] => [[key, 'wait_for_status', 'description'], textAt(field(config[key], 'wait_for_status'), 'description')]),
    [['cherry_pick_unapproved', 'branchregexp'], textAt(config.cherry_pick_unapproved, 'branchregexp')],
    [['heart', 'commentregexp'], textAt(config.heart, 'commentregexp')],
    [['sigmention', 'regexp'], textAt(config.sigmention, 'regexp')],
  ];
  return texts.flatMap(([path, text]): readonly PlacedFault[] => {
    const fault = regexFault(text);
    return fault === undefined ? [] : [[path, `expected an RE2 expression: ${fault}`]];
  });
}

function requestFaults(config: PluginsConfig): readonly PlacedFault[] {
  return (['blunderbuss', 'rifle'] as const).flatMap((key): readonly PlacedFault[] => {
    const count = field(config[key], 'request_count');
    return typeof count === 'number' && count < 1 ? [[[key, 'request_count'], 'expected 1 or more']] : [];
  });
}

/** Two plugins that ask for reviews would ask twice. */
function assignerClashes({ plugins }: PluginsConfig): readonly PlacedFault[] {
  return Object.entries(plugins).flatMap(([key, entry]): readonly PlacedFault[] => {
    const [org = '', repo] = key.split('/');
    const ofOrg = repo !== undefined && Object.hasOwn(plugins, org) ? plugins[org] : undefined;
    const effective = [...entry.plugins, ...(ofOrg && !ofOrg.excluded_repos.includes(repo ?? '') ? ofOrg.plugins : [])];
    return effective.includes('blunderbuss') && effective.includes('rifle') ? [[['plugins', key], 'blunderbuss and rifle exclude each other']] : [];
  });
}

function sizeFaults(size: unknown): readonly PlacedFault[] {
  const steps = ['s', 'm', 'l', 'xl', 'xxl'].map((key) => ({ key, lines: Number(field(size, key) ?? 0) }));
  return steps.flatMap(({ key, lines }, at): readonly PlacedFault[] => {
    const next = steps[at + 1];
    return next && lines > next.lines ? [[['size', key], `expected no more than size.${next.key} (${next.lines}), found ${lines}`]] : [];
  });
}

function matchingLabelFaults(section: unknown): readonly PlacedFault[] {
  return listAt({ section }, 'section').flatMap((entry, at): readonly PlacedFault[] => {
    const faults: PlacedFault[] = [];
    const say = (key: string, message: string) => { faults.push([['require_matching_label', at, key], message]); };
    const regexp = textAt(entry, 'regexp');
    const missing = textAt(entry, 'missing_label');
    for (const key of ['org', 'regexp', 'missing_label']) if (textAt(entry, key) === '') say(key, 'is needed');
    const prs = field(entry, 'prs') === true;
    if (!prs && field(entry, 'issues') !== true) say('', 'expected prs: true or issues: true');
    if (!prs && textAt(entry, 'branch') !== '') say('branch', 'needs prs: true');
    if (textAt(entry, 'repo').includes('/')) say('repo', 'expected the name of a repository without its organisation');
    const fault = regexFault(regexp);
    if (fault !== undefined) say('regexp', `expected an RE2 expression: ${fault}`);
    else if (regexp !== '' && missing !== '' && pattern(regexp).test(missing)) say('regexp', `matches missing_label (${missing}) itself`);
    const grace = field(entry, 'grace_period') ?? '';
    if (grace !== '' && (typeof grace !== 'string' || findDuration(grace) === undefined)) say('grace_period', `expected a duration like 5s, found ${JSON.stringify(grace)}`);
    return faults;
  });
}

const entriesOf = (of: unknown, name: string): readonly (readonly [string, unknown])[] => Object.entries(Object(field(of, name)) as Readonly<Record<string, unknown>>);

function projectFaults(section: unknown): readonly PlacedFault[] {
  return entriesOf(section, 'orgsRepos').flatMap(([where, owner]): readonly PlacedFault[] => {
    const projects = entriesOf(owner, 'projects');
    const path: At = ['project_manager', 'orgsRepos', where];
    if (projects.length === 0) return [[path, 'expected projects']];
    return projects.flatMap(([name, project]) => columnFaults(listAt(project, 'columns'), [...path, 'projects', name]));
  });
}

function columnFaults(columns: readonly unknown[], path: At): readonly PlacedFault[] {
  if (columns.length === 0) return [[path, 'expected columns']];
  const seen = new Set<string>();
  return columns.flatMap((column, at): readonly PlacedFault[] => {
    const here: At = [...path, 'columns', at];
    const labels = [...new Set(textsAt(column, 'labels'))].sort().join('\0');
    const faults: PlacedFault[] = [];
    if (textAt(column, 'name') === '' && !field(column, 'id')) faults.push([here, 'expected an id or a name']);
    if (labels === '') faults.push([here, 'expected labels']);
    else if (seen.has(labels)) faults.push([[...here, 'labels'], 'another column of the project has the same labels']);
    if (textAt(column, 'org') === '') faults.push([here, 'expected an org']);
    seen.add(labels);
    return faults;
  });
}

/** A repository may be in one entry of these lists only. */
function repeatedRepos(key: string, section: unknown): readonly PlacedFault[] {
  const seen = new Map<string, number>();
  return listAt({ section }, 'section').flatMap((entry, at) => textsAt(entry, 'repos').flatMap((repo, place): readonly PlacedFault[] => {
    const other = seen.get(repo);
    seen.set(repo, other ?? at);
    return other === undefined || other === at ? [] : [[[key, at, 'repos', place], `${repo} is in ${key}[${other}] already`]];
  }));
}

const COMMIT_CHECKS = ['fixupPrefix', 'issueClosingKeywords'];

function commitMessageFaults(section: unknown): readonly PlacedFault[] {
  return listAt({ section }, 'section').flatMap((entry, at): readonly PlacedFault[] => [
    ...textsAt(entry, 'repos').flatMap((repo, place): readonly PlacedFault[] => (repo.trim() === '' ? [[['invalid_commit_msg', at, 'repos', place], 'expected ORG or ORG/REPO']] : [])),
    ...listAt(entry, 'checks').flatMap((check, place): readonly PlacedFault[] => {
      const name = textAt(check, 'name');
      return COMMIT_CHECKS.includes(name) ? [] : [[['invalid_commit_msg', at, 'checks', place, 'name'], `expected one of ${COMMIT_CHECKS.join(', ')}, found ${JSON.stringify(name)}`]];
    }),
  ]);
}

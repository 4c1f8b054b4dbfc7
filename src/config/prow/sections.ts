import { field, listAt, textAt, textsAt } from '../jobs/data.js';
import type { PlacedFault } from '../jobs/podSpec.js';
import { regexFault } from '../scalars.js';
import type { ProwConfig } from './schema.js';

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => Object(value ?? {}) as Fields;

/** Faults of the sections that are kept as they stand (config 2.5). */
export function prowSectionFaults(config: ProwConfig): readonly PlacedFault[] {
  return [
    ...slackFaults(config.slack_reporter_configs), ...deckFaults(config.deck), ...jenkinsFaults(config.jenkins_operators),
    ...gangwayFaults(field(config.gangway, 'allowed_api_clients')), ...bothSet(config),
  ];
}

function bothSet(config: ProwConfig): readonly PlacedFault[] {
  const some = (value: unknown) => Object.keys(fieldsOf(value)).length > 0;
  return some(config.pubsub_subscriptions) && some(config.pubsub_triggers) ? [[['pubsub_subscriptions'], 'expected pubsub_subscriptions or pubsub_triggers, not both']] : [];
}

function slackFaults(section: unknown): readonly PlacedFault[] {
  return Object.entries(fieldsOf(section)).flatMap(([key, entry]): readonly PlacedFault[] => (textAt(entry, 'channel') === '' ? [[['slack_reporter_configs', key, 'channel'], 'expected a channel']] : []));
}

function deckFaults(deck: unknown): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const say = (path: readonly (string | number)[], message: string) => { faults.push([['deck', ...path], message]); };
  const old = fieldsOf(field(deck, 'rerun_auth_configs'));
  const entries = listAt(deck, 'default_rerun_auth_configs');
  if (Object.keys(old).length > 0 && entries.length > 0) say(['rerun_auth_configs'], 'expected rerun_auth_configs or default_rerun_auth_configs, not both');
  for (const [key, auth] of Object.entries(old)) if (openAndNamed(auth)) say(['rerun_auth_configs', key, 'allow_anyone'], 'excludes users, organisations and teams');
  entries.forEach((entry, at) => {
    if (openAndNamed(field(entry, 'rerun_auth_configs'))) say(['default_rerun_auth_configs', at, 'rerun_auth_configs', 'allow_anyone'], 'excludes users, organisations and teams');
  });
  if (textsAt(deck, 'additional_allowed_buckets').length > 0 && field(deck, 'skip_storage_path_validation') !== false) {
    say(['additional_allowed_buckets'], 'needs skip_storage_path_validation: false');
  }
  const spyglass = field(deck, 'spyglass');
  if (Number(field(spyglass, 'size_limit') ?? 0) < 0) say(['spyglass', 'size_limit'], 'expected 0 or more');
  for (const key of ['gcs_browser_prefixes', 'gcs_browser_prefixes_by_bucket']) {
    if (textAt(spyglass, 'gcs_browser_prefix') !== '' && textAt(field(spyglass, key), '*') !== '') say(['spyglass', 'gcs_browser_prefix'], `excludes an entry "*" of ${key}`);
  }
  listAt(spyglass, 'lenses').forEach((lens, at) => {
    for (const key of ['required_files', 'optional_files']) {
      textsAt(lens, key).forEach((source, place) => {
        const fault = regexFault(source);
        if (fault !== undefined) say(['spyglass', 'lenses', at, key, place], `expected an RE2 expression: ${fault}`);
      });
    }
  });
  return faults;
}

function openAndNamed(auth: unknown): boolean {
  const lists = ['github_team_ids', 'github_team_slugs', 'github_users', 'github_orgs'].map((key) => field(auth, key));
  return field(auth, 'allow_anyone') === true && lists.some((list) => Array.isArray(list) && list.length > 0);
}

/** One operator takes every job, several share them by label. */
function jenkinsFaults(section: unknown): readonly PlacedFault[] {
  const operators = listAt({ section }, 'section');
  return operators.flatMap((operator, at): readonly PlacedFault[] => {
    const selector = textAt(operator, 'label_selector');
    const path = ['jenkins_operators', at, 'label_selector'];
    if (operators.length === 1) return selector === '' ? [] : [[path, 'expected none, since there is one operator']];
    return selector === '' ? [[path, 'expected a selector, since there are several operators']] : [];
  });
}

function gangwayFaults(section: unknown): readonly PlacedFault[] {
  const seen = new Set<string>();
  return listAt({ section }, 'section').flatMap((client, at): readonly PlacedFault[] => {
    const path = ['gangway', 'allowed_api_clients', at];
    const gcp = field(client, 'gcp');
    if (gcp === undefined || gcp === null) return [[path, 'expected gcp']];
    const faults: PlacedFault[] = [];
    const type = textAt(gcp, 'endpoint_api_consumer_type');
    const number = textAt(gcp, 'endpoint_api_consumer_number');
    if (type !== 'PROJECT') faults.push([[...path, 'gcp', 'endpoint_api_consumer_type'], `expected PROJECT, found ${JSON.stringify(type)}`]);
    if (!/^\d+$/.test(number)) faults.push([[...path, 'gcp', 'endpoint_api_consumer_number'], `expected digits, found ${JSON.stringify(number)}`]);
    if (seen.has(`${type} ${number}`)) faults.push([[...path, 'gcp'], 'is there twice']);
    seen.add(`${type} ${number}`);
    const filters = listAt(client, 'allowed_jobs_filters');
    if (filters.length === 0) faults.push([[...path, 'allowed_jobs_filters'], 'expected a filter']);
    filters.forEach((filter, place) => { if (textAt(filter, 'tenant_id') === '') faults.push([[...path, 'allowed_jobs_filters', place, 'tenant_id'], 'expected a tenant']); });
    return faults;
  });
}

import type { ProwJobType } from '../../core/prowjob.js';
import type { Path } from '../findings.js';
import { field, listAt, textAt, textsAt } from './data.js';
import type { Data } from './schema.js';

/** What is wrong with a part of a job, and where below the job it stands. */
export type PlacedFault = readonly [path: Path, message: string];

/** How the fault begins that a preset could mend. */
export const NO_VOLUME = 'there is no volume';

const UTILITY_CONTAINERS = ['clonerefs', 'initupload', 'place-entrypoint', 'sidecar'];
const DECORATION_VOLUMES = ['logs', 'code', 'tools'];
const RESERVED_VOLUMES = [...DECORATION_VOLUMES, 'gcs-credentials', 's3-credentials'];
const DECORATION_PATHS = ['/logs', '/home/prow/go', '/tools'];
const ENV_OF_ALL = ['CI', 'JOB_NAME', 'JOB_SPEC', 'JOB_TYPE', 'PROW_JOB_ID', 'BUILD_ID', 'BUILD_NUMBER'];
const ENV_OF_REFS = ['REPO_OWNER', 'REPO_NAME', 'SRC_BASE', 'SRC_HOST', 'PULL_BASE_REF', 'PULL_BASE_SHA', 'PULL_REFS'];
const ENV_OF_PULL = ['PULL_NUMBER', 'PULL_PULL_SHA', 'PULL_HEAD_REF', 'PULL_TITLE'];

/** Names of environment variables that Prow sets itself, by type of job (jobs 3.7). */
export const RESERVED_ENV: Readonly<Record<ProwJobType, ReadonlySet<string>>> = {
  periodic: new Set(ENV_OF_ALL),
  postsubmit: new Set([...ENV_OF_ALL, ...ENV_OF_REFS]),
  batch: new Set([...ENV_OF_ALL, ...ENV_OF_REFS]),
  presubmit: new Set([...ENV_OF_ALL, ...ENV_OF_REFS, ...ENV_OF_PULL]),
};

/** Everything that a pod spec may not say, since Prow adds its own containers, volumes and variables to it (jobs 2.8). */
export function podSpecFaults(spec: Data, type: ProwJobType, decoration: Data | undefined): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  listAt(spec, 'initContainers').forEach((container, at) => {
    if (textAt(container, 'restartPolicy') !== 'Always') faults.push([['initContainers', at], 'init containers are not supported, unless with restartPolicy: Always']);
  });
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) faults.push([['containers'], 'expected a container']);
  if (containers.length > 1 && !decoration) faults.push([['containers', 1], `expected one container, since the job is not decorated, found ${containers.length}`]);
  if (containers.length > 1) faults.push(...nameFaults(containers));
  const secrets = decoration ? decorationSecrets(decoration) : [];
  const declared = new Set<string>();
  listAt(spec, 'volumes').forEach((volume, at) => {
    const name = textAt(volume, 'name');
    if (declared.has(name)) faults.push([['volumes', at, 'name'], `the volume ${JSON.stringify(name)} is there twice`]);
    if (RESERVED_VOLUMES.includes(name) || secrets.includes(name)) faults.push([['volumes', at, 'name'], `the volume name ${JSON.stringify(name)} is reserved for decoration`]);
    declared.add(name);
  });
  const known = new Set([...declared, ...RESERVED_VOLUMES, ...secrets]);
  containers.forEach((container, at) => faults.push(...envFaults(container, ['containers', at], type), ...mountFaults(container, ['containers', at], known)));
  return faults;
}

function nameFaults(containers: readonly Data[]): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const seen = new Set<string>();
  containers.forEach((container, at) => {
    const name = textAt(container, 'name');
    const path: Path = ['containers', at, 'name'];
    if (name === '') faults.push([path, 'expected a name, since there are several containers']);
    else if (UTILITY_CONTAINERS.includes(name)) faults.push([path, `the container name ${name} is reserved for decoration`]);
    else if (seen.has(name)) faults.push([path, `the container ${JSON.stringify(name)} is there twice`]);
    seen.add(name);
  });
  return faults;
}

function envFaults(container: Data, path: Path, type: ProwJobType): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const seen = new Set<string>();
  listAt(container, 'env').forEach((variable, at) => {
    const name = textAt(variable, 'name');
    if (seen.has(name)) faults.push([[...path, 'env', at, 'name'], `the environment variable ${JSON.stringify(name)} is there twice`]);
    if (RESERVED_ENV[type].has(name)) faults.push([[...path, 'env', at, 'name'], `the environment variable ${name} is set by Prow`]);
    seen.add(name);
  });
  return faults;
}

function mountFaults(container: Data, path: Path, known: ReadonlySet<string>): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  listAt(container, 'volumeMounts').forEach((mount, at) => {
    const name = textAt(mount, 'name');
    const where = textAt(mount, 'mountPath');
    if (DECORATION_VOLUMES.includes(name)) faults.push([[...path, 'volumeMounts', at, 'name'], `the volume ${name} is reserved for decoration`]);
    else if (!known.has(name)) faults.push([[...path, 'volumeMounts', at, 'name'], `${NO_VOLUME} ${JSON.stringify(name)}`]);
    // Parents and children of these are fine.
    if (DECORATION_PATHS.includes(where)) faults.push([[...path, 'volumeMounts', at, 'mountPath'], `the path ${where} is reserved for decoration`]);
  });
  return faults;
}

function decorationSecrets(decoration: Data): readonly string[] {
  const token = textAt(field(decoration, 'oauth_token_secret'), 'name');
  return [...(token === '' ? [] : [token]), ...textsAt(decoration, 'ssh_key_secrets')];
}

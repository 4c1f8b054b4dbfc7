import { findDuration } from '../../config/duration.js';
import { clonerefs } from './clone.js';
import { jobEnv, workingDir } from './env.js';
import { ARTIFACTS, CODE, LOGS, TOOLS, clones, filled, goJson, record, records, text, texts, type Data, type Mount, type Run } from './model.js';
import { withMemory, withPodDefaults } from './settings.js';
import { initupload, placeEntrypoint, sidecar, storageOf, type Entry } from './upload.js';

/** A pod whose containers run wrapped between containers that clone and upload (jobs 4.2). */
export function decorated(pod: Data, run: Run): Data {
  const { decoration = {} } = run;
  const users = records(pod['containers']);
  const entries = users.map((container) => entryOf(container, users.length === 1 ? 'single' : 'several'));
  const storage = storageOf(run);
  const clone = clones(run) ? clonerefs(run) : undefined;
  const secrets = decoration['censor_secrets'] === true ? secretMounts(pod) : [];
  const made: Data = {
    ...pod,
    initContainers: [...(clone ? [clone.container] : []), ...records(pod['initContainers']), initupload(run, storage), placeEntrypoint(run)],
    containers: [
      ...users.map((container, at) => withMemory(wrapped(container, run, entries[at]), decoration)),
      sidecar(run, storage, { entries, secrets }),
    ],
    volumes: [
      ...records(pod['volumes']), { name: LOGS.name, emptyDir: {} }, { name: TOOLS.name, emptyDir: {} }, ...storage.volumes,
      ...(clone ? [...clone.volumes, { name: CODE.name, emptyDir: {} }] : []),
    ],
  };
  return withPodDefaults(made, decoration);
}

function entryOf(container: Data, among: 'single' | 'several'): Entry {
  const name = text(container['name']);
  const of = (file: string, single = file) => (among === 'single' ? single : `${name}-${file}`);
  return {
    args: [...texts(container['command']), ...texts(container['args'])],
    container_name: name,
    process_log: `${LOGS.mountPath}/${of('log.txt', 'process-log.txt')}`,
    marker_file: `${LOGS.mountPath}/${of('marker.txt', 'marker-file.txt')}`,
    metadata_file: `${ARTIFACTS}/${of('metadata.json')}`,
  };
}

function wrapped(container: Data, run: Run, entry: Entry | undefined): Data {
  const { args: _args, ...kept } = container;
  const { decoration = {} } = run;
  const options = { timeout: nanos(decoration['timeout']), grace_period: nanos(decoration['grace_period']), artifact_dir: ARTIFACTS, ...filled({ ...entry }) };
  const cloned = clones(run);
  return {
    ...kept,
    command: [`${TOOLS.mountPath}/entrypoint`],
    ...(cloned && { workingDir: workingDir(run) }),
    env: [...records(container['env']), ...jobEnv(run), { name: 'ENTRYPOINT_OPTIONS', value: goJson(options) }],
    volumeMounts: [...records(container['volumeMounts']), LOGS, TOOLS, ...(cloned ? [CODE] : [])],
  };
}

function nanos(duration: unknown): number {
  return Math.round((findDuration(text(duration)) ?? 0) * 1e6);
}

/** Mounts of the job's own secrets, repeats included. */
function secretMounts(pod: Data): readonly Mount[] {
  const secret = new Set(records(pod['volumes']).filter((volume) => 'secret' in volume).map((volume) => volume['name']));
  return records(pod['containers']).flatMap((container) => records(container['volumeMounts']))
    .filter((mount) => secret.has(mount['name']))
    .map((mount) => ({ ...record(mount), name: text(mount['name']), mountPath: text(mount['mountPath']) }));
}

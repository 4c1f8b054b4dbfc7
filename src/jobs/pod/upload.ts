import { ARTIFACTS, CLONE_LOG, LOGS, TOOLS, clones, filled, goJson, record, text, type Data, type Mount, type Run } from './model.js';

/** How a container's process is wrapped: the sidecar waits for the marker and uploads the log. */
export interface Entry {
  readonly args: readonly string[];
  readonly container_name: string;
  readonly process_log: string;
  readonly marker_file: string;
  readonly metadata_file: string;
}

interface Storage {
  readonly volumes: readonly Data[];
  readonly mounts: readonly Mount[];
  readonly options: Data;
}

const OUTPUT: Mount = { name: 'output', mountPath: '/output' };

/** Where results go and with whose credentials; a local run writes into a folder of the host and has none (jobs 4.2, 4.7). */
export function storageOf({ decoration = {}, localOutput }: Run): Storage {
  const gcs = record(decoration['gcs_configuration']);
  if (localOutput !== undefined) {
    return {
      volumes: [{ name: OUTPUT.name, hostPath: { path: localOutput, type: '' } }],
      mounts: [OUTPUT],
      options: { ...gcs, local_output_dir: OUTPUT.mountPath, dry_run: false },
    };
  }
  const found = [['gcs', 'gcs-credentials', '/secrets/gcs'], ['s3', 's3-credentials', '/secrets/s3-storage']].flatMap(([kind = '', name = '', mountPath = '']) => {
    const secretName = text(decoration[`${kind}_credentials_secret`]);
    return secretName === '' ? [] : [{ kind, mount: { name, mountPath }, volume: { name, secret: { secretName } } }];
  });
  const files = Object.fromEntries(found.map(({ kind, mount }) => [`${kind}_credentials_file`, `${mount.mountPath}/service-account.json`]));
  return { volumes: found.map(({ volume }) => volume), mounts: found.map(({ mount }) => mount), options: { ...gcs, ...files, dry_run: false } };
}

/** Uploads what is known at the start of the job. */
export function initupload(run: Run, storage: Storage): Data {
  const cloned = clones(run);
  const options = { ...storage.options, ...(cloned && { log: CLONE_LOG }) };
  const [outputs, credentials] = split(storage.mounts);
  return {
    ...utility(run, 'initupload'),
    env: [{ name: 'INITUPLOAD_OPTIONS', value: goJson(options) }, { name: 'JOB_SPEC', value: run.jobSpec }],
    volumeMounts: [...(cloned ? [LOGS] : []), ...credentials, ...outputs],
  };
}

/** Puts the program that wraps the job's process where its containers find it. */
export function placeEntrypoint(run: Run): Data {
  return { ...utility(run, 'place-entrypoint'), args: ['--copy-mode-only'], volumeMounts: [TOOLS] };
}

/** Waits for the job's containers and uploads what they leave; `secrets` are the mounts whose content is censored. */
export function sidecar(run: Run, storage: Storage, { entries, secrets }: Readonly<{ entries: readonly Entry[]; secrets: readonly Mount[] }>): Data {
  const { decoration = {} } = run;
  const options = {
    gcs_options: { items: [ARTIFACTS], ...storage.options },
    entries: entries.map((entry) => filled({ ...entry })),
    ...(decoration['upload_ignores_interrupts'] === true && { ignore_interrupts: true }),
    censoring_options: { ...filled({ secret_directories: secrets.map(({ mountPath }) => mountPath) }), ...record(decoration['censoring_options']) },
  };
  const [outputs, credentials] = split(storage.mounts);
  return {
    ...utility(run, 'sidecar'),
    env: [{ name: 'JOB_SPEC', value: run.jobSpec }, { name: 'SIDECAR_OPTIONS', value: goJson(options) }],
    volumeMounts: [LOGS, ...credentials, ...secrets, ...outputs],
  };
}

function split(mounts: readonly Mount[]): readonly [readonly Mount[], readonly Mount[]] {
  return [mounts.filter(({ name }) => name === OUTPUT.name), mounts.filter(({ name }) => name !== OUTPUT.name)];
}

function utility({ decoration = {} }: Run, name: 'initupload' | 'place-entrypoint' | 'sidecar'): Data {
  const image = text(record(decoration['utility_images'])[name === 'place-entrypoint' ? 'entrypoint' : name]);
  return { name, image, resources: record(record(decoration['resources'])[name.replace('-', '_')]) };
}

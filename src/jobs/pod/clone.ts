import { CLONE_LOG, CODE, LOGS, allRefs, cleanPath, filled, goJson, record, text, texts, type Data, type Mount, type Run } from './model.js';

interface SecretMount {
  readonly volume: Data;
  readonly mount: Mount;
}

const TMP: Mount = { name: 'clonerefs-tmp', mountPath: '/tmp' };

/** The container that clones, and the volumes that only it needs (jobs 4.4). */
export function clonerefs({ spec, decoration = {} }: Run): Readonly<{ container: Data; volumes: readonly Data[] }> {
  const ssh = texts(decoration['ssh_key_secrets']).map(sshKey);
  const oauth = keySecret(decoration['oauth_token_secret'], '/secrets/oauth');
  const app = keySecret(decoration['github_app_private_key_secret'], '/secrets/github-app');
  const cookie = cookiefile(text(decoration['cookiefile_secret']));
  const before = [...ssh, ...(oauth ? [oauth] : []), ...(app ? [app] : [])];
  const endpoints = texts(decoration['github_api_endpoints']);
  const options = filled({
    src_root: CODE.mountPath,
    log: CLONE_LOG,
    git_user_name: 'ci-robot',
    git_user_email: 'ci-robot@k8s.io',
    refs: allRefs(spec),
    key_files: ssh.map(({ mount }) => mount.mountPath),
    oauth_token_file: oauth?.file,
    host_fingerprints: texts(decoration['ssh_host_fingerprints']),
    cookie_path: cookie?.file,
    github_api_endpoints: endpoints.length > 0 ? endpoints : ['https://api.github.com'],
    github_app_id: text(decoration['github_app_id']),
    github_app_private_key_file: app?.file,
  });
  return {
    container: {
      name: 'clonerefs',
      image: text(record(decoration['utility_images'])['clonerefs']),
      ...(cookie && { args: [`--cookiefile=${cookie.file}`] }),
      env: [{ name: 'CLONEREFS_OPTIONS', value: goJson(options) }],
      resources: record(record(decoration['resources'])['clonerefs']),
      volumeMounts: [LOGS, CODE, ...before.map(({ mount }) => mount), TMP, ...(cookie ? [cookie.mount] : [])],
    },
    volumes: [...before.map(({ volume }) => volume), { name: TMP.name, emptyDir: {} }, ...(cookie ? [cookie.volume] : [])],
  };
}

function sshKey(secret: string): SecretMount {
  const name = `ssh-keys-${secret}`;
  return {
    volume: { name, secret: { secretName: secret, defaultMode: 0o400 } },
    mount: { name, mountPath: `/secrets/ssh/${secret}`, readOnly: true },
  };
}

/** One key of a secret as a file of that name. */
function keySecret(secret: unknown, mountPath: string): (SecretMount & Readonly<{ file: string }>) | undefined {
  const { name, key } = record(secret);
  if (typeof name !== 'string' || typeof key !== 'string') return undefined;
  return {
    volume: { name, secret: { secretName: name, items: [{ key, path: `./${key}` }] } },
    mount: { name, mountPath, readOnly: true },
    file: cleanPath(`${mountPath}/${key}`),
  };
}

/** `secret` or `secret/key`; a bare name is its key as well. */
function cookiefile(cookie: string): (SecretMount & Readonly<{ file: string }>) | undefined {
  if (cookie === '') return undefined;
  const at = cookie.lastIndexOf('/');
  const [secret, key] = at < 0 ? [cookie, cookie] : [cookie.slice(0, at), cookie.slice(at + 1)];
  return {
    volume: { name: 'cookiefile', secret: { secretName: secret, defaultMode: 0o400 } },
    mount: { name: 'cookiefile', mountPath: '/secrets/cookiefile', readOnly: true },
    file: `/secrets/cookiefile/${key}`,
  };
}

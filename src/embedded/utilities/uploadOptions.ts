import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionsError, optionsOf, parseFlags, type Flags, type Options } from './options.js';

/** Where results go: a bucket of a provider, one that is a folder of this machine, or a folder that gets one job's files alone (jobs 4.7). */
export type Destination = Readonly<{ kind: 'cloud'; url: string } | { kind: 'bucket'; root: string; url: string } | { kind: 'local'; root: string }>;

/** What is uploaded and whereto (jobs 1.5, 4.5). */
export interface UploadOptions {
  readonly items: readonly string[];
  readonly subDir: string;
  readonly pathPrefix: string;
  readonly strategy: 'legacy' | 'explicit' | 'single';
  readonly defaultOrg: string;
  readonly defaultRepo: string;
  /** By extension without its dot. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** Extensions without their dot that are compressed on the way into a provider's bucket; `*` is all (jobs 5.7). */
  readonly compress: readonly string[];
  readonly destination: Destination;
  /** Files with the providers' credentials; what is missing comes from the environment. */
  readonly credentials: Readonly<{ gcs: string | undefined; s3: string | undefined }>;
  readonly dryRun: boolean;
}

const STRATEGIES = ['legacy', 'explicit', 'single'] as const;
const MEDIA_TYPE = /^[\w.+!#$&^-]+\/[\w.+!#$&^-]+(?:\s*;\s*[\w.-]+=(?:[\w.-]+|"[^"]*"))*$/;

/** Reads the keys that all uploading programs share. Throws OptionsError. */
export function uploadOptions(options: Options): UploadOptions {
  const fail = (why: string): never => { throw new OptionsError(why); };
  const said = options.text('path_strategy');
  const strategy = STRATEGIES.find((one) => one === said) ?? fail(`path_strategy: expected ${STRATEGIES.join(', ')}, found ${JSON.stringify(said)}`);
  const [defaultOrg, defaultRepo] = [options.text('default_org'), options.text('default_repo')];
  if (strategy !== 'explicit' && (defaultOrg === '' || defaultRepo === '')) fail(`default_org and default_repo are needed by path_strategy ${strategy}`);
  const mediaTypes = options.map('mediaTypes');
  for (const [extension, type] of mediaTypes) if (!MEDIA_TYPE.test(type)) fail(`mediaTypes: ${extension}: ${JSON.stringify(type)} is no media type`);
  const local = options.text('local_output_dir');
  const file = (key: string): string | undefined => options.text(key) || undefined;
  return {
    items: options.texts('items'), compress: options.texts('compress_file_types'), credentials: { gcs: file('gcs_credentials_file'), s3: file('s3_credentials_file') }, subDir: options.text('sub_dir'), pathPrefix: options.text('path_prefix'), strategy, defaultOrg, defaultRepo, mediaTypes,
    destination: local === '' ? bucket(options.text('bucket')) : { kind: 'local', root: resolve(local) }, dryRun: options.flag('dry_run'),
  };
}

function bucket(text: string): Destination {
  const fail = (why: string): never => { throw new OptionsError(`bucket: ${why}`); };
  if (text === '') fail('is missing, and so is local_output_dir');
  if (text.startsWith('/')) return { kind: 'bucket', root: resolve(text), url: `file://${text.replace(/\/+$/, '')}` };
  const [, scheme, name] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/.exec(text) ?? [undefined, 'gs', text];
  if (scheme === 'gs' || scheme === 's3') return name !== '' && /^[^/]+\/*$/.test(name ?? '') ? { kind: 'cloud', url: `${scheme}://${(name ?? '').replace(/\/+$/, '')}` } : fail(`${text}: expected the name of a bucket alone; folders in it are path_prefix`);
  if (scheme !== 'file') fail(`${text}: expected gs://, s3:// or file://`);
  try {
    return { kind: 'bucket', root: fileURLToPath(text), url: text.replace(/\/+$/, '') };
  } catch {
    return fail(`${text}: expected file:///path/of/a/folder`);
  }
}

const FLAGS: Flags = {
  'sub-dir': 'one', 'path-strategy': 'one', 'default-org': 'one', 'default-repo': 'one', 'gcs-path': 'one', 'dry-run': 'switch', 'media-type': 'many', 'local-output-dir': 'one',
  'gcs-credentials-file': 'one', 's3-credentials-file': 'one', 'path-prefix': 'one', bucket: 'one',
};

/** The shared options of a command line (jobs 5.1), with more flags and their keys. Throws OptionsError. */
export function uploadFlags(args: readonly string[], more: Readonly<Record<string, string>> = {}): Options {
  const { one, many, on, rest } = parseFlags(args, { ...FLAGS, ...Object.fromEntries(Object.keys(more).map((name) => [name, 'one' as const])) });
  const types = many('media-type').map((text) => {
    const at = text.indexOf(':');
    if (at < 1) throw new OptionsError(`--media-type ${text}: expected extension:type`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return optionsOf({
    items: rest, sub_dir: one('sub-dir'), path_strategy: one('path-strategy') ?? 'explicit', default_org: one('default-org'), default_repo: one('default-repo'), path_prefix: one('path-prefix'),
    bucket: one('gcs-path') ?? one('bucket'), dry_run: on('dry-run', 'on'), gcs_credentials_file: one('gcs-credentials-file'), s3_credentials_file: one('s3-credentials-file'), mediaTypes: Object.fromEntries(types) as Record<string, string>, local_output_dir: one('local-output-dir'),
    ...Object.fromEntries(Object.entries(more).map(([name, key]) => [key, one(name)])),
  }, 'flags');
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';
import { azureStorage } from './azure.js';
import { gcsStorage } from './gcs.js';
import { localStorage } from './local.js';
import { s3Storage } from './s3.js';
import { createStorage } from './storage.js';

/** Files with credentials; what is left out comes from the environment of the process, as the providers' SDKs look for it. */
export interface CloudSettings {
  readonly gcsCredentialsFile: string | undefined;
  readonly s3CredentialsFile: string | undefined;
  readonly azureCredentialsFile: string | undefined;
}

/** jobs 5.7. */
const S3File = z.object({
  region: z.string().optional(), endpoint: z.string().optional(), insecure: z.boolean().optional(), s3_force_path_style: z.boolean().optional(),
  access_key: z.string().optional(), secret_key: z.string().optional(), session_token: z.string().optional(),
});
const AzureFile = z.object({ connection_string: z.string().optional(), account: z.string().optional(), key: z.string().optional(), endpoint: z.string().optional() });

/** Reads a file of credentials when they are needed, so that a rotated one counts after a restart only. Throws ConfigError naming the file, never what is in it. */
async function credentials<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => { throw new ConfigError([`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`]); });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError([`${path}: is not JSON`]);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(({ path: at, message }) => `${path}: ${at.join('.')}: ${message}`));
  return parsed.data;
}

/** Storage of all schemes: `file://` below the roots, and the clouds unless there are none. */
export function openStorage({ roots, clouds }: Readonly<{ roots: readonly string[]; clouds: CloudSettings | undefined }>): Storage {
  const providers = new Map<string, Storage>([['file', localStorage({ roots })]]);
  if (clouds) {
    const { gcsCredentialsFile, s3CredentialsFile, azureCredentialsFile } = clouds;
    providers.set('gs', gcsStorage({ credentialsFile: gcsCredentialsFile }));
    providers.set('s3', s3Storage(() => (s3CredentialsFile === undefined ? {} : credentials(s3CredentialsFile, S3File))));
    // Azure has no names of accounts in its addresses, so without the file nobody is meant.
    if (azureCredentialsFile !== undefined) providers.set('azblob', azureStorage(() => credentials(azureCredentialsFile, AzureFile)));
  }
  return createStorage(providers);
}

import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface SecretOptions {
  readonly directories: readonly string[];
  /** Shorter values, in bytes after trimming, are no secrets. */
  readonly minimumLength: number;
  /** Names of files of which every value counts by itself. */
  readonly iniFilenames: readonly string[];
}

/** Everything that may be written where a secret must not be seen. Rejects when one secret cannot be read: then nothing is known to be safe. */
export async function secretForms({ directories, minimumLength, iniFilenames }: SecretOptions): Promise<readonly Buffer[]> {
  const forms = new Map<string, Buffer>();
  for (const directory of new Set(directories)) {
    for await (const path of secretFiles(directory)) {
      const content = await readFile(path);
      for (const value of [content, ...valuesIn(basename(path), content.toString(), iniFilenames, path).map((text) => Buffer.from(text))]) {
        for (const form of formsOf(value, minimumLength)) forms.set(form.toString('latin1'), form);
      }
    }
  }
  return [...forms.values()];
}

/** Files of a mounted secret. Kubernetes' own entries (`..data`) are left out; the others may be links into them. */
async function* secretFiles(path: string): AsyncGenerator<string, void> {
  if (!(await stat(path)).isDirectory()) { yield path; return; }
  for (const name of (await readdir(path)).sort()) if (!name.startsWith('..')) yield* secretFiles(join(path, name));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Values inside of files whose names tell their format. Throws when such a file is damaged. */
function valuesIn(name: string, text: string, iniFilenames: readonly string[], path: string): readonly string[] {
  const isConfig = name === '.dockerconfigjson';
  if (isConfig || name === '.dockercfg') {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new Error(`${path}: not JSON`);
    }
    const logins = isConfig ? (isRecord(parsed) ? parsed.auths : undefined) : parsed;
    return (isRecord(logins) ? Object.values(logins) : []).flatMap((login) => {
      const [auth, password] = isRecord(login) ? [login.auth, login.password] : [];
      const decoded = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString() : '';
      return [auth, password, decoded, decoded.slice(decoded.indexOf(':') + 1)].filter((one) => typeof one === 'string');
    });
  }
  return iniFilenames.includes(name) ? text.split('\n').flatMap((line) => {
    const value = /^\s*[^#;[\s][^=:]*[=:](.*)$/.exec(line)?.[1]?.trim() ?? '';
    return [value, value.replace(/^(["'])(.*)\1$/, '$2')];
  }) : [];
}

/** The value itself and its usual disguises; none when it is empty, too short, or only says true or false (jobs 5.6). */
export function formsOf(value: Buffer, minimumLength: number): readonly Buffer[] {
  const trimmed = trim(value);
  if (trimmed.length === 0 || trimmed.length < minimumLength || /^(?:true|false)$/i.test(trimmed.toString('latin1'))) return [];
  const text = trimmed.toString();
  const escaped = [JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];
  return [trimmed, ...[value, trimmed].map((one) => Buffer.from(one.toString('base64'))), ...escaped.map((one) => Buffer.from(one))].filter(({ length }) => length > 0);
}

function trim(value: Buffer): Buffer {
  const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value[start])) start++;
  while (end > start && isSpace(value[end - 1])) end--;
  return value.subarray(start, end);
}

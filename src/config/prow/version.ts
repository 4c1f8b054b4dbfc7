import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a file `VERSION` beside config.yaml says, as it stands; undefined without one (config 2.1, step 4). */
export async function versionBeside(configPath: string): Promise<string | undefined> {
  try {
    return await readFile(join(dirname(configPath), 'VERSION'), 'utf8');
  } catch {
    return undefined;
  }
}

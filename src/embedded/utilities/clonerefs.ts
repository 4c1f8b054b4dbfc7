import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runClonerefs } from './cloneRun.js';
import { mounted, runUtility } from './utility.js';
import { fetchJson } from './githubApp.js';
import { FETCH_PAUSES } from './clone.js';

await runUtility('clonerefs', () => runClonerefs({
  env: process.env, args: process.argv.slice(2), knownHosts: mounted('/tmp/known_hosts', process.env), fetchPauses: FETCH_PAUSES, fetchJson, now: () => performance.timeOrigin + performance.now(),
  say: (line) => { process.stderr.write(line); },
  async write(path, text) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o755);
  },
}));

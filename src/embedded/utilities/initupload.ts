import { readFile } from 'node:fs/promises';
import { runInitupload } from './initRun.js';
import { runUtility } from './utility.js';

await runUtility('initupload', () => runInitupload({ env: process.env, args: process.argv.slice(2), now: Date.now, say: (line) => { process.stderr.write(line); }, read: (path) => readFile(path, 'utf8') }));

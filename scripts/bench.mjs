// `npm run bench`: measures, and prints JSON. `npm run bench -- NAME` runs one of bench/*.bench.ts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needDependencies, needGit, needNode, needRedis, root, run, say } from './setup.mjs';

needNode();
needGit();
needRedis();
needDependencies();
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts')).filter((file) => wanted.length === 0 || wanted.includes(file.replace('.bench.ts', '')));
let worst = 0;
for (const file of files.sort()) {
  say(`bench/${file}`);
  worst = Math.max(worst, run(process.execPath, ['--import', 'tsx', join('bench', file)]).code);
}
process.exit(worst);

// `npm run demo`: sets up what is missing, then plays the story on an embedded GitHub.
import { join } from 'node:path';
import { needDependencies, needGit, needNode, needRedis, root, run } from './setup.mjs';

needNode();
needGit();
needRedis();
needDependencies();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); // the command gets it, too, and ends in order
const { code, signal } = run(process.execPath, [join(root, 'bin', 'prow'), 'demo', ...process.argv.slice(2)]);
process.exit(signal ? 1 : code);

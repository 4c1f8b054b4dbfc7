// A cluster in a process of its own, to be killed.
import { silentLog } from '../../../../src/core/ports/log.js';
import { startCluster } from '../../../../src/embedded/cluster/cluster.js';

const [dir = ''] = process.argv.slice(2);
await startCluster({ dir, images: () => undefined, log: silentLog, clock: { now: Date.now } });
process.stdout.write('ready\n');

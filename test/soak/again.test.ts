// Files of `npm test` in which there is more to do in this tier: more cases of generated tests, and stories that take long.
import '../config/mutated.test.js';
import '../config/yamlFast.test.js';
import '../tide/testing.test.js';
import '../handlers/orders.test.js';
import '../contract/queue.test.js';
import '../cli/nasty.test.js';
import '../world/tideJobs.test.js';

import { REPO, machine, quantile, startBench, until } from './support.js';

/**
 * Comment to effect and comment to ProwJob, from the moment at which the person's comment is stored at GitHub until GitHub has the
 * label, or Kubernetes the ProwJob; GitHub's API answers after 50 ms. One person after the other, so that nothing waits in line.
 */
const LATENCY_MS = 50;
const ROUNDS = 100;

await using bench = await startBench({ latencyMs: LATENCY_MS, pulls: 20 });
const { github, kube, pulls } = bench;
const { world } = github;
const mia = world.as('mia');
const held = (number: number): boolean => [...world.issue(REPO, number).labels].some(({ name }) => name === 'do-not-merge/hold');
const created = new Map<string, () => void>();
kube.onCreate((job) => { created.get(String(job.spec.refs?.pulls?.[0]?.number))?.(); });

const callsBefore = github.log.length;
const deliveriesBefore = github.hub.state.deliveries.length;
const effect: number[] = [];
const job: number[] = [];
for (let n = 0; n < ROUNDS; n++) {
  const number = pulls[n % pulls.length] ?? 0;
  const want = !held(number);
  const begun = performance.now();
  mia.comment(REPO, number, want ? '/hold' : '/hold cancel');
  await until(`the hold of #${number} is ${want ? 'there' : 'gone'}`, () => held(number) === want);
  effect.push(performance.now() - begun);

  const start = performance.now();
  const made = new Promise<void>((resolve) => { created.set(String(number), resolve); });
  mia.comment(REPO, number, '/test unit');
  await made;
  job.push(performance.now() - start);
}
await github.idle();
const calls = github.log.slice(callsBefore).filter(({ method, route, path }) => (method === 'GET' || path.endsWith('/graphql')) && !route.startsWith('/app') && !route.endsWith('/installation'));
const events = github.hub.state.deliveries.length - deliveriesBefore;
const counted = calls.filter((call) => call.counted).length;
const summary = (samples: readonly number[]) => ({ p50: quantile(samples, 0.5), p90: quantile(samples, 0.9), p99: quantile(samples, 0.99) });
console.log(JSON.stringify({
  bench: 'latency', machine: machine(), githubMs: LATENCY_MS, rounds: ROUNDS, commentToEffectMs: summary(effect), commentToProwJobMs: summary(job), events, countedReads: counted, freeReads: calls.length - counted,
  countedReadsPerEvent: Math.round((100 * counted) / events) / 100, upstream: { commentToProwJobMs: { p50: 326, p90: 12_500 }, countedReadsPerEvent: 1.2 },
}, null, 2));

import { createHmac, randomUUID } from 'node:crypto';
import { REPO, machine, startBench, until } from './support.js';

/**
 * Events per second of one process: signed comments with and without a command, posted as fast as `/hook` answers, until every one
 * has been handled; GitHub answers at once. Memory at rest is read before.
 */
const EVENTS = 2_000;
const AT_ONCE = 32;

await using bench = await startBench({ latencyMs: 0, pulls: 20 });
const { github, pulls, url } = bench;
await new Promise((resolve) => { setTimeout(resolve, 5_000); });
const rssAtRestMb = bench.rssMb();
const sample = github.hub.state.deliveries.find(({ event, action }) => event === 'issue_comment' && action === 'created');
if (!sample) throw new Error('no comment was delivered');
const bodies = Array.from({ length: EVENTS }, (_, n) => {
  const payload = JSON.parse(sample.payload) as { issue: { number: number }; comment: { body: string; id: number } };
  payload.issue.number = pulls[n % pulls.length] ?? 1;
  payload.comment.body = 'Looks good to me, but see the second file.';
  payload.comment.id += n + 1;
  return JSON.stringify(payload);
});
/** How many comments trigger has handled, whatever it did. */
const counts = async (): Promise<number> => {
  const lines = (await bench.metrics()).split('\n').filter((line) => line.startsWith('prow_plugin_handle_duration_seconds_count{') && line.includes('plugin="trigger"') && line.includes('event_type="issue_comment"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
};
const handledBefore = await counts();
const begun = performance.now();
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let n = next++; n < EVENTS; n = next++) {
    const body = bodies[n] ?? '';
    const signature = `sha256=${createHmac('sha256', github.webhookSecret).update(body).digest('hex')}`;
    const answer = await fetch(`${url}/hook`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'issue_comment', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature } });
    if (answer.status !== 200) throw new Error(`/hook answered ${answer.status}`);
  }
}));
const stored = performance.now() - begun;
await until('every event is handled', async () => (await counts()) - handledBefore >= EVENTS, 120_000);
const handled = performance.now() - begun;
console.log(JSON.stringify({
  bench: 'throughput', machine: machine(), repo: REPO, events: EVENTS, lanes: pulls.length, storedPerSecond: Math.round((1_000 * EVENTS) / stored), handledPerSecond: Math.round((1_000 * EVENTS) / handled), rssAtRestMb, rssAfterMb: bench.rssMb(),
}, null, 2));

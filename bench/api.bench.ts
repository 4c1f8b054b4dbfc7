import type { Person } from '../src/embedded/github/world.js';
import { plugins } from '../src/handlers/registry.js';
import { machine, startBench, until } from './support.js';

/**
 * What events cost of GitHub's rate limit: counted reads by event and plugin, all plugins on (but rifle, which excludes blunderbuss). Each kind of event happens in
 * an organisation of its own: cold is its first pull request there, of which nothing is known; warm the mean of the next ones, each a pull request of its own.
 */
const WARM = 3;

interface Scene {
  readonly name: string;
  /** What stands before the event and is not measured. */
  before?(there: There): Promise<void> | void;
  event(there: There): Promise<unknown> | unknown;
}

interface There {
  readonly slug: string;
  readonly number: number;
  readonly branch: string;
  /** Member and approver, member and reviewer, author from outside. */
  readonly max: Person;
  readonly mia: Person;
  readonly nora: Person;
}

const says = (text: string): Pick<Scene, 'name' | 'event'> => ({ name: `comment: ${text}`, event: ({ mia, slug, number }) => mia.comment(slug, number, text) });

const scenes: readonly Scene[] = [
  { name: 'comment without a command', event: ({ mia, slug, number }) => mia.comment(slug, number, 'See the second file.') },
  says('/lgtm'), says('/hold'), says('/test unit'), says('/retest'), says('/assign'), says('/cc @max'), says('/kind bug'), says('/retitle Another title'), says('/close'), says('/lifecycle stale'),
  { name: 'comment: /approve', event: ({ max, slug, number }) => max.comment(slug, number, '/approve') },
  { name: 'review: approved', event: ({ mia, slug, number }) => mia.review(slug, number, { event: 'APPROVE', body: 'Fine.' }) },
  { name: 'comment edited', before: ({ mia, slug, number }) => { mia.comment(slug, number, 'One.'); }, event: ({ mia, slug, number }) => { mia.comment(slug, number, 'Two.'); } },
  { name: 'pull request opened', event: async ({ mia, slug, branch }) => {
    await mia.push(slug, { branch: `${branch}-more`, files: { [`${branch}-more.txt`]: 'more\n' } });
    await mia.openPull(slug, { title: 'More', head: `${branch}-more` });
  } },
  { name: 'new commits', event: ({ mia, slug, branch }) => mia.push(slug, { branch, files: { [`${branch}.txt`]: 'changed\n' } }) },
  { name: 'title edited', event: ({ mia, slug, number }) => mia.edit(slug, number, { title: 'A better title' }) },
  { name: 'label by hand', event: ({ mia, slug, number }) => { mia.addLabels(slug, number, 'kind/bug'); } },
  { name: 'closed', event: ({ mia, slug, number }) => { mia.close(slug, number); } },
];

const names = plugins.map(({ name }) => name).filter((name) => name !== 'rifle');
await using bench = await startBench({ latencyMs: 0, pulls: 1, plugins: names, orgs: scenes.map((_, n) => `org-${n}`) });
const { github } = bench;
const { world } = github;

interface Spent { readonly events: number; readonly reads: ReadonlyMap<string, number> }

/** Counted reads so far by plugin, once nothing moves any more. */
async function settled(): Promise<Spent> {
  let last = '';
  await until('everything is handled', async () => {
    await github.idle();
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    const lines = (await bench.metrics()).split('\n').filter((line) => /^(prow_github_requests_total|prow_plugin_handle_duration_seconds_count|prow_queue_jobs\{.*state="(active|waiting|prioritized)")/.test(line));
    const busy = lines.some((line) => line.startsWith('prow_queue_jobs') && !line.endsWith(' 0'));
    const now = lines.join('\n');
    const calm = !busy && now === last;
    last = now;
    return calm;
  });
  const reads = new Map<string, number>();
  for (const line of last.split('\n')) {
    const found = /^prow_github_requests_total\{(.*)\} (\d+)/.exec(line);
    if (!found || !line.includes('cost="counted"') || !line.includes('kind="read"')) continue;
    const plugin = /plugin="([^"]*)"/.exec(found[1] ?? '')?.[1] ?? '';
    reads.set(plugin, (reads.get(plugin) ?? 0) + Number(found[2]));
  }
  return { events: github.hub.state.deliveries.length, reads };
}

function between(before: Spent, after: Spent): { readonly events: number; readonly reads: Readonly<Record<string, number>>; readonly total: number } {
  const reads = Object.fromEntries([...after.reads].map(([plugin, count]) => [plugin, count - (before.reads.get(plugin) ?? 0)] as const).filter(([, count]) => count > 0));
  return { events: after.events - before.events, reads, total: Object.values(reads).reduce((sum, count) => sum + count, 0) };
}

const [max, mia, nora] = [world.as('max'), world.as('mia'), world.as('nora')];
const rows = [];
for (const [n, scene] of scenes.entries()) {
  const org = `org-${n}`;
  const slug = `${org}/shop`;
  world.org(org, { members: ['mia', 'max'], defaultPermission: 'write' });
  await world.repo({ owner: org, name: 'shop', labels: ['lgtm', 'approved', 'kind/bug', 'do-not-merge/hold', 'lifecycle/stale'] });
  world.install(org);
  await mia.push(slug, { branch: 'main', files: { 'README.md': '# shop\n', OWNERS: 'approvers: [max]\nreviewers: [mia, max]\n' } });
  await settled();
  const costs: ReturnType<typeof between>[] = [];
  for (let round = 0; round <= WARM; round++) {
    const branch = `change-${round}`;
    await mia.push(slug, { branch, files: { [`${branch}.txt`]: `${round}\n` } });
    const author = scene.name === 'comment: /lgtm' || scene.name.startsWith('review') ? max : mia;
    const { number } = await author.openPull(slug, { title: `Change ${round}`, head: branch, body: 'What it does.' });
    const there = { slug, number, branch, max, mia, nora };
    await scene.before?.(there);
    const before = await settled();
    await scene.event(there);
    costs.push(between(before, await settled()));
  }
  const [cold, ...warm] = costs;
  const mean = (of: (cost: (typeof costs)[number]) => number): number => Math.round((10 * warm.reduce((sum, cost) => sum + of(cost), 0)) / warm.length) / 10;
  rows.push({
    event: scene.name, deliveries: mean(({ events }) => events), cold: cold?.total ?? 0, warm: mean(({ total }) => total),
    warmByPlugin: Object.fromEntries([...new Set(warm.flatMap(({ reads }) => Object.keys(reads)))].sort().map((plugin) => [plugin, mean(({ reads }) => reads[plugin] ?? 0)])),
  });
}

const width = Math.max(...rows.map(({ event }) => event.length));
console.log(`${'event'.padEnd(width)}  deliveries  cold  warm  warm by plugin`);
for (const { event, deliveries, cold, warm, warmByPlugin } of rows) {
  console.log(`${event.padEnd(width)}  ${String(deliveries).padStart(10)}  ${String(cold).padStart(4)}  ${String(warm).padStart(4)}  ${Object.entries(warmByPlugin).map(([plugin, count]) => `${plugin} ${count}`).join(', ')}`);
}
console.log(JSON.stringify({ bench: 'api', machine: machine(), plugins: names.length, rows, upstreamReadsPerEvent: 1.2 }, null, 2));

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createEventStore } from '../../src/adapters/events/store.js';
import type { EventSummary } from '../../src/core/ports/events.js';
import { startGitHub, type GitHubOptions } from '../../src/embedded/github/server.js';
import { eventually, testRedis } from './redis.js';
import { freePort } from './redisServer.js';
import { appKey } from './appKey.js';

const root = new URL('../..', import.meta.url).pathname;
const BOT = 'prow[bot]';
export const SHOP = 'acme/shop';
const PULLS = 3;

/** A line of a process's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A `prow serve` of its own. */
export interface Served {
  readonly url: string;
  /** What it has logged so far. */
  readonly log: readonly LogLine[];
  /** What a page of it says. */
  page(path: string): Promise<string>;
  /** Resolves when its pages are told that a configuration came or broke. */
  toldOfConfig(): Promise<void>;
  /** A line of `/healthz/ready` for machines and people. */
  ready(): Promise<string>;
  /** Value of a metric, by its name with its labels; undefined where there is none. */
  metric(name: string): Promise<number | undefined>;
  /** Resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** `/hold` and `/hold cancel`, one after the other, on one pull request. */
export interface Probe {
  readonly pull: number;
  readonly comments: readonly number[];
}

async function text(url: string): Promise<string> {
  return (await fetch(url, { headers: { accept: 'text/html,*/*' } })).text();
}

/** Starts `bin/prow serve` and waits until it answers. */
async function serve(flags: Readonly<Record<string, string>>): Promise<Served> {
  const [port, metrics, health] = [await freePort(), await freePort(), await freePort()];
  const all = { ...flags, port, 'metrics-port': metrics, 'health-port': health, 'admin-port': -1, host: '127.0.0.1', 'grace-period': '5s' };
  const { PATH, HOME, NODE_OPTIONS } = process.env;
  const child = spawn(process.execPath, [join(root, 'bin', 'prow'), 'serve', ...Object.entries(all).map(([name, value]) => `--${name}=${value}`)], {
    stdio: ['ignore', 'ignore', 'pipe'], env: Object.fromEntries(Object.entries({ PATH, HOME, NODE_OPTIONS }).filter(([, value]) => value !== undefined)),
  });
  const log: LogLine[] = [];
  const other: string[] = [];
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      try {
        log.push(JSON.parse(line) as LogLine);
      } catch {
        other.push(line);
      }
    }
  });
  const ready = (): Promise<string> => text(`http://127.0.0.1:${health}/healthz/ready`);
  await eventually('prow serve to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`prow serve ended with ${child.exitCode}: ${[...other, ...log.map((line) => JSON.stringify(line))].join('\n')}`);
    return (await ready().catch(() => '')).startsWith('OK');
  }, 60_000);
  const url = `http://127.0.0.1:${port}`;
  return {
    url, log, ready,
    page: (path) => text(`${url}${path}`),
    async toldOfConfig() {
      const { body } = await fetch(`${url}/live`, { signal: AbortSignal.timeout(25_000) });
      const decoder = new TextDecoder();
      let told = '';
      for await (const chunk of body ?? []) if ((told += decoder.decode(chunk as Uint8Array, { stream: true })).includes('"topic":"config-status"')) return;
      throw new Error('the live stream has ended');
    },
    async metric(name) {
      const found = (await text(`http://127.0.0.1:${metrics}/metrics`)).split('\n').find((line) => line.startsWith(`${name} `));
      return found === undefined ? undefined : Number(found.slice(name.length + 1));
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
  };
}

/** An embedded GitHub with three pull requests, real Redis, and any number of `prow serve` processes. */
export async function startStage(options: GitHubOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'prow-served-'));
  const manifest = parse(readFileSync(join(root, 'app.yml'), 'utf8')) as NonNullable<GitHubOptions['manifest']>;
  const github = await startGitHub({ ...appKey(), manifest, appSlug: 'prow', ...options });
  const { world } = github;
  world.org('acme', { admins: ['ada'], members: ['nora'], defaultPermission: 'write' });
  await world.repo({ owner: 'acme', name: 'shop', files: { 'src/shop.js': 'fine\n' }, labels: ['do-not-merge/hold'] });
  world.install('acme');
  const nora = world.as('nora');
  for (let n = 1; n <= PULLS; n++) {
    await nora.push(SHOP, { branch: `change-${n}`, files: { [`src/${n}.js`]: 'new\n' } });
    await nora.openPull(SHOP, { title: `Change ${n}`, head: `change-${n}` });
  }
  const connection = testRedis();
  const { redis, prefix } = connection;
  const store = createEventStore({ redis, prefix, uuid: randomUUID, wake: () => {} });
  const secret = (name: string, content: string): string => { writeFileSync(join(dir, name), content, { mode: 0o600 }); return join(dir, name); };
  const flags = {
    'redis-url': connection.url, 'redis-prefix': prefix, 'hmac-secret-file': secret('hmac', `${github.webhookSecret}\n`), 'github-app-id': String(github.appId), 'github-app-private-key-path': secret('key.pem', github.appKey),
    'github-endpoint': github.url, 'github-graphql-endpoint': github.graphqlUrl, 'github-host': github.gitUrl, 'github-client.initial-delay': '50ms', 'github-client.max-retries': '2',
  };
  const processes: Served[] = [];
  const probes: Probe[] = [];

  const probe = async (): Promise<Probe> => {
    const pull = (probes.length % PULLS) + 1;
    const comments: number[] = [];
    for (const body of ['/hold', '/hold cancel']) {
      comments.push(nora.comment(SHOP, pull, body).id);
      await github.idle(); // its delivery was taken
    }
    const made = { pull, comments };
    probes.push(made);
    return made;
  };
  const eventsOf = async (): Promise<ReadonlyMap<number, EventSummary | undefined>> => {
    const events = new Map((await store.recent(5_000)).map((event) => [event.id, event]));
    return new Map(github.hub.state.deliveries.filter(({ event }) => event === 'issue_comment').map(({ guid, payload }) => [(JSON.parse(payload) as { comment: { id: number } }).comment.id, events.get(guid)]));
  };

  const self = {
    dir, github, world,
    /** Every probe so far, in order. */
    probes: probes as readonly Probe[],
    async serve(more: Readonly<Record<string, string>>): Promise<Served> {
      const served = await serve({ ...flags, 'state-dir': join(dir, 'state'), ...more });
      processes.push(served);
      return served;
    },
    /** Sends probes one after the other. */
    async send(count: number): Promise<readonly Probe[]> {
      const sent: Probe[] = [];
      for (let n = 0; n < count; n++) sent.push(await probe());
      return sent;
    },
    /** Sends probes until the work is done. */
    async sendDuring(work: () => Promise<unknown>): Promise<readonly Probe[]> {
      let done = false;
      const ended = work().finally(() => { done = true; });
      ended.catch(() => {}); // thrown below
      const sent: Probe[] = [];
      while (!done) sent.push(await probe());
      await ended;
      return sent;
    },
    /** Once all is handled: whether the plugin acted on each probe. */
    async acted(wanted: readonly Probe[] = probes): Promise<readonly boolean[]> {
      const events = await eventually('all comments to be handled', async () => {
        await github.idle();
        const found = await eventsOf();
        return wanted.every(({ comments }) => comments.every((id) => found.get(id)?.state === 'handled')) && found;
      }, 60_000);
      return wanted.map(({ comments }) => comments.some((id) => events.get(id)?.plugins.some(({ plugin, actions }) => plugin === 'hold' && actions.length > 0)));
    },
    /** What the bot has answered on a pull request. */
    answers: (pull: number): readonly string[] => world.pull(SHOP, pull).comments.filter(({ user }) => user === BOT).map(({ body }) => body),
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(processes.map((one) => one.stop()));
      await github.stop();
      await connection[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return self;
}

/** Whether, on each pull request, what was before the change comes first and nothing of it after. */
export function switchesOnce(probes: readonly Probe[], acted: readonly boolean[], to: boolean): boolean {
  return Array.from({ length: PULLS }, (_, n) => n + 1).every((pull) => {
    const mine = acted.filter((_, n) => probes[n]?.pull === pull);
    const from = mine.indexOf(to);
    return from < 0 || mine.slice(from).every((one) => one === to);
  });
}

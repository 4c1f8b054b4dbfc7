import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prowJobLookups } from '../../../src/adapters/kube/lookups.js';
import { openMemory } from '../../../src/adapters/kube/memory.js';
import { localStorage } from '../../../src/adapters/storage/local.js';
import { createStorage } from '../../../src/adapters/storage/storage.js';
import type { ConfigSource } from '../../../src/config/snapshot.js';
import { NotFoundError } from '../../../src/core/errors.js';
import type { BuildClusters, Pods } from '../../../src/core/ports/kube.js';
import { silentLog } from '../../../src/core/ports/log.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { createWeb } from '../../../src/web/app.js';
import { openJobPages } from '../../../src/web/jobs/shared.js';
import { createQueueUi } from '../../../src/web/queues.js';
import { BEGINNING } from './fake.js';

/** A pod's log that a test writes. */
export interface WrittenLog {
  write(text: string): void;
  end(): void;
}

/** Deck's pages over an index in memory, storage in a folder, and pods whose logs the test writes. */
export function openStand({ hidden = [], mode = 'act', now = () => BEGINNING + 3_600_000, deck = {} }: Readonly<{ hidden?: readonly string[]; mode?: 'act' | 'dry'; now?: () => number; deck?: object }> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'prow-deck-'));
  const index = openMemory(prowJobLookups, silentLog);
  index.replaceAll([]);
  const storage = createStorage(new Map([['file', localStorage({ roots: [dir] })]]));
  const logs = new Map<string, { text: string; ended: boolean; wake: (() => void)[] }>();
  const pods: Pick<Pods, 'logs' | 'find'> = {
    async *logs(name, container, { follow, signal, tailLines, limitBytes }) {
      const log = logs.get(`${name}/${container}`);
      if (!log) throw new NotFoundError(`pods "${name}" not found`, { service: 'kubernetes' });
      if (!follow) { yield Buffer.from(tailLines === undefined ? log.text.slice(0, limitBytes) : log.text.split('\n').slice(-tailLines).join('\n')); return; }
      for (let at = 0; ;) {
        if (at < log.text.length) { const part = log.text.slice(at); at += part.length; yield Buffer.from(part); continue; }
        if (log.ended || signal.aborted) return;
        await new Promise<void>((resolve) => { log.wake.push(resolve); signal.addEventListener('abort', () => { resolve(); }, { once: true }); });
      }
    },
    find: async () => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [], nodeName: 'node-1' }, status: { phase: 'Pending', containerStatuses: [{ name: 'test', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }] } }),
  };
  const config = { current: () => ({ prow: { prowjob_namespace: 'ns', scheduler: { enabled: false }, deck: { hidden_repos: hidden, spyglass: { bucket_aliases: {} }, additional_allowed_buckets: [], ...deck }, plank: { default_decoration_config_entries: [], default_decoration_configs: {} } }, jobs: { presubmits: new Map(), postsubmits: new Map(), periodics: [] } }), problem: () => undefined } as unknown as ConfigSource;
  let version = 1_000;
  const jobs = {
    find: async (name: string) => index.get('ns', name),
    create: async (job: ProwJob) => {
      if (index.get('ns', job.metadata.name)) return 'existed' as const;
      index.put({ ...job, metadata: { ...job.metadata, namespace: 'ns', uid: `uid-${job.metadata.name}`, resourceVersion: String(version++) } });
      return 'created' as const;
    },
    abort: async (name: string, description: string) => {
      const job = index.get('ns', name);
      if (!job || job.status.completionTime !== undefined) return 'gone' as const;
      index.put({ ...job, metadata: { ...job.metadata, resourceVersion: String(version++) }, status: { ...job.status, state: 'aborted', description } });
      return 'aborted' as const;
    },
  };
  let ids = 0;
  const folderOf = ({ spec, status }: ProwJob): string | undefined => (status.build_id ? `file://${dir}/bucket/logs/${spec.job}/${status.build_id}` : undefined);
  const pages = openJobPages({
    index, jobs, clusters: { get: () => ({ kind: 'cluster', alias: 'default', pods, index: {} }) } as unknown as Pick<BuildClusters, 'get'>,
    storage, resultsOf: folderOf, config, linkUrl: () => 'https://github.com', clock: { now }, uuid: () => `uuid-${ids++}`, patienceMs: Number.POSITIVE_INFINITY, mode, log: silentLog,
  });
  const { app } = createWeb({
    webhookPath: '/hook', hook: undefined, events: { recent: async () => [] }, tide: { pools: async () => [], merges: async () => [] }, feed: { publish() {}, async *subscribe() {} },
    help: async () => ({ AllRepos: [], RepoPlugins: {}, RepoExternalPlugins: {}, PluginHelp: {}, ExternalPluginHelp: {} }), inRepo: () => undefined, tideJson: async () => ({}), checks: [], remarks: [], linkUrl: () => 'https://github.com', adminUrl: undefined, clock: { now }, log: silentLog, jobs: pages,
  });
  return {
    dir, index, pages, app, admin: createQueueUi({ queues: [], mode, jobs: pages }), folderOf,
    put: (...all: readonly ProwJob[]): void => { for (const job of all) index.put(job); },
    /** Leaves a file among a job's results. */
    store(job: ProwJob, name: string, content: string | Uint8Array): void {
      const path = join(new URL(folderOf(job) ?? '').pathname, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    log(pod: string, container = 'test'): WrittenLog {
      const log = { text: '', ended: false, wake: [] as (() => void)[] };
      logs.set(`${pod}/${container}`, log);
      const wake = (): void => { for (const one of log.wake.splice(0)) one(); };
      return { write(text) { log.text += text; wake(); }, end() { log.ended = true; wake(); } };
    },
    get: async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Readonly<{ status: number; text: string; headers: Headers }>> => {
      const answer = await app.request(path, { headers });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
    [Symbol.dispose](): void {
      pages.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
export type Stand = ReturnType<typeof openStand>;

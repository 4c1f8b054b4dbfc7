import { rm, writeFile } from 'node:fs/promises';
import { existsSync, mkdirSync, openSync, readFileSync, writeSync, closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../../core/ports/clock.js';
import type { Log } from '../../../core/ports/log.js';
import { startCollector } from './collect.js';
import { openJournal } from './journal.js';
import { allKinds, definitions, namespaces } from './kinds.js';
import { fieldsOf, timestamp, type Kobject } from './object.js';
import { createObjects } from './objects.js';
import { loadProwjobCrd } from './prowjobCrd.js';
import { startServer } from './server.js';
import { openStore } from './store.js';
import { loadCertificates, loadToken } from './tls.js';

export interface ApiOptions {
  /** Where the cluster keeps everything. */
  readonly dir: string;
  readonly port: number;
  /** The chart's definition of ProwJob; where it is not there, one of our own is used. */
  readonly crd: string | URL;
  readonly kubeconfigPath: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly historySize: number;
  readonly bookmarkMs: number;
}

export interface Api {
  readonly url: string;
  /** Forgets all history, and ends every watch. */
  forget(): void;
  stop(): Promise<void>;
}

const FIRST = ['default', 'kube-system', 'kube-public'];
const SWEEP_MS = 60_000;

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Two processes writing one journal would destroy it. Throws when another process has the folder. */
function lock(dir: string): string {
  const path = join(dir, 'lock');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    const pid = Number(readFileSync(path, 'utf8').trim());
    // Our own number without us having the lock belongs to an earlier life of a container, where numbers repeat.
    if (pid > 0 && pid !== process.pid && lives(pid)) throw new Error(`the cluster in ${dir} is run by process ${String(pid)} already`);
  }
  const file = openSync(path, 'w', 0o600);
  writeSync(file, `${String(process.pid)}\n`);
  closeSync(file);
  return path;
}

/** A kubeconfig that names one cluster, with its authority and the token. */
export function kubeconfigOf({ url, ca, token }: { url: string; ca: string; token: string }): string {
  const name = 'prow-embedded';
  return `${JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  }, undefined, 2)}\n`;
}

/** Starts the API server over its folder and writes the kubeconfig (mode 0600). */
export async function startApi({ dir, port, crd, kubeconfigPath, clock, log, historySize, bookmarkMs }: ApiOptions): Promise<Api> {
  const lockPath = lock(dir);
  const definition = await loadProwjobCrd(crd);
  const kinds = allKinds(definition);
  const journal = await openJournal({ dir: join(dir, 'state'), log });
  const store = await openStore({ journal, historySize });
  const objects = createObjects({ store, clock });
  for (const name of FIRST) if (!store.get(namespaces.plural, name)) objects.create({ kind: namespaces, namespace: '' }, { metadata: { name } }, { dryRun: 'no', validation: 'ignore' });
  const { metadata, spec } = definition.document;
  const name = String(fieldsOf(metadata).name);
  const now = timestamp(clock.now());
  const condition = (type: string, reason: string): object => ({ type, status: 'True', lastTransitionTime: now, reason, message: '' });
  const status = { acceptedNames: fieldsOf(spec).names, storedVersions: ['v1'], conditions: [condition('NamesAccepted', 'NoConflicts'), condition('Established', 'InitialNamesAccepted')] };
  const kept = store.get(definitions.plural, name)?.object.metadata;
  store.put(definitions.plural, name, (resourceVersion): Kobject => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec, status,
    metadata: { ...fieldsOf(metadata), name, uid: kept?.uid ?? '7d8e5a8e-6c0f-4f51-9a51-6c5d7b0c0001', creationTimestamp: kept?.creationTimestamp ?? now, generation: 1, resourceVersion },
  }));
  const collector = startCollector({ store, objects, kinds, clock, log });
  const sweeper = setInterval(() => { collector.sweep(); }, SWEEP_MS);
  const certificates = await loadCertificates({ dir, now: clock.now() });
  const token = loadToken(dir);
  const server = await startServer({ port, certificates, token, kinds, store, objects, logs: join(dir, 'logs'), clock, log, bookmarkMs });
  mkdirSync(dirname(kubeconfigPath), { recursive: true });
  await rm(kubeconfigPath, { force: true }); // an old file would keep its mode
  await writeFile(kubeconfigPath, kubeconfigOf({ url: server.url, ca: certificates.ca, token }), { mode: 0o600 });
  return {
    url: server.url,
    forget() {
      store.forget();
      server.cut();
    },
    async stop() {
      clearInterval(sweeper);
      collector.stop();
      await server.stop();
      await journal.close();
      await rm(lockPath, { force: true });
    },
  };
}

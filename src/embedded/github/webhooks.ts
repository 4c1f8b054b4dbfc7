import { createHmac, randomUUID } from 'node:crypto';
import { mayHear } from './eventPermissions.js';
import { fullName, key, newId, nowIso, type HookEvent, type Hub } from './hub.js';
import { renderAccount, renderOrgShort } from './render/accounts.js';
import { renderRepo } from './render/repo.js';
import type { Installation } from './state/people.js';
import type { Delivery, Hook } from './state.js';

/** Events that every App gets, subscribed or not. */
const always: ReadonlySet<string> = new Set(['installation', 'installation_repositories', 'github_app_authorization', 'ping']);

export interface Sender {
  /** Delivers an event to every hook that wants it. */
  emit(event: HookEvent): void;
  /** Sends a delivery again, as a delivery of its own with the same guid. */
  redeliver(old: Delivery): Delivery;
  /** Sends a ping to one hook. */
  ping(hook: Hook): void;
}

export const sign = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

function installationFor(hub: Hub, appId: number, owner: string | undefined): Installation | undefined {
  if (owner === undefined) return undefined;
  return [...hub.state.installations.values()].find((one) => one.appId === appId && key(one.account) === key(owner) && !one.suspendedAt);
}

function wants(hook: Hook, { event }: HookEvent): boolean {
  return hook.active && (hook.events.includes('*') || hook.events.includes(event) || (hook.target.kind === 'app' && always.has(event)));
}

function concerns(hub: Hub, hook: Hook, event: HookEvent): boolean {
  const owner = event.repo?.owner ?? event.org;
  if (hook.target.kind === 'app') {
    if (event.onlyApp !== undefined && event.onlyApp !== hook.target.appId) return false;
    const app = hub.state.apps.get(hook.target.appId);
    if (!app || !mayHear(app.permissions, event.event)) return false;
    return event.event === 'installation' || installationFor(hub, hook.target.appId, owner) !== undefined;
  }
  if (hook.target.kind === 'repo') return event.repo?.id === hook.target.repoId;
  return owner !== undefined && key(owner) === key(hook.target.login);
}

function targetHeaders({ target, id }: Hook): Record<string, string> {
  const type = { app: 'integration', repo: 'repository', org: 'organization' }[target.kind];
  const targetId = target.kind === 'app' ? target.appId : target.kind === 'repo' ? target.repoId : id;
  return { 'X-GitHub-Hook-ID': String(id), 'X-GitHub-Hook-Installation-Target-ID': String(targetId), 'X-GitHub-Hook-Installation-Target-Type': type };
}

/** Makes the sending end. `down` says whether deliveries are kept from leaving, as when the network is. */
export function createSender(hub: Hub, { down, fetcher = fetch }: { down: () => boolean; fetcher?: typeof fetch }): Sender {
  async function post(hook: Hook, delivery: Delivery): Promise<void> {
    const begin = performance.now();
    try {
      if (down() || !hook.url) throw new Error('failed to connect to host');
      const answer = await fetcher(hook.url, { method: 'POST', headers: delivery.requestHeaders, body: delivery.payload, signal: AbortSignal.timeout(10_000), redirect: 'manual' });
      delivery.responseBody = (await answer.text()).slice(0, 4096);
      delivery.responseHeaders = Object.fromEntries(answer.headers);
      delivery.statusCode = answer.status;
      delivery.status = answer.ok ? 'OK' : `Invalid HTTP Response: ${String(answer.status)}`;
    } catch (err) {
      const late = err instanceof Error && err.name === 'TimeoutError';
      delivery.statusCode = late ? 504 : 502;
      delivery.status = late ? 'timed out' : 'failed to connect to host';
    }
    delivery.durationMs = Math.round(performance.now() - begin);
  }

  function send(hook: Hook, facts: Pick<Delivery, 'guid' | 'event' | 'action' | 'payload' | 'installationId' | 'repositoryId' | 'redelivery'>): Delivery {
    const delivery: Delivery = {
      ...facts, id: newId(hub), hookId: hook.id, deliveredAt: new Date(hub.now()).toISOString(), statusCode: 0, status: 'pending', durationMs: 0, responseHeaders: {}, responseBody: '',
      requestHeaders: {
        'Accept': '*/*', 'Content-Type': 'application/json', 'User-Agent': 'GitHub-Hookshot/embedded', 'X-GitHub-Delivery': facts.guid, 'X-GitHub-Event': facts.event, ...targetHeaders(hook),
        ...(hook.secret ? { 'X-Hub-Signature-256': sign(hook.secret, facts.payload) } : {}),
      },
    };
    hub.state.deliveries.push(delivery);
    hub.background(post(hook, delivery));
    return delivery;
  }

  function payloadFor(hook: Hook, event: HookEvent): { body: Record<string, unknown>; installationId: number | null } {
    const owner = event.repo?.owner ?? event.org;
    const org = owner === undefined ? undefined : hub.state.orgs.get(key(owner));
    const installation = hook.target.kind === 'app' ? installationFor(hub, hook.target.appId, owner) : undefined;
    return {
      installationId: installation?.id ?? null,
      body: {
        ...(event.action === undefined ? {} : { action: event.action }),
        ...event.payload,
        ...(event.repo && !('repository' in event.payload) ? { repository: renderRepo(hub, event.repo) } : {}),
        ...(org ? { organization: renderOrgShort(hub, org) } : {}),
        sender: renderAccount(hub, event.sender),
        ...(installation && !('installation' in event.payload) ? { installation: { id: installation.id, node_id: Buffer.from(`Integration${String(installation.id)}`).toString('base64') } } : {}),
      },
    };
  }

  return {
    emit(event) {
      for (const observe of hub.observers) observe(event);
      for (const hook of hub.state.hooks.values()) {
        if (!hook.url || !wants(hook, event) || !concerns(hub, hook, event)) continue;
        const { body, installationId } = payloadFor(hook, event);
        send(hook, { guid: randomUUID(), event: event.event, action: event.action ?? null, payload: JSON.stringify(body), installationId, repositoryId: event.repo?.id ?? null, redelivery: false });
      }
    },
    redeliver(old) {
      const hook = hub.state.hooks.get(old.hookId);
      if (!hook) throw new Error(`no hook ${String(old.hookId)}`);
      return send(hook, { ...old, redelivery: true });
    },
    ping(hook) {
      const about = {
        type: hook.target.kind === 'app' ? 'App' : hook.target.kind === 'repo' ? 'Repository' : 'Organization', id: hook.id, name: 'web', active: hook.active, events: hook.events,
        config: { content_type: 'json', insecure_ssl: '0', url: hook.url }, updated_at: nowIso(hub), created_at: hook.createdAt, ...(hook.target.kind === 'app' ? { app_id: hook.target.appId } : {}),
      };
      const repo = hook.target.kind === 'repo' ? hub.state.repos.get(hook.target.repoId) : undefined;
      const payload = { zen: 'Keep it logically awesome.', hook_id: hook.id, hook: about, ...(repo ? { repository: renderRepo(hub, repo), sender: renderAccount(hub, repo.owner) } : {}) };
      send(hook, { guid: randomUUID(), event: 'ping', action: null, payload: JSON.stringify(payload), installationId: null, repositoryId: repo?.id ?? null, redelivery: false });
    },
  };
}

/** Which repository a delivery was about, in words. */
export const deliveryTarget = (hub: Hub, { repositoryId }: Delivery): string => {
  const repo = repositoryId === null ? undefined : hub.state.repos.get(repositoryId);
  return repo ? fullName(repo) : '';
};

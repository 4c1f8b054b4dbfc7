import type { Hub } from '../hub.js';
import type { Delivery, Hook } from '../state.js';
import type { Json } from './accounts.js';

/** Where a hook is found in the API. */
export function hookUrl(hub: Hub, { id, target }: Hook): string {
  if (target.kind === 'app') return `${hub.urls.api}/app/hook`;
  if (target.kind === 'org') return `${hub.urls.api}/orgs/${target.login}/hooks/${String(id)}`;
  const repo = hub.state.repos.get(target.repoId);
  return `${hub.urls.api}/repos/${repo ? `${repo.owner}/${repo.name}` : ''}/hooks/${String(id)}`;
}

export const renderHookConfig = ({ url, secret }: Hook): Json => ({ content_type: 'json', insecure_ssl: '0', ...(secret ? { secret: '********' } : {}), url: url ?? '' });

export function renderHook(hub: Hub, hook: Hook): Json {
  const url = hookUrl(hub, hook);
  return {
    type: hook.target.kind === 'org' ? 'Organization' : 'Repository', id: hook.id, name: 'web', active: hook.active, events: hook.events, config: renderHookConfig(hook), updated_at: hook.updatedAt,
    created_at: hook.createdAt, url, test_url: `${url}/test`, ping_url: `${url}/pings`, deliveries_url: `${url}/deliveries`, last_response: { code: null, status: 'unused', message: null },
  };
}

/** A delivery as the list has it. */
export function renderDelivery(delivery: Delivery): Json {
  return {
    id: delivery.id, guid: delivery.guid, delivered_at: delivery.deliveredAt, redelivery: delivery.redelivery, duration: delivery.durationMs / 1000, status: delivery.status, status_code: delivery.statusCode,
    event: delivery.event, action: delivery.action, installation_id: delivery.installationId, repository_id: delivery.repositoryId, throttled_at: null,
  };
}

/** A delivery with what was sent and answered. */
export function renderDeliveryFull(hub: Hub, delivery: Delivery): Json {
  return {
    ...renderDelivery(delivery), url: hub.state.hooks.get(delivery.hookId)?.url ?? '', request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.payload) as unknown },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}

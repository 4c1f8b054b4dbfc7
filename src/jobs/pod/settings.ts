import { findDuration } from '../../config/duration.js';
import { record, records, text, type Data } from './model.js';

/** Memory of a user container: a default request, and a limit that equals the request where that is asked for (jobs 4.6). */
export function withMemory(container: Data, decoration: Data): Data {
  const resources = record(container['resources']);
  const requests = record(resources['requests']);
  const memory = requests['memory'] ?? decoration['default_memory_request'];
  if (memory === undefined) return container;
  const limited = decoration['set_limit_equals_memory_request'] === true;
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...requests, memory },
      ...(limited && { limits: { ...record(resources['limits']), memory } }),
    },
  };
}

/** What the decoration says about the pod as a whole; the job's own settings win. */
export function withPodDefaults(pod: Data, decoration: Data): Data {
  const scheduling = record(decoration['scheduling_options']);
  const grace = findDuration(text(decoration['grace_period']));
  const security: Data = { ...record(pod['securityContext']) };
  return {
    ...pod,
    securityContext: { ...defaults(decoration, { runAsUser: 'run_as_user', runAsGroup: 'run_as_group', fsGroup: 'fs_group' }), ...security },
    ...(pod['affinity'] === undefined && scheduling['affinity'] !== undefined && { affinity: scheduling['affinity'] }),
    ...(records(pod['tolerations']).length === 0 && records(scheduling['tolerations']).length > 0 && { tolerations: scheduling['tolerations'] }),
    ...(pod['terminationGracePeriodSeconds'] === undefined && grace !== undefined && { terminationGracePeriodSeconds: Math.floor((Math.floor(grace / 1_000) * 5) / 4) }),
    ...(text(pod['serviceAccountName']) === '' && text(decoration['default_service_account_name']) !== '' && { serviceAccountName: decoration['default_service_account_name'] }),
  };
}

function defaults(decoration: Data, names: Readonly<Record<string, string>>): Data {
  return Object.fromEntries(Object.entries(names).map(([to, from]) => [to, decoration[from]] as const).filter(([, value]) => value !== undefined));
}

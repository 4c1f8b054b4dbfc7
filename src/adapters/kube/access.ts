import type { KubeHttp } from './http.js';
import { statusOf } from './http.js';

/** What somebody does with pods: runs jobs in them, only throws them away, or only shows them. */
export type PodUse = 'run' | 'collect' | 'read';

/** What has to be allowed on pods of a build cluster before jobs are sent there (jobs 6.2). */
export const POD_VERBS = ['create', 'delete', 'list', 'watch', 'get', 'patch'] as const;

/** What has to be allowed for each (jobs 6.2, 8). */
export const VERBS_FOR: Readonly<Record<PodUse, readonly string[]>> = { run: POD_VERBS, collect: ['delete', 'list', 'watch', 'get', 'patch'], read: ['list', 'watch', 'get'] };

/** Asks the API server which of the verbs it would refuse. Throws when it does not answer. */
export async function deniedVerbs(http: KubeHttp, namespace: string, verbs: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const denied: string[] = [];
  for (const verb of verbs) {
    const body = {
      apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, verb, group: '', version: 'v1', resource: 'pods' } },
    };
    try {
      const review = (await http.json({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body, signal })) as { status?: { allowed?: boolean } };
      if (review.status?.allowed !== true) denied.push(verb);
    } catch (error) {
      // A server without that API has nobody to refuse anything.
      if (statusOf(error) === 404) return [];
      throw error;
    }
  }
  return denied;
}

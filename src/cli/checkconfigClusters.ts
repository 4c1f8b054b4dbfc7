import { readFile } from 'node:fs/promises';
import type { CheckInput, ClusterStates } from '../config/checks/input.js';
import { staticJobs } from '../config/checks/input.js';
import type { ProwConfig } from '../config/prow/schema.js';

/** The states of build clusters, where a local file tells them. That there is no such file yet is only remarked, as is one in a storage. */
export async function clusterStates({ plank: { build_cluster_status_file: path } }: Pick<ProwConfig, 'plank'>, note: (line: string) => void): Promise<ClusterStates> {
  if (path === '') return { kind: 'unknown' };
  const unread = (why: string): ClusterStates => {
    note(`plank.build_cluster_status_file ${path} is not looked at: ${why}`);
    return { kind: 'unknown' };
  };
  if (path.includes('://')) return unread('it is not on this machine');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (err) {
    return unread(err instanceof Error ? err.message : String(err));
  }
  try {
    const states: unknown = JSON.parse(text);
    if (typeof states !== 'object' || states === null || Array.isArray(states)) throw new Error('expected a map from clusters to states');
    return { kind: 'known', states: new Map(Object.entries(states).map(([name, state]) => [name, String(state)])) };
  } catch (err) {
    return { kind: 'broken', why: err instanceof Error ? err.message : String(err) };
  }
}

/** Remarks about clusters that cannot be reached now, and have jobs. */
export function unreachable(input: CheckInput): readonly string[] {
  const { clusters } = input;
  if (clusters.kind !== 'known') return [];
  const count = new Map<string, number>();
  for (const { job } of staticJobs(input)) count.set(job.cluster, (count.get(job.cluster) ?? 0) + 1);
  return [...count].flatMap(([cluster, jobs]) => {
    const state = clusters.states.get(cluster);
    return state === undefined || state === 'Reachable' ? [] : [`the cluster ${cluster}, on which ${jobs} ${jobs === 1 ? 'job runs' : 'jobs run'}, is in the state ${state}`];
  });
}

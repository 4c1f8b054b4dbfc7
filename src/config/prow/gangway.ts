import { z } from 'zod';

const Client = z.object({
  gcp: z.object({
    endpoint_api_consumer_type: z.string().default('').describe('Only PROJECT.'),
    endpoint_api_consumer_number: z.string().default('').describe('Number of the project.'),
  }).readonly().optional().describe('A client that comes by way of Google Cloud.'),
  allowed_jobs_filters: z.array(z.object({ tenant_id: z.string().default('').describe('The tenant whose jobs are meant.') }).readonly()).readonly().default([]).describe('Which jobs it may start.'),
}).readonly();
type Client = z.infer<typeof Client>;
type Fault = readonly [path: readonly (string | number)[], message: string];

/** The `gangway` section (config 2.5.13): who may start jobs from elsewhere. */
export const Gangway = z.object({
  allowed_api_clients: z.array(Client).readonly().default([]).describe('Who may start which jobs from elsewhere. No effect here.').superRefine((clients, context) => {
    for (const [path, message] of clientFaults(clients)) context.addIssue({ code: 'custom', path: [...path], message });
  }),
}).readonly();

function clientFaults(clients: readonly Client[]): readonly Fault[] {
  const seen = new Set<string>();
  return clients.flatMap(({ gcp, allowed_jobs_filters: filters }, at): readonly Fault[] => {
    if (!gcp) return [[[at], 'expected gcp']];
    const faults: Fault[] = [];
    const { endpoint_api_consumer_type: type, endpoint_api_consumer_number: number } = gcp;
    if (type !== 'PROJECT') faults.push([[at, 'gcp', 'endpoint_api_consumer_type'], `expected PROJECT, found ${JSON.stringify(type)}`]);
    if (!/^\d+$/.test(number)) faults.push([[at, 'gcp', 'endpoint_api_consumer_number'], `expected digits, found ${JSON.stringify(number)}`]);
    if (seen.has(`${type} ${number}`)) faults.push([[at, 'gcp'], 'is there twice']);
    seen.add(`${type} ${number}`);
    if (filters.length === 0) faults.push([[at, 'allowed_jobs_filters'], 'expected a filter']);
    filters.forEach((filter, place) => { if (filter.tenant_id === '') faults.push([[at, 'allowed_jobs_filters', place, 'tenant_id'], 'expected a tenant']); });
    return faults;
  });
}

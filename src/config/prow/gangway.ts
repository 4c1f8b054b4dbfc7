import { z } from 'zod';
import { rule, rules, type RuleFault } from '../rules.js';

const Client = z.object({
  gcp: z.object({
    endpoint_api_consumer_type: z.string().default('').describe('Only PROJECT.'),
    endpoint_api_consumer_number: z.string().default('').describe('Number of the project.'),
  }).readonly().optional().describe('A client that comes by way of Google Cloud.'),
  allowed_jobs_filters: z.array(z.object({ tenant_id: z.string().default('').describe('The tenant whose jobs are meant.') }).readonly()).readonly().default([]).describe('Which jobs it may start.'),
}).check(rules<Client>(
  rule(['gcp'], '', ({ gcp }) => (gcp ? undefined : 'expected gcp')),
  { keys: ['gcp'], faults: ({ gcp }) => (gcp && gcp.endpoint_api_consumer_type !== 'PROJECT' ? [[['gcp', 'endpoint_api_consumer_type'], `expected PROJECT, found ${JSON.stringify(gcp.endpoint_api_consumer_type)}`]] : []) },
  { keys: ['gcp'], faults: ({ gcp }) => (gcp && !/^\d+$/.test(gcp.endpoint_api_consumer_number) ? [[['gcp', 'endpoint_api_consumer_number'], `expected digits, found ${JSON.stringify(gcp.endpoint_api_consumer_number)}`]] : []) },
  rule(['gcp', 'allowed_jobs_filters'], 'allowed_jobs_filters', ({ gcp, allowed_jobs_filters: filters }) => (gcp && filters.length === 0 ? 'expected a filter' : undefined)),
  {
    keys: ['allowed_jobs_filters'],
    faults: ({ allowed_jobs_filters: filters }) => filters.flatMap(({ tenant_id: tenant }, at): readonly RuleFault[] => (tenant === '' ? [[['allowed_jobs_filters', at, 'tenant_id'], 'expected a tenant']] : [])),
  },
)).readonly();

interface Client {
  readonly gcp?: Readonly<{ endpoint_api_consumer_type: string; endpoint_api_consumer_number: string }> | undefined;
  readonly allowed_jobs_filters: readonly Readonly<{ tenant_id: string }>[];
}

/** The `gangway` section (config 2.5.13): who may start jobs from elsewhere. */
export const Gangway = z.object({
  allowed_api_clients: z.array(Client).readonly().default([]).describe('Who may start which jobs from elsewhere. No effect here.').superRefine((clients, context) => {
    const seen = new Set<string>();
    clients.forEach(({ gcp }, at) => {
      const client = gcp && `${gcp.endpoint_api_consumer_type} ${gcp.endpoint_api_consumer_number}`;
      if (client === undefined) return;
      if (seen.has(client)) context.addIssue({ code: 'custom', path: [at, 'gcp'], message: 'is there twice' });
      seen.add(client);
    });
  }),
}).readonly();

import { z } from 'zod';

const People = z.array(z.string()).readonly();
const lists = { approvers: People.optional(), reviewers: People.optional(), required_reviewers: People.optional(), labels: People.optional() };

/** An OWNERS file as people write it (plugins-policy 2.2): lists for the whole folder, or lists by file pattern. */
export const OwnersYaml = z.object({
  ...lists,
  options: z.object({ no_parent_owners: z.boolean().optional(), auto_approve_unowned_subfolders: z.boolean().optional() }).readonly().optional(),
  filters: z.record(z.string(), z.object(lists).readonly()).readonly().optional(),
}).readonly();
export type OwnersYaml = z.infer<typeof OwnersYaml>;

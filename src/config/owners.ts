import { z } from 'zod';

const People = z.array(z.string()).readonly();
const lists = {
  approvers: People.optional().describe('Logins or aliases of who approves.'),
  reviewers: People.optional().describe('Logins or aliases of who is asked for reviews.'),
  required_reviewers: People.optional().describe('Logins or aliases of who is asked for a review of every change.'),
  labels: z.array(z.string()).readonly().optional().describe('Labels of pull requests that change something here (plugin owners-label).'),
};

/** An OWNERS file as people write it (plugins-policy 2.2): lists for the whole folder, or lists by file pattern. */
export const OwnersYaml = z.object({
  ...lists,
  options: z.object({
    no_parent_owners: z.boolean().optional().describe('The owners of the folders above do not count here.'),
    auto_approve_unowned_subfolders: z.boolean().optional().describe('Folders below without owners of their own need no approval.'),
  }).readonly().optional().describe('How far the owners reach.'),
  filters: z.record(z.string(), z.object(lists).readonly()).readonly().optional().describe('Instead of lists for the whole folder: lists by RE2 expression for paths below it.'),
}).readonly();
export type OwnersYaml = z.infer<typeof OwnersYaml>;

import { z } from 'zod';
import { flag, list, map, regex, REPOS, text, texts } from './fields.js';

/** How newcomers are greeted. */
export const Welcome = z.object({
  repos: texts(REPOS),
  message_template: text('A Go template of the greeting; the plugin has one of its own.'),
  always_post: flag('Greet everybody, whoever has contributed before.'),
}).readonly();
export type Welcome = z.infer<typeof Welcome>;

/** Pushes that nobody reviewed, and who hears of them. */
export const MergeWarning = z.object({
  repos: texts(REPOS),
  channels: texts('Slack channels that are told.'),
  exempt_users: texts('Logins that may push.'),
  exempt_branches: map(z.array(z.string()).readonly(), 'By branch: logins that may push there.'),
}).readonly();
export type MergeWarning = z.infer<typeof MergeWarning>;

export const Slack = z.object({
  mentionchannels: texts('Channels (`sig-…`) that hear of comments that mention their group.'),
  mergewarnings: list(MergeWarning, 'Who hears of direct pushes.'),
}).readonly();

export const Heart = z.object({
  adorees: texts('Logins whose comments are adored.'),
  commentregexp: regex('An RE2 expression for the comments that are; none where it is empty.'),
}).readonly();

export const Cat = z.object({ key_path: text('A file with a key for the service that has the pictures.') }).readonly();
export const Goose = z.object({ key_path: text('A file with a key for the service that has the pictures.') }).readonly();
export const Retitle = z.object({ allow_closed_issues: flag('Let issues and pull requests that are closed be renamed as well.') }).readonly();
export const Golint = z.object({ minimum_confidence: z.number().default(0.8).meta({ description: 'How sure (0 to 1) the linter must be of a problem to report it.' }) }).readonly();
export const Jira = z.object({ disabled_jira_projects: texts('Projects whose issues are never linked; upper and lower case are the same.') }).readonly();

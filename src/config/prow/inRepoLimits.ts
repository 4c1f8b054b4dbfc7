import { z } from 'zod';

const texts = (about: string) => z.array(z.string()).readonly().optional().describe(about);
const allowed = (about: string) => z.boolean().optional().describe(about);

/** Ours: what jobs of a repository's own configuration may not do (config 5.4). Whatever is unset is not limited. */
export const InRepoLimits = z.object({
  allowed_agents: texts('The only agents of such jobs.'),
  allowed_presets: texts('The only central presets that such jobs may use, by label (NAME or NAME=VALUE); presets without labels are for all jobs, whatever is said here.'),
  allowed_secrets: texts('The only secrets that such jobs may name, in pods or decoration. With it they may not have images of utilities of their own, nor mount volumes of the decoration. Secrets of presets that they may use do not count.'),
  allowed_service_accounts: texts('The only service accounts that such jobs may name.'),
  allowed_buckets: texts('The only buckets that such jobs may name.'),
  allowed_extra_refs: texts('The only repositories (org or org/repo) besides their own whose code such jobs may clone. With it they may have no clone_uri.'),
  allow_privileged: allowed('false: no privileged containers, added capabilities, and nothing of the host: its folders, ports, network or processes.'),
  allow_node_selection: allowed('false: such jobs may not say on which nodes they run, nor with which priority, scheduler or runtime.'),
  allow_rerun_by_anyone: allowed('false: no rerun_auth_config.allow_anyone.'),
  allow_hidden: allowed('false: such jobs may not be hidden from the pages.'),
  max_concurrency: z.int().min(1, { error: 'expected 1 or more' }).optional().describe('The highest max_concurrency of such jobs; they must have one.'),
}).readonly();
export type InRepoLimits = z.infer<typeof InRepoLimits>;

import { z } from 'zod';
import { Duration, Regex, Strings, UrlText } from '../scalars.js';

const GerritOrg = z.object({
  org: z.string().default('').describe('Address of the Gerrit, with https://.'),
  repos: Strings.describe('Its repositories.'),
  opt_out_help: z.boolean().default(false).describe('Write no help comments there.'),
  filters: z.object({
    branches: Strings.describe('Only changes of these branches.'),
    excluded_branches: Strings.describe('No changes of these branches.'),
    opt_in_by_default: z.boolean().default(false).describe('Changes need no vote to be looked at.'),
  }).readonly().optional().describe('Which changes count.'),
}).readonly();

/** The `gerrit` section (config 2.5.12). Only `allowed_presubmit_trigger_re` has an effect here. */
export const Gerrit = z.object({
  tick_interval: Duration.default(60_000).describe('How often Gerrit is asked. No effect here.'),
  ratelimit: z.int().default(5).transform((n) => n || 5).describe('Questions a second. No effect here.'),
  deck_url: UrlText.default('').describe("Deck's address. No effect here."),
  org_repos_config: z.array(GerritOrg).readonly().default([]).describe('Which Gerrits are served. No effect here.'),
  allowed_presubmit_trigger_re: Regex.default('').describe("What every presubmit's rerun_command must match; checkconfig sees to it."),
}).readonly();

/** `tide.gerrit`; without effect here. */
export const TideGerrit = z.object({
  queries: z.array(GerritOrg).readonly().default([]).describe('Which changes Tide submits.'),
  ratelimit: z.int().default(5).transform((n) => n || 5).describe('Questions a second.'),
}).readonly();

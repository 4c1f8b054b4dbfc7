import type { Plugin } from './plugin.js';
import { approve } from './approve/plugin.js';
import { assign } from './assign/plugin.js';
import { blockade } from './blockade/plugin.js';
import { blunderbuss } from './blunderbuss/plugin.js';
import { cla } from './cla/plugin.js';
import { dco } from './dco/plugin.js';
import { help } from './help/plugin.js';
import { hold } from './hold/plugin.js';
import { label } from './label/plugin.js';
import { invalidcommitmsg } from './invalidcommitmsg/plugin.js';
import { lgtm } from './lgtm/plugin.js';
import { lifecycle } from './lifecycle/plugin.js';
import { mergeMethodComment } from './merge-method-comment/plugin.js';
import { mergecommitblocker } from './mergecommitblocker/plugin.js';
import { milestone } from './milestone/plugin.js';
import { milestoneapplier } from './milestoneapplier/plugin.js';
import { milestonestatus } from './milestonestatus/plugin.js';
import { overriding } from './override/plugin.js';
import { ownersLabel } from './owners-label/plugin.js';
import { releaseNote } from './releasenote/plugin.js';
import { requireMatchingLabel } from './require-matching-label/plugin.js';
import { retitle } from './retitle/plugin.js';
import { rifle } from './rifle/plugin.js';
import { size } from './size/plugin.js';
import { skip } from './skip/plugin.js';
import { trigger } from './trigger/plugin.js';
import { verifyOwners } from './verify-owners/plugin.js';
import { why } from './why/plugin.js';
import { wip } from './wip/plugin.js';

/** All built-in plugins, by the names that plugins.yaml uses: one line a plugin. */
export const plugins: readonly Plugin[] = [
  approve,
  assign,
  blockade,
  blunderbuss,
  cla,
  dco,
  help,
  hold,
  invalidcommitmsg,
  label,
  lgtm,
  lifecycle,
  mergeMethodComment,
  mergecommitblocker,
  milestone,
  milestoneapplier,
  milestonestatus,
  overriding,
  ownersLabel,
  releaseNote,
  requireMatchingLabel,
  retitle,
  rifle,
  size,
  skip,
  trigger,
  verifyOwners,
  why,
  wip,
];

import type { Plugin } from './plugin.js';
import { approve } from './approve/plugin.js';
import { blockade } from './blockade/plugin.js';
import { help } from './help/plugin.js';
import { hold } from './hold/plugin.js';
import { label } from './label/plugin.js';
import { lgtm } from './lgtm/plugin.js';
import { lifecycle } from './lifecycle/plugin.js';
import { overriding } from './override/plugin.js';
import { retitle } from './retitle/plugin.js';
import { size } from './size/plugin.js';
import { skip } from './skip/plugin.js';
import { trigger } from './trigger/plugin.js';
import { wip } from './wip/plugin.js';

/** All built-in plugins, by the names that plugins.yaml uses: one line a plugin. */
export const plugins: readonly Plugin[] = [
  approve,
  blockade,
  help,
  hold,
  label,
  lgtm,
  lifecycle,
  overriding,
  retitle,
  size,
  skip,
  trigger,
  wip,
];

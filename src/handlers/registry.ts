import { approve } from './approve/plugin.js';
import { help } from './help/plugin.js';
import { hold } from './hold/plugin.js';
import { lgtm } from './lgtm/plugin.js';
import type { Plugin } from './plugin.js';
import { trigger } from './trigger/plugin.js';

/** All built-in plugins, by the names that plugins.yaml uses: one line a plugin. */
export const plugins: readonly Plugin[] = [
  approve,
  help,
  hold,
  lgtm,
  trigger,
];

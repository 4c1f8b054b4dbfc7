import { pattern } from '../../core/re2.js';
import type { Plugin } from '../plugin.js';
import { onCommand, type Verb } from './command.js';
import { NEEDED } from './note.js';
import { NONE_COMMAND, onPull } from './pull.js';

/** Wants a release note, or the word that none is needed, in the description of pull requests (plugins-policy 4.23). */
export const releaseNote: Plugin<Verb> = {
  name: 'release-note',
  help: `Labels pull requests by the release note in their description, and keeps those without one from merging with the label \`${NEEDED}\`.`,
  commands: {
    'release-note-none': { usage: '/release-note-none', about: 'Says that users need not hear of this pull request.', who: 'The author of the pull request and members of the organisation', examples: ['/release-note-none'], featured: true, pattern: NONE_COMMAND },
    'release-note-edit': {
      usage: '/release-note-edit', about: 'Replaces the release note in the description by the block below the command.', who: 'Members of the organisation',
      examples: ['/release-note-edit\r\n```release-note\r\nThe new note.\r\n```'], pattern: pattern('(?mi)^/release-note-edit\\s*$'),
    },
    'release-note': { usage: '/release-note', about: 'Does nothing any more: the label follows from the description.', who: 'Anyone', examples: ['/release-note'], pattern: pattern('(?mi)^/release-note\\s*$') },
    'release-note-action-required': {
      usage: '/release-note-action-required', about: 'Does nothing any more: write “action required” into the release note.', who: 'Anyone', examples: ['/release-note-action-required'], pattern: pattern('(?mi)^/release-note-action-required\\s*$'),
    },
  },
  on: { command: onCommand, pull_request: onPull },
  describe: (config, repo) => (repo ? `Release notes are written as ${config.plugins.release_note.guidelines_url} says.` : ''),
};

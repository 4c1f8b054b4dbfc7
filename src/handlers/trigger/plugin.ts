import { CANCEL, HELP, MANUAL_REQUIRED, OK_TO_TEST, RETEST, RETEST_REQUIRED, TEST_TARGET } from '../../config/jobs/asked.js';
import { triggerFor } from '../../config/plugins/entries.js';
import type { Plugin } from '../plugin.js';
import { onCheck } from './check.js';
import { onComment } from './comment.js';
import { onPull } from './pull.js';
import { onPush } from './push.js';
import { joinUrl } from './text.js';

type Verb = 'ok-to-test' | 'ok-to-test-cancel' | 'test' | 'test-help' | 'retest' | 'retest-required' | 'test-manual-required';

const WHO = 'Anyone on a trusted pull request; on others, trusted people';

/** Starts presubmits on pull requests, by themselves or when asked, and postsubmits on pushes; and says whose code may run. */
export const trigger: Plugin<Verb> = {
  name: 'trigger',
  help: 'Starts the tests of pull requests: by themselves where the author is trusted, else once somebody trusted comments `/ok-to-test`; and what is to run after a push. GitHub\'s own "Re-run" of a check does what `/test` does.',
  commands: {
    'ok-to-test': {
      usage: '/ok-to-test', about: 'Says that a pull request may be tested: adds the label `ok-to-test` and starts its tests.', who: 'Trusted people: members of the organisation, and collaborators unless that is turned off',
      examples: ['/ok-to-test'], featured: true, pattern: OK_TO_TEST,
    },
    'ok-to-test-cancel': { usage: '/ok-to-test cancel', about: 'Takes `/ok-to-test` back: new commits wait for somebody trusted again.', who: 'Trusted people', examples: ['/ok-to-test cancel'], pattern: CANCEL },
    test: {
      usage: '/test (<job>... | all)', about: 'Starts certain jobs, or with `all` those that would run by themselves.', who: WHO, examples: ['/test all', '/test pull-unit'], featured: true, pattern: TEST_TARGET,
    },
    'test-help': { usage: '/test ?', about: 'Lists the jobs that can be started.', who: WHO, examples: ['/test ?', '/test?'], pattern: HELP },
    retest: { usage: '/retest', about: 'Reruns the jobs that failed, and starts those that should have run.', who: WHO, examples: ['/retest'], featured: true, pattern: RETEST },
    'retest-required': { usage: '/retest-required', about: 'As `/retest`, without optional jobs.', who: WHO, examples: ['/retest-required'], pattern: RETEST_REQUIRED },
    'test-manual-required': { usage: '/test-manual-required', about: 'Starts the required jobs that run only when somebody asks.', who: WHO, examples: ['/test-manual-required'], pattern: MANUAL_REQUIRED },
  },
  on: { comment: onComment, pull_request: onPull, push: onPush, check: onCheck },
  describe(config, repo) {
    if (!repo) return '';
    const entry = triggerFor(config.plugins, repo);
    const people = [`members of ${repo.org}`, ...(entry.trusted_org && entry.trusted_org !== repo.org ? [`members of ${entry.trusted_org}`] : []), ...(entry.only_org_members ? [] : ['collaborators'])];
    const apps = entry.trusted_apps.length > 0 ? ` Trusted apps: ${entry.trusted_apps.join(', ')}.` : '';
    return `Trusted are ${people.join(', ')}.${apps} Who wants to join is sent to ${joinUrl(entry, repo, config.prow.github.link_url)}.${entry.ignore_ok_to_test ? ' `/ok-to-test` has no effect here.' : ''}`;
  },
};

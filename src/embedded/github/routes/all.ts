import { actionRoutes, searchRoutes } from './actions.js';
import { appRoutes } from './apps.js';
import { branchRoutes } from './branches.js';
import { checkRoutes } from './checks.js';
import { commitRoutes } from './commits.js';
import { hookRoutes } from './hooks.js';
import { issueRoutes } from './issues.js';
import { labelRoutes } from './labels.js';
import { orgRoutes } from './orgs.js';
import { pullRoutes } from './pulls.js';
import { repoRoutes } from './repos.js';
import { reviewRoutes } from './reviews.js';
import type { Route } from './route.js';

/** Every route, in order of precedence: `/pulls/comments/1` before `/pulls/:number/comments`, `/commits/*ref/status` before `/commits/*sha`. */
export const allRoutes: readonly Route[] = [
  ...appRoutes, ...hookRoutes, ...issueRoutes, ...labelRoutes, ...reviewRoutes, ...pullRoutes, ...checkRoutes, ...branchRoutes, ...commitRoutes, ...repoRoutes, ...orgRoutes, ...actionRoutes, ...searchRoutes,
];

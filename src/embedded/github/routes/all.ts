import { appRoutes } from './apps.js';
import { hookRoutes } from './hooks.js';
import { issueRoutes } from './issues.js';
import { labelRoutes } from './labels.js';
import { pullRoutes } from './pulls.js';
import { reviewRoutes } from './reviews.js';
import type { Route } from './route.js';

/** Every route, in order of precedence: `/pulls/comments/1` before `/pulls/:number/comments`. */
export const allRoutes: readonly Route[] = [...appRoutes, ...hookRoutes, ...issueRoutes, ...labelRoutes, ...reviewRoutes, ...pullRoutes];

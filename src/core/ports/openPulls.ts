import type { Pull } from '../event.js';
import type { Repo } from '../ids.js';
import type { Opts } from './github.js';

/** Lists the open pull requests of a repository; whether they can be merged is not told. Throws RemoteError. */
export type OpenPulls = (repo: Repo, options: Opts) => Promise<readonly Pull[]>;

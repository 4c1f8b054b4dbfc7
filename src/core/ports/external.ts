import type { Repo } from '../ids.js';

type Waiting = Readonly<{ signal: AbortSignal }>;

/** What an external plugin answered. */
export interface ExternalAnswer {
  readonly status: number;
  /** The first part of its text. */
  readonly text: string;
  /** Milliseconds that it asks to wait before it is asked again. */
  readonly retryAfterMs: number | undefined;
}

/** Services outside of this process that get events sent on (plugins-policy 1.10). */
export interface ExternalPlugins {
  /** Sends a webhook on. Throws RemoteError when there is no answer. */
  deliver(endpoint: string, message: Readonly<{ headers: Readonly<Record<string, string>>; body: string }>, options: Waiting): Promise<ExternalAnswer>;
  /** Asks `/help` below the endpoint; whatever JSON it gives. Throws RemoteError for anything else. */
  help(endpoint: string, repos: readonly Repo[], options: Waiting): Promise<unknown>;
}

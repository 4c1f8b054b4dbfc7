export type Service = 'github' | 'git' | 'kubernetes' | 'redis' | 'slack' | 'storage' | 'pubsub' | 'external';

/** Another service failed or refused; `retry` says whether the same call may succeed later. */
export class RemoteError extends Error {
  override readonly name: string = 'RemoteError';
  readonly service: Service;
  /** HTTP status where there is one. */
  readonly status: number | undefined;
  readonly retry: 'later' | 'never';
  /** Milliseconds to wait before trying again, where the service said so. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, about: { service: Service; status?: number | undefined; retry?: 'later' | 'never'; retryAfterMs?: number | undefined; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.service = about.service;
    this.status = about.status;
    this.retry = about.retry ?? 'later';
    this.retryAfterMs = about.retryAfterMs;
  }
}

/** What was asked for does not exist (GitHub's 404, a missing object in git or Kubernetes). */
export class NotFoundError extends RemoteError {
  override readonly name = 'NotFoundError';
  constructor(message: string, about: { service: Service; cause?: unknown }) {
    super(message, { ...about, status: 404, retry: 'never' });
  }
}

/** The App or token lacks a right. `permission` names it as app.yml does, e.g. `contents: write`. */
export class PermissionError extends RemoteError {
  override readonly name = 'PermissionError';
  readonly permission: string | undefined;
  constructor(message: string, about: { service: Service; permission?: string | undefined; cause?: unknown }) {
    super(message, { ...about, status: 403, retry: 'never' });
    this.permission = about.permission;
  }
}

/** Something that a person can mend. Its message is posted word for word to whoever asked, and it is never retried. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** No failure: it is too early to decide. What threw this is run again at `until` (milliseconds since the epoch), soonest. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly until: number;
  constructor(message: string, until: number) {
    super(message);
    this.until = until;
  }
}

/** A file, flag or setting is wrong; `problems` name the places. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

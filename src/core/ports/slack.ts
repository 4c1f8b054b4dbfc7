/** Messages to Slack channels. */
export interface SlackMessages {
  /** `host`: whose token is used, `*` for the usual one. Throws RemoteError; `retry: 'never'` for what a person must mend (no such channel). */
  post(message: Readonly<{ host: string; channel: string; text: string }>, options: Readonly<{ signal: AbortSignal }>): Promise<void>;
}

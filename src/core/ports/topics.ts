/** Topics of Google's Pub/Sub. */
export interface Topics {
  /** Throws RemoteError: `retry: 'never'` for what may not be written, or never could be. */
  publish(message: Readonly<{ project: string; topic: string; json: string }>, options: Readonly<{ signal: AbortSignal }>): Promise<void>;
}

/** Something changed that an open page may want to show. */
export interface FeedItem {
  readonly topic: 'event' | 'pool' | 'plugin' | 'merge' | 'config' | 'config-status';
  /** What to look at: a delivery id, `org/repo@branch`, the commit of a configuration, … */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** Live news between processes. It may lose items: whoever listens reads the truth afresh. */
export interface Feed {
  publish(item: FeedItem): void;
  /** Ends when the signal is aborted. */
  subscribe(options: { signal: AbortSignal }): AsyncIterable<FeedItem>;
}

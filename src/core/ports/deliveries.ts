/** One attempt of GitHub to deliver a webhook, as its delivery API lists it. */
export interface DeliveryAttempt {
  /** The GUID that GitHub sent as `X-GitHub-Delivery`; a redelivery carries the same one. */
  readonly id: string;
  /** What `fetch` asks for; opaque (it may name a hook as well). */
  readonly deliveryId: string;
  readonly event: string;
  readonly action: string | undefined;
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number;
  /** What our endpoint answered; 0 where it could not be reached. */
  readonly statusCode: number;
  readonly redelivery: boolean;
}

/** What GitHub remembers of the webhooks it sent: those of the App, or in token mode of each repository's and organisation's hook. */
export interface Deliveries {
  /** Every attempt since then (milliseconds since the epoch), newest first within a hook. */
  list(sinceMs: number, options?: Readonly<{ signal?: AbortSignal }>): AsyncIterable<DeliveryAttempt>;
  /** The whole delivery; undefined when GitHub no longer has it. `body` is JSON text, though perhaps not byte for byte what was sent; names of headers are in lower case. */
  fetch(deliveryId: string, options?: Readonly<{ signal?: AbortSignal }>): Promise<Readonly<{ event: string; body: string; headers?: Readonly<Record<string, string>> }> | undefined>;
}

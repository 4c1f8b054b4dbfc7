import type { Delivery } from '../../src/core/event.js';
import type { Deliveries, DeliveryAttempt } from '../../src/core/ports/deliveries.js';

/** A GitHub that remembers what it sent, and how that was answered. */
export interface FakeDeliveries extends Deliveries {
  /** Sends a delivery through `post`, which gives the answer's status, 0 when nobody answers. */
  send(delivery: Delivery, post: (delivery: Delivery) => Promise<number>): Promise<number>;
  /** Remembers a delivery as sent. */
  remember(delivery: Delivery, statusCode: number): void;
  readonly fetched: readonly string[];
}

/** Starts with nothing sent. */
export function fakeDeliveries(): FakeDeliveries {
  const sent: { attempt: DeliveryAttempt; delivery: Delivery }[] = [];
  const fetched: string[] = [];
  const remember = (delivery: Delivery, statusCode: number): void => {
    const attempt = { id: delivery.id, deliveryId: String(sent.length), event: delivery.event, action: 'created', deliveredAt: delivery.at, statusCode, redelivery: false };
    sent.push({ attempt, delivery });
  };
  return {
    fetched,
    remember,
    async send(delivery, post) {
      const status = await post(delivery);
      remember(delivery, status);
      return status;
    },
    async *list(sinceMs) {
      for (const { attempt } of sent.toReversed()) if (attempt.deliveredAt >= sinceMs) yield attempt;
    },
    async fetch(deliveryId) {
      fetched.push(deliveryId);
      const found = sent[Number(deliveryId)]?.delivery;
      return found && { event: found.event, body: found.body };
    },
  };
}

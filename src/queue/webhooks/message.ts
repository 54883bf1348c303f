/** Messages of the webhook queue: batches of a run's notices, and single deliveries. */
import {
  deliveryName,
  noticeBatch,
  type DeliveryName,
  type NoticeBatch,
} from "../../run/log/webhook-body.ts";

export type WebhookMessage = NoticeBatch | DeliveryName;

/** The queue as its producers see it. */
export type WebhookQueue = Pick<Queue<WebhookMessage>, "send" | "sendBatch">;

/** Maximum number of messages in one call of `sendBatch`. */
const MAX_BATCH = 100;

/** Parses a message. Returns null if it is not a webhook message. */
export function readWebhookMessage(body: unknown): WebhookMessage | null {
  const batch = noticeBatch.safeParse(body);
  return batch.success ? batch.data : (deliveryName.safeParse(body).data ?? null);
}

/** Queues deliveries for an immediate attempt. */
export async function sendDeliveries(
  queue: WebhookQueue,
  deliveries: readonly DeliveryName[],
): Promise<void> {
  for (let from = 0; from < deliveries.length; from += MAX_BATCH) {
    await queue.sendBatch(deliveries.slice(from, from + MAX_BATCH).map((body) => ({ body })));
  }
}

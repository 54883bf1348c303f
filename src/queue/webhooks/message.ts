/** What is put on the queue of webhooks: what runs have to tell, and single deliveries. */
import {
  deliveryName,
  noticeBatch,
  type DeliveryName,
  type NoticeBatch,
} from "../../run/log/webhook-body.ts";

export type WebhookMessage = NoticeBatch | DeliveryName;

/** The queue, for its producers. */
export type WebhookQueue = Pick<Queue<WebhookMessage>, "send" | "sendBatch">;

/** Messages in one call of the queue. */
const MAX_BATCH = 100;

/** Reads a message of any origin; null if it is not one of ours. */
export function readWebhookMessage(body: unknown): WebhookMessage | null {
  const batch = noticeBatch.safeParse(body);
  return batch.success ? batch.data : (deliveryName.safeParse(body).data ?? null);
}

/** Has these deliveries attempted as soon as can be. */
export async function sendDeliveries(
  queue: WebhookQueue,
  deliveries: readonly DeliveryName[],
): Promise<void> {
  for (let from = 0; from < deliveries.length; from += MAX_BATCH) {
    await queue.sendBatch(deliveries.slice(from, from + MAX_BATCH).map((body) => ({ body })));
  }
}

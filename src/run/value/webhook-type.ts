/** The types of webhook notifications. */

/** Types that a webhook can subscribe to. */
export const WEBHOOK_TYPES = [
  "task.started",
  "task.waiting",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "approval.requested",
] as const;
/** One of `WEBHOOK_TYPES`. */
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** The types of what webhooks are told. */

/** The types that a webhook may ask for. */
export const WEBHOOK_TYPES = [
  "task.started",
  "task.waiting",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "approval.requested",
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

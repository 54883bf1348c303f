/** The types of webhook notifications. */

/** Types that are about a task. */
export const WEBHOOK_TYPES = [
  "task.started",
  "task.waiting",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "approval.requested",
] as const;
/** Types that are about a schedule and no task. */
export const SCHEDULE_WEBHOOK_TYPES = ["schedule.skipped", "schedule.paused"] as const;
/** Types that are about a model provider and no task. */
const PROVIDER_WEBHOOK_TYPES = ["provider.degraded", "provider.recovered"] as const;
/** All types that a webhook can subscribe to. */
export const ALL_WEBHOOK_TYPES = [
  ...WEBHOOK_TYPES,
  ...SCHEDULE_WEBHOOK_TYPES,
  ...PROVIDER_WEBHOOK_TYPES,
] as const;
/** One of `ALL_WEBHOOK_TYPES`. */
export type SubscribedType = (typeof ALL_WEBHOOK_TYPES)[number];
/** One of `WEBHOOK_TYPES`. */
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

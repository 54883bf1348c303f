/**
 * Webhook notifications of a run: which events produce one, its body, and the queue messages that
 * carry it. Bodies are thin: they contain ids to fetch, never inputs or outputs.
 */
import { z } from "zod";
import type { RunEvent } from "./event.ts";
import type { EventType } from "./event-data.ts";
import type { JsonObject } from "../value/json.ts";
import { ALL_WEBHOOK_TYPES, type WebhookType } from "../value/webhook-type.ts";

/** Type of a test notification. */
export const TEST_TYPE = "webhook.test";

/** The webhook id shared by all `callback_url`s of a tenant's tasks. They share one secret. */
export const CALLBACKS = "callbacks";

/** Maximum webhooks of a tenant, and maximum hooks. */
export const MAX_WEBHOOKS = 20;

/** One notification of a run. */
const notice = z.looseObject({
  seq: z.number().int().min(1),
  type: z.enum(ALL_WEBHOOK_TYPES),
  /** The body that is sent, as JSON text. */
  body: z.string(),
});
/** One notification of a run. */
export type Notice = z.infer<typeof notice>;

/** Queue message with notices of one run or one schedule. */
export const noticeBatch = z.looseObject({
  kind: z.literal("notices"),
  tenant_id: z.string(),
  task_id: z.string(),
  /** Present if the notices are about a schedule; `task_id` is the same then. */
  schedule_id: z.string().optional(),
  notices: z.array(notice),
});
/** Queue message with notices of one run. */
export type NoticeBatch = z.infer<typeof noticeBatch>;

/** Queue message that names one delivery to one receiver. */
export const deliveryName = z.looseObject({
  kind: z.literal("delivery"),
  tenant_id: z.string(),
  webhook_id: z.string(),
  message_id: z.string(),
});
/** Queue message that names one delivery. */
export type DeliveryName = z.infer<typeof deliveryName>;

/**
 * Returns the id of a message. It is the same for every attempt, so that receivers can deduplicate.
 */
export function messageId(taskId: string, seq: number): string {
  return `${taskId}:${seq}`;
}

/** Event types that can produce a notice. */
export const NOTICE_EVENTS: ReadonlySet<EventType> = new Set([
  "run.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "approval.requested",
]);

/** Returns the notice of an event, or null if no webhook subscribed to it. */
export function noticeOf(
  taskId: string,
  event: RunEvent,
  wanted: readonly WebhookType[],
): Notice | null {
  const content = noticeContent(event);
  if (content === null || !wanted.includes(content.type)) {
    return null;
  }
  const { type, status, more } = content;
  const data = { task_id: taskId, status, seq: event.seq, ...more };
  return {
    seq: event.seq,
    type,
    body: JSON.stringify({ type, timestamp: event.at, data }),
  };
}

interface NoticeContent {
  readonly type: WebhookType;
  /** The task's status with this event. */
  readonly status: string;
  readonly more: JsonObject;
}

function noticeContent(event: RunEvent): NoticeContent | null {
  switch (event.type) {
    case "run.started":
      return { type: "task.started", status: "running", more: {} };
    case "run.waiting": {
      const { for: reason, until = null, call_id = null } = event.data;
      if (reason === "concurrency" || reason === "provider") {
        // A queue, not a wait that a client could end; and a run may enter it repeatedly.
        return null;
      }
      const more = { waiting_for: reason, waiting_until: until, call_id };
      return { type: "task.waiting", status: "waiting", more };
    }
    case "run.completed":
      return { type: "task.completed", status: "completed", more: {} };
    case "run.failed":
      return { type: "task.failed", status: "failed", more: { error_code: event.data.code } };
    case "run.cancelled":
      return { type: "task.cancelled", status: "cancelled", more: {} };
    case "approval.requested": {
      const { call_id, name } = event.data;
      return { type: "approval.requested", status: "running", more: { call_id, tool: name } };
    }
    default:
      return null;
  }
}

/**
 * What the world outside is told of a run: which events it hears of, as what, and when it is told
 * again where that failed. Bodies are thin: ids to fetch, never inputs or outputs.
 */
import { z } from "zod";
import type { EventType, RunEvent } from "./event.ts";
import type { JsonObject } from "../value/json.ts";
import { delayOf, type Backoff } from "../value/backoff.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../value/webhook-type.ts";

/** What a webhook is sent to be tried out. */
export const TEST_TYPE = "webhook.test";

/** The id under which the `callback_url`s of a tenant's tasks are kept: they share one secret. */
export const CALLBACKS = "callbacks";

/** A tenant's webhooks, and its hooks, at most. */
export const MAX_WEBHOOKS = 20;

/** Something of a run that somebody wants to be told of. */
const notice = z.looseObject({
  seq: z.number().int().min(1),
  type: z.enum(WEBHOOK_TYPES),
  /** The body that is sent, as JSON text. */
  body: z.string(),
});
export type Notice = z.infer<typeof notice>;

/** Notices of one run, as the queue carries them. */
export const noticeBatch = z.looseObject({
  kind: z.literal("notices"),
  tenant_id: z.string(),
  task_id: z.string(),
  notices: z.array(notice),
});
export type NoticeBatch = z.infer<typeof noticeBatch>;

/** One message to one receiver, as the queue carries it. */
export const deliveryName = z.looseObject({
  kind: z.literal("delivery"),
  tenant_id: z.string(),
  webhook_id: z.string(),
  message_id: z.string(),
});
export type DeliveryName = z.infer<typeof deliveryName>;

/** The id of a message, the same however often it is sent: receivers drop what they had by it. */
export function messageId(taskId: string, seq: number): string {
  return `${taskId}:${seq}`;
}

/** The types of events that anybody is told of. */
export const NOTED_EVENTS: ReadonlySet<EventType> = new Set([
  "run.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "approval.requested",
]);

/** What is told of an event; null where nobody wants to hear of it. */
export function noticeOf(
  taskId: string,
  event: RunEvent,
  wanted: readonly WebhookType[],
): Notice | null {
  const told = toldOf(event);
  if (told === null || !wanted.includes(told.type)) {
    return null;
  }
  const { type, status, more } = told;
  const data = { task_id: taskId, status, seq: event.seq, ...more };
  return {
    seq: event.seq,
    type,
    body: JSON.stringify({ type, timestamp: event.at, data }),
  };
}

interface Told {
  readonly type: WebhookType;
  /** The task's status with this event. */
  readonly status: string;
  readonly more: JsonObject;
}

function toldOf(event: RunEvent): Told | null {
  switch (event.type) {
    case "run.started":
      return { type: "task.started", status: "running", more: {} };
    case "run.waiting": {
      const { for: reason, until = null, call_id = null } = event.data;
      if (reason === "concurrency") {
        // A queue, not a wait that anybody outside would end; and a run may enter it again and again.
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

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses between the attempts of one delivery, which fails for good after the last, three days on.
 * Jitter spreads deliveries that failed at the same moment.
 */
const BACKOFF = {
  pausesMs: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  jitter: [1, 1.1],
} as const satisfies Backoff;
const LONGEST_PAUSE_MS = 24 * HOUR;

/** How long a webhook fails, and nothing else, until it is disabled. */
const MAX_FAILING_MS = 5 * 24 * HOUR;
/** A delivery says nothing about its receiver before it has failed so often. */
const TELLING_ATTEMPTS = 3;

/**
 * How long to wait before the next attempt; null where there is none.
 * @param attempts that were made
 * @param retryAfterMs what the receiver asks for
 * @param random from 0 to 1
 */
export function pauseAfter(
  attempts: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  return attempts > BACKOFF.pausesMs.length
    ? null
    : Math.max(delayOf(BACKOFF, attempts, random), Math.min(retryAfterMs ?? 0, LONGEST_PAUSE_MS));
}

/**
 * Whether a webhook has failed for so long that it is disabled.
 * @param failingSince milliseconds; when it failed first since it last worked
 * @param attempts of the delivery that failed now
 */
export function isHopeless(failingSince: number, attempts: number, now: number): boolean {
  return now - failingSince > MAX_FAILING_MS && attempts >= TELLING_ATTEMPTS;
}

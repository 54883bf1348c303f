/** Notifications that the service sends to webhooks: verified by their signature, and typed. */
import { OpspawnError } from "./errors.ts";
import type { WaitName } from "./event.ts";
/** A task, as of an event. */
interface Notice<Type extends string, Status extends string, More = unknown> {
  readonly type: Type;
  /** Time of the event, RFC 3339. */
  readonly timestamp: string;
  readonly data: {
    readonly task_id: string;
    readonly status: Status;
    /** `seq` of the event. Orders the notifications of a task. */
    readonly seq: number;
  } & More;
}
/** A notification, by `type`. Ignore unknown types: there will be more. */
export type WebhookEvent =
  | Notice<"task.started", "running">
  | Notice<
      "task.waiting",
      "waiting",
      {
        readonly waiting_for: Exclude<WaitName, "concurrency">;
        /** When the wait ends by itself; null if it needs a person. */
        readonly waiting_until: string | null;
        readonly call_id: string | null;
      }
    >
  | Notice<"task.completed", "completed">
  | Notice<
      "task.failed",
      "failed",
      {
        readonly error_code: string;
      }
    >
  | Notice<"task.cancelled", "cancelled">
  | Notice<
      "approval.requested",
      "running",
      {
        readonly call_id: string;
        readonly tool: string;
      }
    >
  | {
      readonly type: "webhook.test";
      readonly timestamp: string;
      readonly data: {
        readonly webhook_id: string;
      };
    };
/** `too_old`: the time of sending is further from now than the tolerance. */
export type WebhookErrorCode = "missing_header" | "too_old" | "invalid_signature" | "invalid_body";
/** A request is not a notification of the service, or not a recent one. */
export declare class WebhookVerificationError extends OpspawnError {
  readonly name = "WebhookVerificationError";
  readonly code: WebhookErrorCode;
  constructor(code: WebhookErrorCode, message: string);
}
/** A request as a server framework has it. `body` is what was sent, before anything parsed it. */
export interface ReceivedRequest {
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string | Uint8Array;
}
/** Options of `unwrap`. */
export interface UnwrapOptions {
  /** Most seconds between the time of sending and now. Default: 300. */
  readonly tolerance?: number | undefined;
}
/**
 * Verifies a notification (Standard Webhooks 1.0.0) and returns it. Works in Node, browsers and
 * Workers. `webhook-id` identifies it: ignore one that you have seen.
 * @param secret `whsec_…`, or several of which one must fit
 * @throws WebhookVerificationError, or TypeError for a malformed secret or tolerance
 */
export declare function unwrap(
  request: Request | ReceivedRequest,
  secret: string | readonly string[],
  { tolerance }?: UnwrapOptions,
): Promise<WebhookEvent>;
export {};

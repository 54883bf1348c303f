/** Notifications that the service sends to webhooks: verified by their signature, and typed. */
import { OpspawnError } from "./errors.ts";
import type { WaitName } from "./event.ts";
import { recordIn } from "./problem.ts";

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
        readonly waiting_for: Exclude<WaitName, "concurrency" | "turn" | "provider">;
        /** When the wait ends by itself; null if it needs a person. */
        readonly waiting_until: string | null;
        readonly call_id: string | null;
      }
    >
  | Notice<"task.completed", "completed">
  | Notice<"task.failed", "failed", { readonly error_code: string }>
  | Notice<"task.cancelled", "cancelled">
  | Notice<"approval.requested", "running", { readonly call_id: string; readonly tool: string }>
  | {
      /** Occurrences of a schedule were not made. */
      readonly type: "schedule.skipped";
      readonly timestamp: string;
      readonly data: {
        readonly schedule_id: string;
        readonly name: string;
        /** The nominal time; with a `count` above 1, the first of them. */
        readonly occurrence_at: string;
        /** The last nominal time. */
        readonly until: string;
        readonly count: number;
        readonly trigger: string;
        readonly status: "skipped_overlap" | "missed" | "refused" | "excluded";
        readonly reason: string | null;
      };
    }
  | {
      /** The service has paused a schedule. */
      readonly type: "schedule.paused";
      readonly timestamp: string;
      readonly data: {
        readonly schedule_id: string;
        readonly name: string;
        readonly note: string | null;
      };
    }
  | {
      /** Calls of a model provider wait because it fails, or are let through again. */
      readonly type: "provider.degraded" | "provider.recovered";
      readonly timestamp: string;
      readonly data: {
        readonly provider: string;
        /** The models that are meant: a model id without its date; `*` for all. */
        readonly model_family: string;
        /** Whether calls with the tenant's own API key are meant. */
        readonly own_key: boolean;
      };
    }
  | {
      readonly type: "webhook.test";
      readonly timestamp: string;
      readonly data: { readonly webhook_id: string };
    };

/** `too_old`: the time of sending is further from now than the tolerance. */
export type WebhookErrorCode = "missing_header" | "too_old" | "invalid_signature" | "invalid_body";

/** A request is not a notification of the service, or not a recent one. */
export class WebhookVerificationError extends OpspawnError {
  override readonly name = "WebhookVerificationError";
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.code = code;
  }
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

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const TOLERANCE_S = 300;

/**
 * Verifies a notification (Standard Webhooks 1.0.0) and returns it. Works in Node, browsers and
 * Workers. `webhook-id` identifies it: ignore one that you have seen.
 * @param secret `whsec_…`, or several of which one must fit
 * @throws WebhookVerificationError, or TypeError for a malformed secret or tolerance
 */
export async function unwrap(
  request: Request | ReceivedRequest,
  secret: string | readonly string[],
  { tolerance = TOLERANCE_S }: UnwrapOptions = {},
): Promise<WebhookEvent> {
  const keys = (typeof secret === "string" ? [secret] : secret).map(keyOf);
  if (keys.length === 0) {
    throw new TypeError("secret must not be an empty list.");
  }
  if (!(tolerance >= 0)) {
    throw new TypeError(`tolerance must be a number of seconds, but is ${tolerance}.`);
  }
  const { headers } = request;
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || age > tolerance) {
    throw new WebhookVerificationError("too_old", "the notification was not sent recently");
  }
  const body = await bytesOf(request);
  const head = bytesIn(`${id}.${timestamp}.`);
  if (!(await isSigned(joined(head, body), signatures, keys))) {
    throw new WebhookVerificationError("invalid_signature", "the signature does not fit");
  }
  const event = recordIn(new TextDecoder().decode(body));
  if (typeof event?.["type"] !== "string" || typeof event["data"] !== "object") {
    throw new WebhookVerificationError("invalid_body", "the body is not a notification");
  }
  return event as unknown as WebhookEvent;
}

/** @throws TypeError without the secret, which must not get into a log */
function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const [, encoded] = SECRET.exec(secret) ?? [];
  const bytes = encoded === undefined ? null : decoded(encoded);
  if (bytes === null) {
    throw new TypeError("secret must look like whsec_… with base64.");
  }
  return bytes;
}

/** Decodes base64. Returns null for anything else. */
function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function headerOf(headers: ReceivedRequest["headers"] | Headers, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : ownHeader(headers, name);
  if (typeof value !== "string" || value === "") {
    throw new WebhookVerificationError("missing_header", `the header ${name} is missing`);
  }
  return value;
}

/** Header names of a record may have any case. */
function ownHeader(headers: Exclude<ReceivedRequest["headers"], Headers>, name: string): unknown {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

async function bytesOf(request: Request | ReceivedRequest): Promise<Uint8Array<ArrayBuffer>> {
  if (request instanceof Request) {
    return new Uint8Array(await request.arrayBuffer());
  }
  const { body } = request;
  return typeof body === "string" ? bytesIn(body) : new Uint8Array(body);
}

function bytesIn(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** Whether one of the secrets made one of the signatures. The runtime compares in constant time. */
async function isSigned(
  text: Uint8Array<ArrayBuffer>,
  signatures: readonly string[],
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const given = signatures.flatMap((part) =>
    part.startsWith("v1,") ? [decoded(part.slice(3))].filter((bytes) => bytes !== null) : [],
  );
  const checks = keys.flatMap((bytes) =>
    given.map(async (signature) => {
      const algorithm = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
      return crypto.subtle.verify("HMAC", key, signature, text);
    }),
  );
  return (await Promise.all(checks)).includes(true);
}

function joined(
  head: Uint8Array<ArrayBuffer>,
  body: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

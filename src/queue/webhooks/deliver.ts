/**
 * Delivers the events of runs to webhooks and callback URLs: at least once, with the same id on
 * each attempt. D1 holds each delivery and the time of its next attempt. A queue message only
 * triggers an attempt, so lost and duplicate messages are harmless. A batch ends as soon as its
 * deliveries are claimed in D1; the requests go on in the background, so a receiver that does not
 * answer delays no other. If the process dies, the reconciler finds the claim and sends it again.
 */
import { signed } from "../../crypto/signature.ts";
import type { SigningSecrets } from "../../crypto/signing-secrets.ts";
import { sha256Hex } from "../../crypto/sha256.ts";
import { traceOf } from "../../run/trace/identity.ts";
import { defined } from "../../run/value/defined.ts";
import { formatTraceparent } from "../../run/value/trace-context.ts";
import type { ObservedIds, Observer } from "../../observe.ts";
import { delayOf, parseRetryAfter, type Backoff } from "../../run/value/backoff.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { CALLBACKS, type DeliveryName, type NoticeBatch } from "../../run/log/webhook-body.ts";
import { isFailingTooLong, pauseAfter } from "./retry.ts";
import {
  type Attempted,
  type TakenDelivery,
  type TracedTask,
  type WebhookTurn,
  type DeliveryStore,
} from "../../store/webhooks/deliveries.ts";
import { idsOfTask } from "../observed.ts";
import {
  readWebhookMessage,
  sendDeliveries,
  type WebhookMessage,
  type WebhookQueue,
} from "./message.ts";

export interface WebhookDeps {
  readonly deliveries: Pick<DeliveryStore, "note" | "take" | "attempted">;
  readonly secrets: Pick<SigningSecrets, "open">;
  readonly queue: WebhookQueue;
  readonly observer: Observer;
  /** Guarded `fetch`: rejects private addresses. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Timeout of a request to a receiver, milliseconds. */
  readonly timeoutMs: number;
  now(): number;
  random(): number;
  /** Keeps the invocation alive for work that the batch does not wait for. */
  background(work: Promise<void>): void;
}

/** Maximum delay in the queue. After a longer pause, the reconciler sends the message. */
const MAX_QUEUE_PAUSE_S = 43_200;
/** An attempt without a stored outcome this long after its timeout counts as lost. */
const LOST_AFTER_MS = 45_000;
/** Pauses before a message is redelivered after an internal failure. */
const BACKOFF = { baseMs: 2000, maxMs: 900_000 } satisfies Backoff;
/** The queue drops a message after 100 attempts. Before that, a new message replaces it. */
const RESEND_AFTER = 90;

/** Handles each message individually: a failed message does not delay the others. */
export async function consumeWebhooks(batch: MessageBatch, deps: WebhookDeps): Promise<void> {
  await Promise.all(batch.messages.map((message) => consume(message, deps)));
}

async function consume(message: Message, deps: WebhookDeps): Promise<void> {
  const read = readWebhookMessage(message.body);
  if (read === null) {
    deps.observer.fault("webhooks.poison", new Error("a message is not one of webhooks"));
    message.ack();
    return;
  }
  try {
    if (read.kind === "notices") {
      await enqueueDeliveries(read, deps);
    } else {
      const claim = await claimDelivery(read, deps);
      if (claim !== null) {
        deps.background(deliver(read, claim, deps));
      }
    }
    message.ack();
  } catch (error) {
    deps.observer.fault("webhooks", error, idsOf(read));
    const delaySeconds = delayOf(BACKOFF, message.attempts) / 1000;
    if (message.attempts < RESEND_AFTER || !(await resend(message, deps))) {
      message.retry({ delaySeconds });
    }
  }
}

/** Replaces a message by a new one with the same body. Returns false if the queue failed. */
async function resend(message: Message, { queue, observer }: WebhookDeps): Promise<boolean> {
  const read = readWebhookMessage(message.body);
  try {
    if (read !== null) {
      await queue.send(read, { delaySeconds: BACKOFF.maxMs / 1000 });
    }
    message.ack();
    return true;
  } catch (error) {
    observer.fault("webhooks.send", error, read === null ? {} : idsOf(read));
    return false;
  }
}

/** Stores the deliveries of a batch, one per notice and receiver, and queues them. */
async function enqueueDeliveries(batch: NoticeBatch, deps: WebhookDeps): Promise<void> {
  await sendDeliveries(deps.queue, await deps.deliveries.note(batch, iso(deps.now())));
}

/** Claims a delivery that is due, or returns null. The claim ends some time after the timeout. */
function claimDelivery(name: DeliveryName, deps: WebhookDeps): Promise<TakenDelivery | null> {
  const now = deps.now();
  return deps.deliveries.take(name, iso(now), iso(now + deps.timeoutMs + LOST_AFTER_MS));
}

/**
 * Makes one attempt of a claimed delivery, stores its outcome and queues the next attempt. Does not
 * throw: where storing fails, the reconciler repeats the attempt once the claim has ended.
 */
async function deliver(name: DeliveryName, taken: TakenDelivery, deps: WebhookDeps): Promise<void> {
  try {
    const answer = await attempt(name, taken, deps);
    const after = deps.now();
    const pauseMs =
      answer.error === null || answer.final
        ? null
        : pauseAfter(taken.attempts, answer.retryAfterMs, deps.random());
    const attempted: Attempted = {
      state: answer.error === null ? "delivered" : pauseMs === null ? "failed" : "pending",
      status: answer.status,
      error: answer.error,
      nextAttemptAt: pauseMs === null ? null : iso(after + pauseMs),
    };
    await deps.deliveries.attempted(
      name,
      attempted,
      iso(after),
      turnOf(name, taken, answer, after),
    );
    const delaySeconds = Math.ceil((pauseMs ?? 0) / 1000);
    if (pauseMs !== null && delaySeconds <= MAX_QUEUE_PAUSE_S) {
      await deps.queue.send(name, { delaySeconds });
    }
  } catch (error) {
    const { tenant_id } = name;
    const { task } = taken;
    deps.observer.fault(
      "webhooks",
      error,
      task === null ? idsOf(name) : idsOfTask({ ...task, tenant_id }),
    );
  }
}

/** Returns the ids in a message. The id of a delivery begins with the task, if it is about one. */
function idsOf(message: WebhookMessage): ObservedIds {
  const { tenant_id } = message;
  const subject = isNotices(message) ? message.task_id : message.message_id.replace(/:.*/, "");
  return subject.startsWith("task_") ? { tenant_id, task_id: subject } : { tenant_id };
}

function isNotices(message: WebhookMessage): message is NoticeBatch {
  return message.kind === "notices";
}

/** Returns headers that name the run as the parent of what its notification starts. */
function traceHeaders(tenant_id: string, task: TracedTask | null): Record<string, string> {
  if (task === null) {
    return {};
  }
  const { traceId, rootSpanId, sampled } = traceOf({ ...task, tenant_id }, sha256Hex);
  const traceparent = formatTraceparent({ traceId, spanId: rootSpanId, sampled });
  return { traceparent, ...defined({ tracestate: task.trace?.tracestate }) };
}

interface Answer {
  /** Null without a response. */
  readonly status: number | null;
  /** Class of failure; null if the message was delivered. */
  readonly error: string | null;
  /** True if another attempt would have the same outcome. */
  readonly final: boolean;
  readonly retryAfterMs: number | null;
}

function failure(error: string, more: Partial<Answer> = {}): Answer {
  return { status: null, error, final: false, retryAfterMs: null, ...more };
}

async function attempt(
  { tenant_id, webhook_id, message_id }: DeliveryName,
  { url, enabled, body, secret, task }: TakenDelivery,
  deps: WebhookDeps,
): Promise<Answer> {
  if (url === null || !enabled) {
    return failure(url === null ? "no_receiver" : "webhook_disabled", { final: true });
  }
  const now = deps.now();
  const secrets =
    secret === null ? [] : await deps.secrets.open(tenant_id, webhook_id, secret, now);
  if (secrets.length === 0) {
    return failure("secret_unreadable");
  }
  const headers = {
    ...(await signed(message_id, body, secrets, now)),
    ...traceHeaders(tenant_id, task),
  };
  try {
    const response = await deps.fetch(url, {
      method: "POST",
      // A redirect is not followed: requests go only to the configured URL.
      redirect: "manual",
      headers: { "Content-Type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(deps.timeoutMs),
    });
    // The receiver's response body is not read, however long it is.
    void response.body?.cancel().catch(() => {});
    return answerOf(response, now);
  } catch (error) {
    return failure(classOf(error));
  }
}

function answerOf({ status, headers }: Response, now: number): Answer {
  if (status >= 200 && status < 300) {
    return { status, error: null, final: true, retryAfterMs: null };
  }
  const error = status === 410 ? "gone" : status < 400 ? "redirected" : "http_error";
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), now);
  return failure(error, { status, final: status === 410, retryAfterMs });
}

function classOf(error: unknown): string {
  if (error instanceof ToolStop) {
    return error.code === "tool_timeout" ? "timeout" : error.code;
  }
  return error instanceof DOMException && error.name === "TimeoutError"
    ? "timeout"
    : "server_unreachable";
}

/** Returns how the attempt changes its webhook, or null if nothing changes. */
function turnOf(
  { webhook_id }: DeliveryName,
  { url, enabled, attempts, failing_since }: TakenDelivery,
  { error }: Answer,
  now: number,
): WebhookTurn | null {
  if (url === null || !enabled || (webhook_id === CALLBACKS && error !== "gone")) {
    return null;
  }
  if (error === null) {
    return failing_since === null ? null : { url, failingSince: null };
  }
  const failingSince = failing_since ?? iso(now);
  const disabled =
    error === "gone"
      ? "gone"
      : isFailingTooLong(Date.parse(failingSince), attempts, now)
        ? "failing"
        : null;
  if (disabled !== null) {
    return { url, failingSince, disabled };
  }
  return failing_since === null ? { url, failingSince } : null;
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

/**
 * Delivers what runs have to tell to whoever wants to be told: at least once, with the same id each
 * time. What is to be delivered, and when next, is in D1; a message on the queue only says that it is
 * time, so one that is lost, or comes twice, does no harm.
 */
import { signed } from "../../crypto/signature.ts";
import type { SigningSecrets } from "../../crypto/signing-secrets.ts";
import type { Observer } from "../../observe.ts";
import { delayOf, parseRetryAfter, type Backoff } from "../../run/value/backoff.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { CALLBACKS, type DeliveryName, type NoticeBatch } from "../../run/log/webhook-body.ts";
import { isFailingTooLong, pauseAfter } from "./retry.ts";
import {
  type Attempted,
  type TakenDelivery,
  type WebhookTurn,
  type DeliveryStore,
} from "../../store/webhooks/deliveries.ts";
import { readWebhookMessage, sendDeliveries, type WebhookQueue } from "./message.ts";

export interface WebhookDeps {
  readonly deliveries: Pick<DeliveryStore, "note" | "take" | "attempted">;
  readonly secrets: Pick<SigningSecrets, "open">;
  readonly queue: WebhookQueue;
  readonly observer: Observer;
  /** The guarded way out: private addresses are refused by it. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Longest wait for a receiver's answer, milliseconds. */
  readonly timeoutMs: number;
  now(): number;
  random(): number;
}

/** Requests made side by side: an invocation has no more connections. */
const WIDTH = 6;
/** Longer pauses are not the queue's: the reconciler sends the message when it is time. */
const MAX_QUEUE_PAUSE_S = 43_200;
/** An attempt that has not been heard of for so long after its time is lost. */
const LOST_AFTER_MS = 45_000;
/** Pauses before a message is delivered again where a part of the service failed. */
const BACKOFF = { baseMs: 2000, maxMs: 900_000 } satisfies Backoff;
/** The queue drops a message that failed a hundred times; before that it is sent again. */
const SEND_ANEW_AFTER = 90;

/** Handles each message for itself: one that fails holds up no other. */
export async function consumeWebhooks(batch: MessageBatch, deps: WebhookDeps): Promise<void> {
  const rest = batch.messages.values();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const message of rest) {
        await consume(message, deps);
      }
    }),
  );
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
      await spread(read, deps);
      message.ack();
      return;
    }
    const pauseMs = await deliver(read, deps);
    const seconds = Math.ceil((pauseMs ?? 0) / 1000);
    if (pauseMs === null || seconds > MAX_QUEUE_PAUSE_S) {
      message.ack();
    } else {
      message.retry({ delaySeconds: seconds });
    }
  } catch (error) {
    deps.observer.fault("webhooks", error);
    const delaySeconds = delayOf(BACKOFF, message.attempts) / 1000;
    if (message.attempts < SEND_ANEW_AFTER || !(await sentAnew(message, deps))) {
      message.retry({ delaySeconds });
    }
  }
}

async function sentAnew(message: Message, { queue, observer }: WebhookDeps): Promise<boolean> {
  const read = readWebhookMessage(message.body);
  try {
    if (read !== null) {
      await queue.send(read, { delaySeconds: BACKOFF.maxMs / 1000 });
    }
    message.ack();
    return true;
  } catch (error) {
    observer.fault("webhooks.send", error);
    return false;
  }
}

/** Notes each message to each receiver, and has it delivered. */
async function spread(batch: NoticeBatch, deps: WebhookDeps): Promise<void> {
  await sendDeliveries(deps.queue, await deps.deliveries.note(batch, iso(deps.now())));
}

/** Makes one attempt, if it is time for one. Gives the pause until the next; null for none. */
async function deliver(name: DeliveryName, deps: WebhookDeps): Promise<number | null> {
  const now = deps.now();
  const lostAt = iso(now + deps.timeoutMs + LOST_AFTER_MS);
  const taken = await deps.deliveries.take(name, iso(now), lostAt);
  if (taken === null) {
    return null;
  }
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
  await deps.deliveries.attempted(name, attempted, iso(after), turnOf(name, taken, answer, after));
  return pauseMs;
}

interface Answer {
  /** Null where there was none. */
  readonly status: number | null;
  /** A class of failure; null where the message was taken. */
  readonly error: string | null;
  /** Whether another attempt would come to the same. */
  readonly final: boolean;
  readonly retryAfterMs: number | null;
}

function failure(error: string, more: Partial<Answer> = {}): Answer {
  return { status: null, error, final: false, retryAfterMs: null, ...more };
}

async function attempt(
  { tenant_id, webhook_id, message_id }: DeliveryName,
  { url, enabled, body, secret }: TakenDelivery,
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
  const headers = { ...(await signed(message_id, body, secrets, now)) };
  try {
    const response = await deps.fetch(url, {
      method: "POST",
      // The receiver has moved without saying so here: only an address that was checked is sent to.
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

/** What the attempt says about its receiver; null where that is known already. */
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

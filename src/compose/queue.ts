/** Passes each queue's batches to its consumer, and the cron trigger to the reconciler. */
import { BUILT_IN_NAMES } from "../agent/tools/registry.ts";
import { SigningSecrets } from "../crypto/signing-secrets.ts";
import { runStub } from "../durable/run/rpc.ts";
import { timetableStub } from "../durable/timetable/rpc.ts";
import { configOf } from "../env/config.ts";
import { reconcile } from "../queue/reconciler.ts";
import { consumeTasks, type QueueDeps } from "../queue/tasks/consumer.ts";
import { consumeDeadLetters } from "../queue/tasks/dead-letter.ts";
import { consumeWebhooks, type WebhookDeps } from "../queue/webhooks/deliver.ts";
import { consumeTraces, type TraceDeps } from "../queue/traces/consumer.ts";
import { TenantSecrets } from "../crypto/tenant-secrets.ts";
import { TelemetryStore, targetOf } from "../store/telemetry.ts";
import { headersIn } from "../crypto/telemetry-headers.ts";
import { AttachmentStore } from "../store/attachments.ts";
import { AuditStore } from "../store/audit.ts";
import { ConversationStore } from "../store/conversations.ts";
import { InboxStore } from "../store/inbox.ts";
import { TaskStore } from "../store/tasks/tasks.ts";
import { DeliveryStore } from "../store/webhooks/deliveries.ts";
import { TimetableStore } from "../store/timetables.ts";
import { TreeStore } from "../store/tasks/trees.ts";
import { UsageStore } from "../store/usage.ts";
import type { LogLevel, ObservedSpan, Observer } from "../observe.ts";
import { SubjectDeletionStore } from "../store/subject-deletions.ts";
import { forgetSubject } from "../api/subjects/forget.ts";
import { apiDeps } from "./api.ts";
import { NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { filesIn } from "./files.ts";
import { buildFetch, priceOf } from "./network.ts";
import { releaserOf } from "./turns.ts";
import { TaskBookkeeping } from "../store/tasks/bookkeeping.ts";

/**
 * Passes a batch to its consumer. Queues are recognised by the end of their names, because
 * environments add their own prefix.
 */
export function consumeBatch(
  batch: MessageBatch,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  extensions: Extensions = NO_EXTENSIONS,
): Promise<void> {
  const observer = extensions.observer(env);
  const oldest = Math.min(...batch.messages.map(({ timestamp }) => timestamp.getTime()));
  const attributes = {
    queue: batch.queue,
    messages: batch.messages.length,
    oldest_age_ms: Math.max(0, Date.now() - oldest),
  };
  return spanning(observer, "queue.batch", attributes, () => passBatch(batch, env, ctx, observer));
}

function passBatch(
  batch: MessageBatch,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  observer: Observer,
): Promise<void> {
  if (batch.queue.endsWith("-webhooks")) {
    return consumeWebhooks(batch, webhookDeps(env, ctx, observer));
  }
  if (batch.queue.endsWith("-traces")) {
    return consumeTraces(batch, traceDeps(env, observer));
  }
  return batch.queue.endsWith("-dead")
    ? consumeDeadLetters(batch, queueDeps(env, observer))
    : consumeTasks(batch, queueDeps(env, observer));
}

/**
 * Runs the reconciler once.
 * @param now when the cron trigger was due, milliseconds since the epoch
 */
export function runReconciler(
  env: Env,
  now: number,
  extensions: Extensions = NO_EXTENSIONS,
): Promise<void> {
  const observer = extensions.observer(env);
  return spanning(observer, "cron", {}, () => reconcileIn(env, now, observer));
}

/** Reports work as a span. */
async function spanning(
  observer: Observer,
  name: string,
  attributes: ObservedSpan["attributes"],
  work: () => Promise<void>,
): Promise<void> {
  const start = Date.now();
  let level: LogLevel = "error";
  try {
    await work();
    level = "info";
  } finally {
    observer.span?.({ name, start, end: Date.now(), level, attributes });
  }
}

function reconcileIn(env: Env, now: number, observer: Observer): Promise<void> {
  const { reconcileAfterMs, checkAgainMs, retentionMs, auditRetentionMs } = configOf(env);
  return reconcile(
    {
      ...queueDeps(env, observer),
      bookkeeping: new TaskBookkeeping(env.DB),
      queues: { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW },
      webhooks: { store: new DeliveryStore(env.DB), queue: env.WEBHOOKS },
      inbox: new InboxStore(env.DB),
      conversations: new ConversationStore(env.DB),
      releaseTurn: releaserOf(env, observer),
      timetables: new TimetableStore(env.DB),
      timetable: (tenantId) => timetableStub(env.TIMETABLES, tenantId),
      subjectDeletions: new SubjectDeletionStore(env.DB),
      forgetSubject: (name) => forgetSubject(apiDeps(env, observer), name),
      trees: new TreeStore(env.DB),
      usage: new UsageStore(env.DB),
      audit: new AuditStore(env.DB),
      attachments: { store: new AttachmentStore(env.DB), bytes: filesIn(env) },
      reconcileAfterMs,
      checkAgainMs,
      retentionMs,
      auditRetentionMs,
    },
    now,
  );
}

function queueDeps(env: Env, observer: Observer): QueueDeps {
  return {
    tasks: new TaskStore(env.DB),
    observer,
    run: (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId),
  };
}

function webhookDeps(
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  observer: Observer,
): WebhookDeps {
  const config = configOf(env);
  return {
    deliveries: new DeliveryStore(env.DB),
    secrets: new SigningSecrets(config.encryptionKey),
    queue: env.WEBHOOKS,
    observer,
    fetch: buildFetch(config),
    timeoutMs: config.webhookTimeoutMs,
    now: () => Date.now(),
    random: () => Math.random(),
    background: (work) => ctx.waitUntil(work),
  };
}

function traceDeps(env: Env, observer: Observer): TraceDeps {
  const config = configOf(env);
  const telemetry = new TelemetryStore(env.DB);
  const vault = new TenantSecrets(config.encryptionKey);
  return {
    run: (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId),
    deployment: config.otlp,
    tenant: async (tenantId) => {
      const settings = await telemetry.get(tenantId);
      return settings === null ? null : targetOf(settings, await headersIn(vault, settings));
    },
    failed: (tenantId, failure) => telemetry.failed(tenantId, failure),
    isKnownModel: (model) => priceOf(config, model.replace(/^gcp\.gemini\//, "google/")) !== null,
    isKnownTool: (name) => BUILT_IN_NAMES.has(name),
    queue: env.TRACES,
    observer,
    fetch: buildFetch(config),
    timeoutMs: config.webhookTimeoutMs,
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

/** Passes each queue's batches to its consumer, and the cron trigger to the reconciler. */
import { SigningSecrets } from "../crypto/signing-secrets.ts";
import { runStub } from "../durable/run/rpc.ts";
import { configOf } from "../env/config.ts";
import { reconcile } from "../queue/reconciler.ts";
import { consumeTasks, type QueueDeps } from "../queue/tasks/consumer.ts";
import { consumeDeadLetters } from "../queue/tasks/dead-letter.ts";
import { consumeWebhooks, type WebhookDeps } from "../queue/webhooks/deliver.ts";
import { AuditStore } from "../store/audit.ts";
import { InboxStore } from "../store/inbox.ts";
import { TaskStore } from "../store/tasks/tasks.ts";
import { DeliveryStore } from "../store/webhooks/deliveries.ts";
import { UsageStore } from "../store/usage.ts";
import type { Observer } from "../observe.ts";
import { NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { buildFetch } from "./network.ts";
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
  if (batch.queue.endsWith("-webhooks")) {
    return consumeWebhooks(batch, webhookDeps(env, ctx, observer));
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
  const { reconcileAfterMs, checkAgainMs, retentionMs, auditRetentionMs } = configOf(env);
  return reconcile(
    {
      ...queueDeps(env, extensions.observer(env)),
      bookkeeping: new TaskBookkeeping(env.DB),
      queues: { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW },
      webhooks: { store: new DeliveryStore(env.DB), queue: env.WEBHOOKS },
      inbox: new InboxStore(env.DB),
      usage: new UsageStore(env.DB),
      audit: new AuditStore(env.DB),
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

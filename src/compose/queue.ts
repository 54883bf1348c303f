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
import { buildFetch, buildObserver } from "./network.ts";
import { TaskBookkeeping } from "../store/tasks/bookkeeping.ts";

/**
 * Passes a batch to its consumer. Queues are recognised by the end of their names, because
 * environments add their own prefix.
 */
export function consumeBatch(
  batch: MessageBatch,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  if (batch.queue.endsWith("-webhooks")) {
    return consumeWebhooks(batch, webhookDeps(env, ctx));
  }
  return batch.queue.endsWith("-dead")
    ? consumeDeadLetters(batch, queueDeps(env))
    : consumeTasks(batch, queueDeps(env));
}

/**
 * Runs the reconciler once.
 * @param now when the cron trigger was due, milliseconds since the epoch
 */
export function runReconciler(env: Env, now: number): Promise<void> {
  const { reconcileAfterMs, checkAgainMs, retentionMs, auditRetentionMs } = configOf(env);
  return reconcile(
    {
      ...queueDeps(env),
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

function queueDeps(env: Env): QueueDeps {
  return {
    tasks: new TaskStore(env.DB),
    observer: buildObserver(),
    run: (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId),
  };
}

function webhookDeps(env: Env, ctx: Pick<ExecutionContext, "waitUntil">): WebhookDeps {
  const config = configOf(env);
  return {
    deliveries: new DeliveryStore(env.DB),
    secrets: new SigningSecrets(config.encryptionKey),
    queue: env.WEBHOOKS,
    observer: buildObserver(),
    fetch: buildFetch(config),
    timeoutMs: config.webhookTimeoutMs,
    now: () => Date.now(),
    random: () => Math.random(),
    background: (work) => ctx.waitUntil(work),
  };
}

/** The Worker: exports the run's object and the three handlers. It wires, nothing else. */
import { apiDeps } from "./api/context.ts";
import { createApp } from "./api/app.ts";
import { SigningSecrets } from "./crypto/signing-secrets.ts";
import { buildCatalogue, buildFetch, buildMcp, buildObserver } from "./deps.ts";
import { runStub } from "./durable/rpc.ts";
import { configOf } from "./env.ts";
import { grpcRoutes } from "./grpc/route.ts";
import { consumeTasks, type QueueDeps } from "./queue/consumer.ts";
import { consumeDeadLetters } from "./queue/dead-letter.ts";
import { reconcile } from "./queue/reconciler.ts";
import { consumeWebhooks, type WebhookDeps } from "./queue/webhooks.ts";
import { AuditStore } from "./store/audit.ts";
import { TaskStore } from "./store/tasks.ts";
import { WebhookStore } from "./store/webhooks.ts";

export { AgentRun } from "./durable/agent-run.ts";
export { TenantLedger } from "./durable/ledger.ts";

const app = createApp(
  (env) => apiDeps(env, buildCatalogue, buildObserver(), buildMcp),
  [grpcRoutes],
);

function queueDeps(env: Env): QueueDeps {
  return {
    tasks: new TaskStore(env.DB),
    observer: buildObserver(),
    run: (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId),
  };
}

function webhookDeps(env: Env): WebhookDeps {
  const config = configOf(env);
  return {
    webhooks: new WebhookStore(env.DB),
    secrets: new SigningSecrets(config.encryptionKey),
    queue: env.WEBHOOKS,
    observer: buildObserver(),
    fetch: buildFetch(config),
    timeoutMs: config.webhookTimeoutMs,
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  queue: (batch, env) => {
    if (batch.queue.endsWith("-webhooks")) {
      return consumeWebhooks(batch, webhookDeps(env));
    }
    return batch.queue.endsWith("-dead")
      ? consumeDeadLetters(batch, queueDeps(env))
      : consumeTasks(batch, queueDeps(env));
  },
  scheduled: (controller, env) => {
    const { reconcileAfterMs, checkAgainMs, retentionMs, auditRetentionMs } = configOf(env);
    const queues = { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW };
    const tasks = new TaskStore(env.DB);
    const webhooks = { store: new WebhookStore(env.DB), queue: env.WEBHOOKS };
    return reconcile(
      {
        ...queueDeps(env),
        tasks,
        queues,
        webhooks,
        audit: new AuditStore(env.DB),
        reconcileAfterMs,
        checkAgainMs,
        retentionMs,
        auditRetentionMs,
      },
      controller.scheduledTime,
    );
  },
} satisfies ExportedHandler<Env>;

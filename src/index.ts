/** The Worker: the Durable Object classes and the three handlers. `compose/` builds everything. */
import { createApp } from "./api/app.ts";
import { apiDeps } from "./compose/api.ts";
import { consumeBatch, runReconciler } from "./compose/queue.ts";
import { inBackground, runParts } from "./compose/objects.ts";
import { RunObject, type RunParts } from "./durable/run/run-object.ts";
import { grpcRoutes } from "./grpc/route.ts";

export { TenantLedger } from "./durable/ledger/ledger.ts";

/** The object of one run, named `<tenant>/<task_id>`. */
export class AgentRun extends RunObject {
  constructor(ctx: DurableObjectState, env: Env, parts: RunParts = runParts(env)) {
    super(ctx, env, parts);
  }
}

const app = createApp((env) => apiDeps(env, undefined, inBackground), [grpcRoutes]);

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  queue: (batch, env, ctx) => consumeBatch(batch, env, ctx),
  scheduled: (controller, env) => runReconciler(env, controller.scheduledTime),
} satisfies ExportedHandler<Env>;

/** The Worker: the Durable Object classes and the three handlers. `compose/` builds everything. */
import { createApp } from "./api/app.ts";
import { apiDeps } from "./compose/api.ts";
import { consumeBatch, runReconciler } from "./compose/queue.ts";
import { feedParts, inBackground, runParts } from "./compose/objects.ts";
import { FeedObject, type FeedParts } from "./durable/feed/feed.ts";
import { RunObject, type RunParts } from "./durable/run/run-object.ts";
import { grpcRoutes } from "./grpc/route.ts";

export { TenantLedger } from "./durable/ledger/ledger.ts";

/** The feed of one tenant. Its name is the tenant id. */
export class TenantFeed extends FeedObject {
  constructor(ctx: DurableObjectState, env: Env, parts: FeedParts = feedParts(env)) {
    super(ctx, env, parts);
  }
}

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

/**
 * Builds the Worker of a deployment from what it adds in code: the Durable Object classes, the
 * handlers and the HTTP app.
 */
import type { Hono } from "hono";
import { createApp } from "../api/app.ts";
import { scheduleDesk } from "../api/schedules/desk.ts";
import { submitOrder } from "../api/tasks/submit-order.ts";
import type { AppEnv } from "../api/context.ts";
import { apiDeps } from "../compose/api.ts";
import {
  feedParts,
  gateParts,
  inBackground,
  memoryParts,
  runParts,
  timetableParts,
} from "../compose/objects.ts";
import { consumeBatch, runReconciler } from "../compose/queue.ts";
import { FileObject } from "../durable/file/file.ts";
import { FeedObject, type FeedParts } from "../durable/feed/feed.ts";
import { GateObject, type GateParts } from "../durable/gate/gate.ts";
import { TenantLedger } from "../durable/ledger/ledger.ts";
import { MemoryObject, type MemoryParts } from "../durable/memory/memory.ts";
import { RunObject, type RunParts } from "../durable/run/run-object.ts";
import { TimetableObject, type TimetableParts } from "../durable/timetable/timetable.ts";
import { grpcRoutes } from "../grpc/route.ts";
import type { SubmitOrder } from "../run/spec/task-order.ts";
import { withBindings } from "./bindings.ts";
import { extensionsOf, type OpspawnOptions } from "./extensions-of.ts";

/** The Durable Object classes and the handlers of a deployment. */
export interface Deployment<E extends object> {
  /** The object of one run, named `<tenant>/<task_id>`. */
  readonly AgentRun: new (ctx: DurableObjectState, env: Env, parts?: RunParts) => RunObject;
  /** The ledger of one tenant: its budgets and limits. Its name is the tenant id. */
  readonly TenantLedger: typeof TenantLedger;
  /** The feed of one tenant: status changes of its tasks. Its name is the tenant id. */
  readonly TenantFeed: new (ctx: DurableObjectState, env: Env, parts?: FeedParts) => FeedObject;
  /** The timetable of one tenant: its schedules. Its name is the tenant id. */
  readonly Timetable: new (
    ctx: DurableObjectState,
    env: Env,
    parts?: TimetableParts,
  ) => TimetableObject;
  /** A memory store. Its name is `<tenant>/<hash of the store's name>`. */
  readonly TenantMemory: new (
    ctx: DurableObjectState,
    env: Env,
    parts?: MemoryParts,
  ) => MemoryObject;
  /** The gate of a provider's account. Its name is `<provider>/<model family>/<tenant>`. */
  readonly ProviderGate: new (ctx: DurableObjectState, env: Env, parts?: GateParts) => GateObject;
  /** The bytes of an attached file, without an R2 bucket. Its name is `<tenant>/<sha256>`. */
  readonly TenantFile: typeof FileObject;
  /** The handlers of the Worker, for its default export. */
  readonly handler: {
    fetch(request: Request, env: E, ctx: ExecutionContext): Promise<Response>;
    queue(batch: MessageBatch, env: E, ctx: ExecutionContext): Promise<void>;
    scheduled(controller: ScheduledController, env: E): Promise<void>;
  };
  /** The HTTP app, to mount in an app of Hono. */
  readonly app: Hono<AppEnv>;
}

/**
 * Returns the Durable Object classes and the handlers of a deployment. The entry of the Worker
 * exports the classes under their names, and `handler` as its default.
 * @throws DefinitionError
 */
export function buildWorker<E extends object = Cloudflare.Env>(
  options: OpspawnOptions<E> = {},
): Deployment<E> {
  const extensions = extensionsOf(options);
  const depsOf = (env: object) => apiDeps(withBindings(env), undefined, inBackground, extensions);
  const app = createApp(depsOf, [grpcRoutes]);
  const submit = (env: object): SubmitOrder => {
    return (order) => submitOrder(depsOf(env), order);
  };
  return {
    AgentRun: class AgentRun extends RunObject {
      constructor(
        ctx: DurableObjectState,
        env: Env,
        parts: RunParts = runParts(
          env,
          submit(env),
          extensions,
          scheduleDesk(() => depsOf(env)),
        ),
      ) {
        super(ctx, env, parts);
      }
    },
    TenantLedger,
    TenantFeed: class TenantFeed extends FeedObject {
      constructor(ctx: DurableObjectState, env: Env, parts: FeedParts = feedParts(env)) {
        super(ctx, env, parts);
      }
    },
    Timetable: class Timetable extends TimetableObject {
      constructor(
        ctx: DurableObjectState,
        env: Env,
        parts: TimetableParts = timetableParts(env, submit(env), extensions),
      ) {
        super(ctx, env, parts);
      }
    },
    TenantMemory: class TenantMemory extends MemoryObject {
      constructor(
        ctx: DurableObjectState,
        env: Env,
        parts: MemoryParts = memoryParts(env, extensions),
      ) {
        super(ctx, env, parts);
      }
    },
    ProviderGate: class ProviderGate extends GateObject {
      constructor(
        ctx: DurableObjectState,
        env: Env,
        parts: GateParts = gateParts(env, extensions),
      ) {
        super(ctx, env, parts);
      }
    },
    TenantFile: FileObject,
    handler: {
      fetch: async (request, env, ctx) => app.fetch(request, env, ctx),
      queue: (batch, env, ctx) => consumeBatch(batch, withBindings(env), ctx, extensions),
      scheduled: (controller, env) =>
        runReconciler(withBindings(env), controller.scheduledTime, extensions),
    },
    app,
  };
}

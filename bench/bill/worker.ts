/** The service as it is, with a count of all that is billed. */
import service, {
  AgentRun as Run,
  TenantFeed as Feed,
  TenantLedger as Ledger,
  TenantMemory as Memory,
  Timetable as Schedules,
} from "../../src/index.ts";
import { Counter } from "./counting.ts";

export { ProviderGate, TenantFile } from "../../src/index.ts";

const counter = new Counter();

export class AgentRun extends Run {
  constructor(ctx: DurableObjectState, env: Env) {
    counter.storage(ctx.storage);
    super(ctx, counter.env(env));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    counter.add({ objectRequests: 1 });
    return super.alarm(info);
  }

  /** Bytes that the object keeps. */
  async size(): Promise<number> {
    return this.ctx.storage.sql.databaseSize;
  }
}

export class TenantLedger extends Ledger {
  constructor(ctx: DurableObjectState, env: Env) {
    counter.storage(ctx.storage);
    super(ctx, counter.env(env));
  }

  override alarm(): Promise<void> {
    counter.add({ objectRequests: 1 });
    return super.alarm();
  }
}

export class TenantFeed extends Feed {
  constructor(ctx: DurableObjectState, env: Env) {
    counter.storage(ctx.storage);
    super(ctx, counter.env(env));
  }

  override alarm(): Promise<void> {
    counter.add({ objectRequests: 1 });
    return super.alarm();
  }
}

export class Timetable extends Schedules {
  constructor(ctx: DurableObjectState, env: Env) {
    counter.storage(ctx.storage);
    super(ctx, counter.env(env));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    counter.add({ objectRequests: 1 });
    return super.alarm(info);
  }
}

export class TenantMemory extends Memory {
  constructor(ctx: DurableObjectState, env: Env) {
    counter.storage(ctx.storage);
    super(ctx, counter.env(env));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    counter.add({ objectRequests: 1 });
    return super.alarm(info);
  }
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/bill/take":
        return Response.json(counter.take());
      case "/bill/open":
        return Response.json(
          await env.DB.prepare(
            "SELECT COUNT(*) AS n FROM task WHERE status IN ('pending', 'running', 'waiting')",
          ).first<number>("n"),
        );
      case "/bill/size": {
        const { meta } = await env.DB.prepare("SELECT 1").run();
        const name = `test/${url.searchParams.get("task")}`;
        const run = env.RUNS.get(env.RUNS.idFromName(name)) as unknown as {
          size(): Promise<number>;
        };
        return Response.json({ database: meta.size_after, object: await run.size() });
      }
      case "/bill/reconcile":
        await service.scheduled(
          {
            scheduledTime: Number(url.searchParams.get("at")),
            cron: "* * * * *",
            noRetry: () => undefined,
          },
          counter.env(env),
        );
        return new Response("done");
      default:
        counter.add({ workerRequests: 1 });
        return service.fetch(request, counter.env(env), ctx);
    }
  },
  queue: (batch, env, ctx) => service.queue(batch, counter.env(env), ctx),
} satisfies ExportedHandler<Env>;

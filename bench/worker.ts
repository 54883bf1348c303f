/** The Worker under measurement: the service with counters in its object, and the floors beside it. */
import service, { AgentRun as Run } from "../src/index.ts";
import { countingDatabase, countStorage, noCounts, type Counts } from "./counting.ts";
import { memoryBench } from "./memory-worker.ts";
import { timeModelCalls } from "./models.ts";
import { consumeFloor, submitFloor, type FloorJob, type FloorRun } from "./floor.ts";

export { FloorRun } from "./floor.ts";
export { ProviderGate, TenantFeed, TenantFile, TenantLedger, Timetable } from "../src/index.ts";
export { TenantMemory } from "./memory-worker.ts";

type BenchEnv = Env & {
  readonly FLOORS: DurableObjectNamespace<FloorRun>;
  readonly FLOOR_TASKS: Queue<FloorJob>;
  /** Set to count what runs ask of the platform. Counting costs time, so it is off for times. */
  readonly BENCH_COUNTS?: string;
};

/** Counts as they were when each step's model call was written. */
export interface Sample extends Counts {
  readonly bytes: number;
}

/** The service's object, counted where that is asked for. */
export class AgentRun extends Run {
  readonly #counts: Counts;
  readonly #samples: Sample[];

  constructor(ctx: DurableObjectState, env: BenchEnv) {
    const counts = noCounts();
    const samples: Sample[] = [];
    if (env.BENCH_COUNTS === undefined) {
      super(ctx, env);
    } else {
      countSamples(ctx, counts, samples);
      super(ctx, { ...env, DB: countingDatabase(env.DB, counts) });
    }
    this.#counts = counts;
    this.#samples = samples;
  }

  /** All samples so far and the counts of the whole run, as JSON. */
  async counted(): Promise<string> {
    return JSON.stringify({ samples: this.#samples, total: this.#counts });
  }
}

/** Counts what an object asks of its storage, with a sample at each model call that it writes. */
function countSamples(ctx: DurableObjectState, counts: Counts, samples: Sample[]): void {
  let bytes = 0;
  countStorage(ctx.storage, counts, (bindings) => {
    const text = bindings[3];
    if (typeof text === "string") {
      bytes += text.length;
      if (text.includes('"type":"model.requested"')) {
        samples.push({ ...counts, bytes });
      }
    }
  });
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/bench/memory/")) {
      return memoryBench(url.pathname, request, env);
    }
    switch (url.pathname) {
      case "/bench/floor1": {
        const job: FloorJob = await request.json();
        return Response.json(await env.FLOORS.get(env.FLOORS.idFromName(job.id)).run(job));
      }
      case "/bench/floor2":
        await submitFloor(env, await request.json());
        return new Response("accepted", { status: 201 });
      case "/bench/floor2/open": {
        const open = await env.DB.prepare(
          "SELECT COUNT(*) AS n FROM floor WHERE status = 'pending'",
        ).first<number>("n");
        return Response.json(open);
      }
      case "/bench/open": {
        const open = await env.DB.prepare(
          "SELECT COUNT(*) AS n FROM task WHERE status IN ('pending', 'running', 'waiting')",
        ).first<number>("n");
        return Response.json(open);
      }
      case "/bench/rows": {
        const { results } = await env.DB.prepare(
          "SELECT * FROM task WHERE tenant_id = ? ORDER BY task_id DESC LIMIT ?",
        )
          .bind(url.searchParams.get("tenant"), Number(url.searchParams.get("limit")))
          .all();
        return Response.json(results);
      }
      case "/bench/log": {
        const log = env.FLOORS.get(env.FLOORS.idFromName("log"));
        if (request.method === "POST") {
          await log.keep((await request.json<{ text: string }>()).text);
          return new Response("kept");
        }
        return new Response(await log.kept(), { headers: { "Content-Type": "text/event-stream" } });
      }
      case "/bench/models":
        return Response.json(await timeModelCalls(await request.json()));
      case "/bench/prepare":
        await env.DB.exec(
          "CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, status TEXT, body TEXT)",
        );
        return new Response("ok");
      case "/bench/watch":
        return env.FLOORS.get(env.FLOORS.idFromName("watched")).fetch(request);
      case "/bench/tell":
        await env.FLOORS.get(env.FLOORS.idFromName("watched")).tell(await request.text());
        return new Response("told");
      case "/bench/counts": {
        const name = `${url.searchParams.get("tenant")}/${url.searchParams.get("task")}`;
        const run = env.RUNS.get(env.RUNS.idFromName(name)) as unknown as {
          counted(): Promise<string>;
        };
        return new Response(await run.counted(), {
          headers: { "Content-Type": "application/json" },
        });
      }
      default:
        return service.fetch(request, env, ctx);
    }
  },
  queue: (batch, env, ctx) =>
    batch.queue === "floor-tasks" ? consumeFloor(batch, env) : service.queue(batch, env, ctx),
} satisfies ExportedHandler<BenchEnv>;
